/**
 * The gateway's own resources, opened from their deployed names: what functions hold between invocations. Nothing is opened until the
 * first operation.
 */

import { formatEventId } from '@org/gateway-core/protocol';
import type { PublishText, RecentText } from '../execute/function-parts.js';
import { createRooms, type Rooms } from '../presence/rooms.js';
import { createDynamoSubscriptionStore } from '../topics/dynamodb-subscription-store.js';
import { createDynamoTopicLog } from '../topics/dynamodb-topic-log.js';
import { createKeyTable, createKeyTableSdk, type KeyTableSdk } from '../topics/key-table.js';
import type { Clock } from './clock.js';
import { createDynamoConnectionStore } from './dynamodb-connection-store.js';
import type { ServiceRealtime } from './service-message.js';

export interface RealtimeOptions {
  readonly connectionsTable: string;
  /** Absent in functions that neither publish nor subscribe: using it is an error then. */
  readonly topicsTable?: string | undefined;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Letters and digits, at most 32, unique. */
  readonly newId: () => string;
  /** @default one of its own */
  readonly sdk?: KeyTableSdk;
}

/** The stores of a function, and `publish` for its handlers. */
export interface Realtime extends ServiceRealtime {
  readonly publish: PublishText;
  readonly recent: RecentText;
  readonly rooms: Rooms;
}

/** Opens the stores. */
export function createRealtime({
  connectionsTable,
  topicsTable,
  clock,
  random,
  newId,
  sdk = createKeyTableSdk(),
}: RealtimeOptions): Realtime {
  const table = createKeyTable(sdk, connectionsTable);
  const topics = createDynamoTopicLog({ table: createKeyTable(sdk, topicsTable ?? NO_TABLE), clock, random, newId });
  return {
    connections: createDynamoConnectionStore({ table, clock }),
    subscriptions: createDynamoSubscriptionStore({ table, clock }),
    topics,
    clock,
    rooms: createRooms({ table, clock, newId }),
    recent: async (topic, limit) => {
      const { epoch, offset } = await topics.head(topic);
      const events = await topics.read(topic, Math.max(0, offset - limit), limit);
      return { events, position: formatEventId({ epoch, offset: events.at(-1)?.offset ?? offset }) };
    },
    publish: async (topic, events, retainSeconds, options) => formatEventId(await topics.append(topic, events, retainSeconds, options)),
  };
}

/** What an operation on a table that this function was not given is denied for. */
const NO_TABLE = 'topics-table-not-configured';
