/**
 * The gateway's own resources, opened from their deployed names: what functions hold between invocations. Nothing is opened until the
 * first operation.
 */

import { formatEventId } from '@org/gateway-core/protocol';
import type { PositionOf, PublishText, RecentText } from '../execute/function-parts.js';
import { createSignInStore, type SignInStore } from '../identity/sign-in-store.js';
import { createBucketPayloadStore } from '../large-messages/bucket-payload-store.js';
import { createDynamoPartStore } from '../large-messages/dynamodb-part-store.js';
import { keepLargeEvents, linkLargeEvents } from '../large-messages/large-events.js';
import type { PayloadStore } from '../large-messages/payload-store.js';
import { createRooms, type Rooms } from '../presence/rooms.js';
import { createPublishText } from '../publish/publish-text.js';
import { createBucketClient } from '../resources/bucket-client.js';
import { processSdk } from '../resources/sdk.js';
import type { SequencerQueue } from '../sequencer/sequencer-queue.js';
import { PAYLOADS } from '../service/realtime.js';
import { createDynamoSubscriptionStore } from '../topics/dynamodb-subscription-store.js';
import { createDynamoTopicLog } from '../topics/dynamodb-topic-log.js';
import { createKeyTable, createKeyTableSdk, type KeyTableSdk } from '../topics/key-table.js';
import type { Clock } from './clock.js';
import { createDynamoConnectionStore } from './dynamodb-connection-store.js';
import { newAlphanumericId } from './new-id.js';
import type { ServiceRealtime } from './service-message.js';

export interface RealtimeOptions {
  readonly connectionsTable: string;
  /** Absent in functions that neither publish nor subscribe: using it is an error then. */
  readonly topicsTable?: string | undefined;
  /** Bucket of messages that fit in no frame. Absent where there is no socket: they are refused. */
  readonly payloadsBucket?: string | undefined;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Letters and digits, at most 32, unique. */
  readonly newId: () => string;
  /** Where events of sequenced subscriptions go. @default nowhere: publishing one is an error */
  readonly sequencer?: SequencerQueue | undefined;
  /** @default one of its own */
  readonly sdk?: KeyTableSdk;
}

/** The stores of a function, and `publish` for its handlers. */
export interface Realtime extends ServiceRealtime {
  readonly payloads: PayloadStore | undefined;
  readonly publish: PublishText;
  readonly position: PositionOf;
  readonly recent: RecentText;
  readonly rooms: Rooms;
  readonly signIns: SignInStore;
}

/** Opens the stores. */
export function createRealtime(options: RealtimeOptions): Realtime {
  const { connectionsTable, topicsTable, payloadsBucket, sequencer, clock, random, newId, sdk = createKeyTableSdk() } = options;
  const table = createKeyTable(sdk, connectionsTable);
  const log = createDynamoTopicLog({ table: createKeyTable(sdk, topicsTable ?? NO_TABLE), clock, random, newId });
  const publish = createPublishText(log, sequencer);
  const payloads = payloadsBucket === undefined ? undefined : openPayloads(payloadsBucket, clock.now);
  const topics = payloads ? linkLargeEvents(log, payloads) : log;
  return {
    connections: createDynamoConnectionStore({ table, clock }),
    subscriptions: createDynamoSubscriptionStore({ table, clock }),
    topics,
    clock,
    signIns: createSignInStore({ table, clock }),
    rooms: createRooms({ table, clock, newId }),
    position: async (topic) => formatEventId(await topics.head(topic)),
    recent: async (topic, limit) => {
      const { epoch, offset } = await topics.head(topic);
      const events = await topics.read(topic, Math.max(0, offset - limit), limit);
      return { events, position: formatEventId({ epoch, offset: events.at(-1)?.offset ?? offset }) };
    },
    publish: payloads ? keepLargeEvents(publish, payloads) : publish,
    payloads,
    large: payloads && { parts: createDynamoPartStore({ table, clock }), payloads },
  };
}

/** Every right that any function has there: each uses its own. */
const ALL_PAYLOADS = PAYLOADS.allow('get', 'put', 'presignGet', 'presignPut');

function openPayloads(bucketName: string, now: () => number): PayloadStore {
  const bucket = createBucketClient({ grant: ALL_PAYLOADS, bucketName, s3: processSdk().s3, now });
  // Keys are all that protects what lies there: 122 random bits each.
  return createBucketPayloadStore({ bucket, newId: newAlphanumericId });
}

/** What an operation on a table that this function was not given is denied for. */
const NO_TABLE = 'topics-table-not-configured';
