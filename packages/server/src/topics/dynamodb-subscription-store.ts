/**
 * `SubscriptionStore` on the connections table. Why two ordered writes are enough: `subscription-store.ts`. Keys: `subscription-keys.ts`.
 */

import { GatewayError } from '@org/gateway-core/errors';
import { type Clock, ttlSeconds } from '../websocket/clock.js';
import { CONNECTION_KEPT_MS } from '../websocket/connection-store.js';
import { requestKey } from '../websocket/request-key.js';
import type { KeyTable, Row } from './key-table.js';
import { createShards } from './shards.js';
import { CLAIM_RANGE, claimKey, connectionKey, subscriberKey, subscriberOf, subscribersKey, subscriptionOf } from './subscription-keys.js';
import { type Subscription, type SubscriptionKey, type SubscriptionStore, TOMBSTONE_KEPT_MS } from './subscription-store.js';

/** A conditional write is refused only when another frame of the same connection was faster with the same id: twice is already rare. */
const ATTEMPTS = 5;

/** Subscriptions in a table. */
export function createDynamoSubscriptionStore({ table, clock }: { readonly table: KeyTable; readonly clock: Clock }): SubscriptionStore {
  const isThere = (row: Row | undefined): row is Row => row !== undefined && Number(row.ttl) * 1000 > clock.now();
  const busy = ({ connectionId }: Pick<SubscriptionKey, 'connectionId'>) =>
    new GatewayError('SERVICE_UNAVAILABLE', `[SERVICE_UNAVAILABLE] too many frames with one id on connection ${connectionId}; try again`);

  /** Takes the request id, or says why not. */
  const take = async ({ key, path, ...auth }: Subscription): Promise<'claimed' | 'taken' | 'stopped'> => {
    const at = claimKey(key);
    const ttl = ttlSeconds(clock.now() + CONNECTION_KEPT_MS);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await table.put({ ...at, topic: key.topic, path, token: key.token, ttl, ...auth, ...shardOfKey(key) }, 'absent'))
        return 'claimed';
      const found = await table.get(at.pk, at.sk);
      if (!found) continue;
      // A put whose answer was lost is repeated by the SDK, and then meets its own row.
      if (found.token === key.token) return 'claimed';
      if (isThere(found) && found.topic !== undefined) return 'taken';
      const removed = await table.delete(at.pk, at.sk, { equal: { ttl: found.ttl } });
      if (removed && isThere(found)) return 'stopped';
    }
    throw busy(key);
  };

  const silence = async (key: SubscriptionKey): Promise<void> => {
    const { pk, sk } = subscriberKey(key);
    await table.delete(pk, sk);
  };

  const release = async (key: SubscriptionKey): Promise<void> => {
    const { pk, sk } = claimKey(key);
    await table.delete(pk, sk, { equal: { token: key.token } });
  };

  const isStanding = async (key: SubscriptionKey): Promise<boolean> => {
    const { pk, sk } = claimKey(key);
    const row = await table.get(pk, sk);
    return row?.token === key.token && row.stopped !== true;
  };

  return {
    claim: async (subscription) => {
      const taken = await take(subscription);
      if (taken !== 'claimed') return taken;
      const { key, path, ...auth } = subscription;
      const ttl = ttlSeconds(clock.now() + CONNECTION_KEPT_MS);
      const { connectionId, token } = key;
      await table.put({ ...subscriberKey(key), connectionId, requestId: requestKey(key.requestId), token, path, ttl, ...auth });
      if (await isStanding(key)) return 'claimed';
      await silence(key);
      return 'cancelled';
    },
    cancel: async (connectionId, requestId) => {
      const { pk, sk } = claimKey({ connectionId, requestId });
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const found = await table.update(pk, sk, { stopped: true }, 'present');
        const subscription = found && isThere(found) ? subscriptionOf(connectionId, found) : undefined;
        if (subscription) return subscription;
        const tombstone = { pk, sk, stopped: true, ttl: ttlSeconds(clock.now() + TOMBSTONE_KEPT_MS) };
        if (await table.put(tombstone, found ? { equal: { ttl: found.ttl, stopped: true } } : 'absent')) return undefined;
      }
      throw busy({ connectionId });
    },
    isCancelled: async (key) => {
      const { pk, sk } = claimKey(key);
      const row = await table.get(pk, sk);
      return row?.token === key.token && row.stopped === true;
    },
    get: async (key) => {
      const { pk, sk } = subscriberKey(key);
      const row = await table.get(pk, sk);
      return isThere(row) ? subscriberOf(key.topic, row, key.shard) : undefined;
    },
    subscribers: async function* (topic, shard) {
      for await (const page of table.query({ pk: subscribersKey(topic, shard) })) {
        yield page.filter(isThere).flatMap((row) => subscriberOf(topic, row, shard) ?? []);
      }
    },
    ofConnection: async (connectionId) => {
      const found: Subscription[] = [];
      for await (const page of table.query({ pk: connectionKey(connectionId), between: CLAIM_RANGE })) {
        const standing = page.filter((row) => isThere(row) && row.stopped !== true);
        found.push(...standing.flatMap((row) => subscriptionOf(connectionId, row) ?? []));
      }
      return found;
    },
    ...createShards({ table, clock }),
    markSlow: async (key, untilMs) => {
      const { pk, sk } = subscriberKey(key);
      await table.update(pk, sk, { slowUntilMs: untilMs }, 'present');
    },
    extend: async (key, authUntilMs) => {
      for (const { pk, sk } of [claimKey(key), subscriberKey(key)])
        await table.update(pk, sk, { authUntilMs }, { equal: { token: key.token } });
    },
    activate: async (key, { epoch, sent }) => {
      const { pk, sk } = subscriberKey(key);
      return (await table.update(pk, sk, { epoch, sent }, 'present')) !== undefined;
    },
    silence,
    remove: async (key) => {
      await silence(key);
      await release(key);
    },
    drop: async (key) => {
      await release(key);
      await silence(key);
    },
  };
}

function shardOfKey({ shard }: SubscriptionKey): { readonly shard?: number } {
  return shard === undefined ? {} : { shard };
}
