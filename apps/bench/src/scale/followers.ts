/**
 * A topic with one event after the other and a fixed number of followers, in memory and as cheap as can be: what is measured is the fan-out.
 */

import type { SubscriptionStore, TopicLog } from '@org/gateway-server/parts';

export const TOPIC = 'scale.events/all';
const EPOCH = 'e1';
const PAGE = 1_000;

type Followers = Awaited<ReturnType<SubscriptionStore['ofConnection']>>;

/** Followers `c0` … in one shard. */
export function fixedFollowers(count: number): SubscriptionStore {
  const pages = Array.from({ length: Math.ceil(count / PAGE) }, (_, page): Followers => {
    return Array.from({ length: Math.min(PAGE, count - page * PAGE) }, (_unused, at) => ({
      key: { topic: TOPIC, connectionId: `c${page * PAGE + at}`, requestId: 1, token: 't', shard: 0 },
      path: 'scale.events',
    }));
  });
  const none = async () => {};
  return {
    claim: async () => 'claimed',
    cancel: async () => undefined,
    isCancelled: async () => false,
    get: async () => undefined,
    async *subscribers(_topic, shard) {
      if (shard !== undefined) yield* pages;
    },
    ofConnection: async () => [],
    shardFor: async () => 0,
    shards: async () => 1,
    grow: none,
    markSlow: none,
    extend: none,
    activate: async () => true,
    silence: none,
    remove: none,
    drop: async ({ connectionId }) => console.error(`connection ${connectionId} is gone`),
  };
}

/** A log whose newest event is always the next one, with this data. */
export function endlessLog(data: string): TopicLog {
  let head = 0;
  let delivered = 0;
  return {
    append: async () => ({ epoch: EPOCH, offset: ++head }),
    sequence: async (_topic, messages) => {
      head += messages.length;
    },
    peek: async () => ({ epoch: EPOCH, offset: head, delivered }),
    head: async () => ({ epoch: EPOCH, offset: head, delivered }),
    read: async (_topic, after) => (after >= head ? [] : [{ epoch: EPOCH, offset: after + 1, data, expiresAtMs: Number.MAX_SAFE_INTEGER }]),
    advance: async (_topic, { offset }) => {
      delivered = offset;
    },
    wake: async () => {},
  };
}
