/**
 * A worker on resources in memory, set to work by events as AWS sends them: reading, checking and reporting failures are the real ones.
 */

import { GatewayError } from '@org/gateway-core/errors';
import { createLogger, type WorkerEvent, type WorkerImplementation, workerFunction } from '@org/gateway-server';
import { attributesOf } from './dynamodb-attributes.fixture.js';
import { type Faults, grantedClients } from './granted-clients.fixture.js';
import { type MemoryWorld, memoryWorld } from './memory-world.fixture.js';
import type { PublishedEvent, Stores } from './run-service.fixture.js';

type Item = Readonly<Record<string, unknown>>;

/** A message to receive. */
export interface TestMessage {
  readonly name: string;
  readonly data: unknown;
  readonly id?: string;
  readonly key?: string;
}

/** What a test may reach. The calls reject when the worker asks for the record to come again. */
export interface RunningWorker extends Stores, Faults {
  saved(item: Item, before?: Item): Promise<void>;
  removed(item: Item): Promise<void>;
  receive(message: TestMessage): Promise<void>;
  /** The value of a root field; an error of the field is thrown. */
  resolve(field: `Query.${string}`, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
  readonly published: PublishedEvent[];
  readonly logLines: string[];
  publishFails: boolean;
  /** The world's. */
  nowMs: number;
}

/** Starts a worker; without a world, in one of its own. */
export function runWorker(implementation: WorkerImplementation, world: MemoryWorld = memoryWorld()): RunningWorker {
  const { source, uses } = implementation.declaration;
  const granted = grantedClients(uses, world);
  const run = workerFunction({
    implementation,
    clients: granted.clients,
    publish: async (topic, eventJson) => {
      if (running.publishFails) throw new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] no log');
      running.published.push({ topic, event: JSON.parse(eventJson) });
      return 'e1.1';
    },
    now: () => world.nowMs,
    log: createLogger({}, (line) => running.logLines.push(line)),
  });
  const send = (event: WorkerEvent) => run(event, { awsRequestId: 'request-1' });
  const workOff = async (event: WorkerEvent) => {
    const { batchItemFailures } = (await send(event)) as { readonly batchItemFailures: readonly unknown[] };
    if (batchItemFailures.length > 0) throw new Error(`comes again: ${running.logLines.at(-1)}`);
  };
  const changed = (eventName: string, item: Item, images: object) =>
    workOff({ Records: [{ eventName, dynamodb: { SequenceNumber: '1', Keys: attributesOf(keysOf(source, item)), ...images } }] });
  const running: RunningWorker = {
    ...granted.stores,
    ...granted.faults,
    saved: (item, before) =>
      changed(before === undefined ? 'INSERT' : 'MODIFY', item, {
        NewImage: attributesOf(item),
        ...(before === undefined ? {} : { OldImage: attributesOf(before) }),
      }),
    removed: (item) => changed('REMOVE', item, { OldImage: attributesOf(item) }),
    receive: ({ name, data, id = 'message-1', key = 'key-1' }) => {
      const text = JSON.stringify({ name, data, id, key, publishedAtMs: world.nowMs });
      return workOff(messageEvent(source, { text, id, key }));
    },
    resolve: (field, args = {}) => {
      const [parentTypeName = '', fieldName = ''] = field.split('.');
      return send({ arguments: args, info: { parentTypeName, fieldName } });
    },
    published: [],
    logLines: [],
    publishFails: false,
    get nowMs() {
      return world.nowMs;
    },
    set nowMs(nowMs: number) {
      world.nowMs = nowMs;
    },
  };
  return running;
}

type Source = WorkerImplementation['declaration']['source'];

function keysOf(source: Source, item: Item): Item {
  if (source.kind !== 'changes') throw new Error(`the worker's source is ${source.kind}, expected changes of a table`);
  const { partitionKey, sortKey } = source.resource;
  return { [partitionKey]: item[partitionKey], ...(sortKey === undefined ? {} : { [sortKey]: item[sortKey] }) };
}

function messageEvent(
  source: Source,
  { text, id, key }: { readonly text: string; readonly id: string; readonly key: string },
): WorkerEvent {
  if (source.kind !== 'messages') throw new Error(`the worker's source is ${source.kind}, expected messages of a bus`);
  if (source.resource.transport === 'sns-sqs')
    return { Records: [{ messageId: 'sqs-1', body: text, attributes: { MessageGroupId: key } }] };
  const Keys = attributesOf({ key, id });
  return { Records: [{ eventName: 'INSERT', dynamodb: { SequenceNumber: '1', Keys, NewImage: { ...Keys, message: { S: text } } } }] };
}
