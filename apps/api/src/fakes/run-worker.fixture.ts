/**
 * A worker on resources in memory, set to work by events as AWS sends them: reading, checking and reporting failures are the real ones.
 */

import { type WorkerEvent, type WorkerImplementation, workerFunction } from '@org/gateway-server';
import { attributesOf } from './dynamodb-attributes.fixture.js';
import { type MemoryWorld, memoryWorld } from './memory-world.fixture.js';
import { type Running, startRunning } from './running.fixture.js';

type Item = Readonly<Record<string, unknown>>;

/** A message to receive. */
export interface TestMessage {
  readonly name: string;
  readonly data: unknown;
  readonly id?: string;
  readonly key?: string;
}

/** What a test may reach, and events. The calls reject when the worker asks for the record to come again. */
export interface RunningWorker extends Running {
  saved(item: Item, before?: Item): Promise<void>;
  removed(item: Item): Promise<void>;
  receive(message: TestMessage): Promise<void>;
  /** The value of a root field; an error of the field is thrown. */
  resolve(field: `Query.${string}`, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
}

/** Starts a worker; without a world, in one of its own. */
export function runWorker(implementation: WorkerImplementation, world: MemoryWorld = memoryWorld()): RunningWorker {
  const { source, uses } = implementation.declaration;
  const { running, runtime } = startRunning(uses, world);
  const run = workerFunction({ ...runtime, implementation });
  const send = (event: WorkerEvent) => run(event, { awsRequestId: 'request-1' });
  const workOff = async (event: WorkerEvent) => {
    const { batchItemFailures } = (await send(event)) as { readonly batchItemFailures: readonly unknown[] };
    if (batchItemFailures.length > 0) throw new Error(`comes again: ${running.logLines.at(-1)}`);
  };
  const changed = (eventName: string, item: Item, images: object) =>
    workOff({ Records: [{ eventName, dynamodb: { SequenceNumber: '1', Keys: attributesOf(keysOf(source, item)), ...images } }] });
  // Into the object itself: its time is the world's.
  return Object.assign(running, {
    saved: (item: Item, before?: Item) =>
      changed(before === undefined ? 'INSERT' : 'MODIFY', item, {
        NewImage: attributesOf(item),
        ...(before === undefined ? {} : { OldImage: attributesOf(before) }),
      }),
    removed: (item: Item) => changed('REMOVE', item, { OldImage: attributesOf(item) }),
    receive: ({ name, data, id = 'message-1', key = 'key-1' }: TestMessage) => {
      const text = JSON.stringify({ name, data, id, key, publishedAtMs: world.nowMs });
      return workOff(messageEvent(source, { text, id, key }));
    },
    resolve: (field: `Query.${string}`, args: Readonly<Record<string, unknown>> = {}) => {
      const [parentTypeName = '', fieldName = ''] = field.split('.');
      return send({ arguments: args, info: { parentTypeName, fieldName } });
    },
  });
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
