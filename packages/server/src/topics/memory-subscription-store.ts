/**
 * `SubscriptionStore` in memory, for tests and for a server that is one process. It goes through the same steps as the DynamoDB one, with
 * `between` awaited at each, so that tests can put anything in between.
 */

import type { Clock } from '../websocket/clock.js';
import { CONNECTION_KEPT_MS } from '../websocket/connection-store.js';
import { MAX_SHARDS } from './shards.js';
import { claimKey, shardOf, subscriberKey, subscribersKey } from './subscription-keys.js';
import {
  type Subscriber,
  type Subscription,
  type SubscriptionKey,
  type SubscriptionStore,
  TOMBSTONE_KEPT_MS,
} from './subscription-store.js';

export interface MemorySubscriptionStore extends SubscriptionStore {
  /** Everything there is, for tests that nothing is left. */
  readonly size: number;
  /** Deletes a connection's subscriptions. */
  closeConnection(connectionId: string): void;
}

interface Claim {
  /** Absent in a tombstone that no subscription has met. */
  readonly subscription?: Subscription;
  readonly stopped: boolean;
  readonly expiresAtMs: number;
}

interface Stored {
  readonly subscriber: Subscriber;
  readonly expiresAtMs: number;
}

export interface MemorySubscriptionStoreOptions {
  readonly clock: Clock;
  /** @default nothing */
  readonly between?: () => Promise<void>;
}

/** No subscriptions yet. */
export function createMemorySubscriptionStore({
  clock,
  between = async () => {},
}: MemorySubscriptionStoreOptions): MemorySubscriptionStore {
  const claims = new Map<string, Claim>();
  const topics = new Map<string, Map<string, Stored>>();
  const claimId = (key: Pick<SubscriptionKey, 'connectionId' | 'requestId'>) => Object.values(claimKey(key)).join('/');
  const shards = new Map<string, number>();
  const rowsOf = ({ topic, shard }: Pick<SubscriptionKey, 'topic' | 'shard'>) =>
    topics.get(subscribersKey(topic, shard)) ?? new Map<string, Stored>();
  const isThere = ({ expiresAtMs }: { readonly expiresAtMs: number }) => expiresAtMs > clock.now();
  const standing = (key: Pick<SubscriptionKey, 'connectionId' | 'requestId'>) => {
    const claim = claims.get(claimId(key));
    return claim && isThere(claim) ? claim : undefined;
  };
  const change = (key: SubscriptionKey, with_: Partial<Subscriber>): boolean => {
    const rows = rowsOf(key);
    const { sk } = subscriberKey(key);
    const row = rows.get(sk);
    if (row) rows.set(sk, { ...row, subscriber: { ...row.subscriber, ...with_ } });
    return row !== undefined;
  };
  const removeRow = (key: SubscriptionKey) => {
    const { pk, sk } = subscriberKey(key);
    const rows = rowsOf(key);
    rows.delete(sk);
    if (rows.size === 0) topics.delete(pk);
  };
  const release = (key: SubscriptionKey) => {
    if (claims.get(claimId(key))?.subscription?.key.token === key.token) claims.delete(claimId(key));
  };
  return {
    get size() {
      return claims.size + [...topics.values()].reduce((sum, { size }) => sum + size, 0);
    },
    closeConnection: (connectionId) => {
      for (const [id, { subscription }] of claims) {
        if (!id.startsWith(`C#${connectionId}/`)) continue;
        if (subscription) removeRow(subscription.key);
        claims.delete(id);
      }
    },
    claim: async (subscription) => {
      const { key } = subscription;
      const found = standing(key);
      if (found?.subscription) return 'taken';
      if (found) {
        claims.delete(claimId(key));
        return 'stopped';
      }
      const expiresAtMs = clock.now() + CONNECTION_KEPT_MS;
      claims.set(claimId(key), { subscription, stopped: false, expiresAtMs });
      await between();
      const { pk, sk } = subscriberKey(key);
      topics.set(pk, rowsOf(key).set(sk, { subscriber: subscription, expiresAtMs }));
      await between();
      const now = standing(key);
      if (now?.subscription?.key.token === key.token && !now.stopped) return 'claimed';
      removeRow(key);
      return 'cancelled';
    },
    cancel: async (connectionId, requestId) => {
      const { subscription } = standing({ connectionId, requestId }) ?? {};
      const expiresAtMs = clock.now() + (subscription ? CONNECTION_KEPT_MS : TOMBSTONE_KEPT_MS);
      claims.set(claimId({ connectionId, requestId }), { ...(subscription ? { subscription } : {}), stopped: true, expiresAtMs });
      return subscription;
    },
    isCancelled: async (key) => {
      const claim = standing(key);
      return claim?.subscription?.key.token === key.token && claim.stopped;
    },
    get: async (key) => {
      const row = rowsOf(key).get(subscriberKey(key).sk);
      return row && isThere(row) ? seen(row) : undefined;
    },
    subscribers: async function* (topic, shard) {
      const rows = [...rowsOf({ topic, ...(shard === undefined ? {} : { shard }) })].sort(([one], [other]) => (one < other ? -1 : 1));
      yield rows
        .map(([, row]) => row)
        .filter(isThere)
        .map(seen);
    },
    ofConnection: async (connectionId) => {
      const standing = [...claims.values()].filter((claim) => isThere(claim) && !claim.stopped);
      return standing.flatMap(({ subscription }) => (subscription?.key.connectionId === connectionId ? [subscription] : []));
    },
    shardFor: async (topic, connectionId) => shardOf(connectionId, shards.get(topic) ?? 1),
    shards: async (topic) => shards.get(topic) ?? 1,
    grow: async (topic, from) => {
      if ((shards.get(topic) ?? 1) === from && from < MAX_SHARDS) shards.set(topic, from * 2);
    },
    markSlow: async (key, slowUntilMs) => void change(key, { slowUntilMs }),
    extend: async (key, authUntilMs) => {
      const claim = claims.get(claimId(key));
      if (claim?.subscription?.key.token === key.token)
        claims.set(claimId(key), { ...claim, subscription: { ...claim.subscription, authUntilMs } });
      change(key, { authUntilMs });
    },
    activate: async (key, active) => change(key, { active }),
    silence: async (key) => removeRow(key),
    remove: async (key) => {
      removeRow(key);
      await between();
      release(key);
    },
    drop: async (key) => {
      release(key);
      await between();
      removeRow(key);
    },
  };
}

function seen({ subscriber, expiresAtMs }: Stored): Subscriber {
  const isWaiting = !subscriber.active && subscriber.key.shard === undefined;
  return isWaiting ? { ...subscriber, claimedAtMs: expiresAtMs - CONNECTION_KEPT_MS } : subscriber;
}
