/**
 * The deployed server: tables, stream, functions and API Gateway, wired as the deployment wires them, out of the server's own code.
 */

import { formatEventId } from '@org/gateway-core/protocol';
import type { FanoutEvent, FanoutResult, FunctionParts, Logger, SocketEvent, SocketResult } from '@org/gateway-server';
import {
  createDynamoConnectionStore,
  createDynamoReplyStore,
  createDynamoSubscriptionStore,
  createDynamoTopicLog,
  createFanoutHandler,
  createSocketHandler,
  handleServiceMessage,
  type KeyTable,
  type ReplyStore,
  type SubscriptionStore,
  type TopicLog,
  waitForConnection,
} from '@org/gateway-server/parts';
import type { Faults } from './faults.js';
import { createFunction, type Host, type ModelFunction } from './functions.js';
import { createGateway, type Gateway } from './gateway.js';
import type { Tap } from './network.js';
import type { Oracle } from './oracle.js';
import type { PageClock } from './page.js';
import type { Random } from './random.js';
import { implementRoom, RETAIN_MINUTES, topicOf } from './service.js';
import type { Simulator } from './simulator.js';
import { clockOf, faultyTable } from './stores.js';
import { createStream, type Stream } from './stream.js';
import { createMemoryTable, type MemoryTable } from './table.js';
import type { Trace } from './trace.js';

/** What code in a container stands on. */
export interface Stores {
  readonly topics: TopicLog;
  readonly subscriptions: SubscriptionStore;
  readonly replies: ReplyStore;
}

/** Something that is broken on purpose, to see whether it is found. */
export interface Mutant {
  readonly tap?: Tap;
  /** The page's, as the client gets it. */
  readonly clock?: (clock: PageClock) => PageClock;
  readonly table?: (table: KeyTable) => KeyTable;
  readonly stores?: (stores: Stores) => Partial<Stores>;
  /** Loops are handed what is pushed, as it comes, and not what the client makes of it. */
  readonly takesPushes?: boolean;
}

/** What everything in a run shares. */
export interface World {
  readonly simulator: Simulator;
  readonly random: Random;
  readonly faults: Faults;
  readonly trace: Trace;
  readonly oracle: Oracle;
  readonly mutant: Mutant;
}

/** Events to publish together. */
export interface Publication {
  readonly topic: string;
  readonly values: readonly string[];
  /** Under which the events are stored once, however often they are published. */
  readonly idempotencyKey?: string | undefined;
}

export interface Backend {
  readonly gateway: Gateway;
  readonly stream: Stream;
  readonly topics: MemoryTable;
  readonly connections: MemoryTable;
  /** A Lambda that publishes. */
  readonly publisher: ModelFunction<Publication, string>;
  /** Names of the functions that run. */
  running(): readonly string[];
}

const SOCKET_TIMEOUT_MS = 29_000;
const FANOUT_TIMEOUT_MS = 60_000;

/** Deploys it. */
export function createBackend(world: World): Backend {
  const { random, trace, oracle } = world;
  const stream = createStream(world);
  const topics = createMemoryTable((row) => {
    stream.push(row);
    watch(world, row);
  });
  const connections = createMemoryTable();
  const replies = createMemoryTable();
  const gateway = createGateway(world);
  let ids = 0;
  const newId = () => `n${++ids}`;

  /** What code in a container stands on. */
  const realtimeOf = (host: Host) => {
    const clock = clockOf(world.simulator, host);
    const { table: breakTable = (table: KeyTable) => table, stores: breakStores = () => ({}) } = world.mutant;
    const tableOf = (table: MemoryTable): KeyTable => breakTable(faultyTable(world, host, table));
    const stores: Stores = {
      subscriptions: createDynamoSubscriptionStore({ table: tableOf(connections), clock }),
      topics: createDynamoTopicLog({ table: tableOf(topics), clock, random: random.next, newId }),
      replies: createDynamoReplyStore({ table: tableOf(replies), clock, newId }),
    };
    return {
      clock,
      connections: createDynamoConnectionStore({ table: tableOf(connections), clock }),
      ...stores,
      ...breakStores(stores),
      log: loggerOf(trace, host.name),
      /** An operation on a table of the service's own. */
      work: async () => void (await tableOf(topics).get('-', '-')),
    };
  };
  const service = createFunction<SocketEvent, SocketResult>(world, {
    name: 'room',
    timeoutMs: SOCKET_TIMEOUT_MS,
    start: (host) => {
      const realtime = realtimeOf(host);
      const parts: FunctionParts = {
        implementation: implementRoom({ ran: oracle.ran, work: realtime.work }),
        clients: {},
        replies: { store: realtime.replies, clock: realtime.clock, random: random.next },
        publish: async (...event) => formatEventId(await realtime.topics.append(...event)),
        connectionOf: (id) => waitForConnection(realtime.connections, id, realtime.clock),
        allowedOrigin: '*',
        now: realtime.clock.now,
        log: realtime.log,
      };
      return (event) => handleServiceMessage(parts, realtime, event, { getRemainingTimeInMillis: host.remainingMs });
    },
  });
  const socket = createFunction<SocketEvent, SocketResult>(world, {
    name: 'socket',
    timeoutMs: SOCKET_TIMEOUT_MS,
    start: (host) => {
      const handle = createSocketHandler({ ...realtimeOf(host), sender: gateway.sender(host), services: gateway.invoker(host) });
      return (event) => handle(event, { getRemainingTimeInMillis: host.remainingMs });
    },
  });
  const fanout = createFunction<FanoutEvent, FanoutResult>(world, {
    name: 'fanout',
    timeoutMs: FANOUT_TIMEOUT_MS,
    start: (host) => createFanoutHandler({ ...realtimeOf(host), sender: gateway.sender(host), random: random.next }),
  });
  const publisher = createFunction<Publication, string>(world, {
    name: 'publisher',
    timeoutMs: SOCKET_TIMEOUT_MS,
    start: (host) => {
      const log = realtimeOf(host).topics;
      return async ({ topic, values, idempotencyKey }) => {
        const events = values.map((value) => JSON.stringify({ value }));
        const position = await log.append(topicOf(topic), events, RETAIN_MINUTES * 60, { idempotencyKey });
        if (world.faults.hit('publisher died')) throw new Error('died after its event was stored');
        return formatEventId(position);
      };
    },
  });
  gateway.route({ socket, services: { room: service } });
  stream.feed(fanout);
  const functions = [service, socket, fanout, publisher];
  const running = () => functions.filter((each) => each.running > 0).map(({ name }) => name);
  return { gateway, stream, topics, connections, publisher, running };
}

/** Tells the oracle of every event that was stored. */
function watch({ oracle, simulator }: World, row: Readonly<Record<string, unknown>>): void {
  const { pk, sk, epoch, offset, data } = row;
  if (!String(sk).startsWith('E#')) return;
  const { value } = JSON.parse(String(data)) as { readonly value: string };
  oracle.committed(String(pk).slice(2), { epoch: String(epoch), offset: Number(offset), value, atMs: simulator.nowMs });
}

function loggerOf(trace: Trace, name: string): Logger {
  const note = (level: string) => (message: string, fields?: Readonly<Record<string, unknown>>) =>
    trace.note(name, `${level}: ${message}`, fields?.cause === undefined ? '' : String(fields.cause));
  return { info: note('info'), warn: note('warn'), error: note('error') };
}
