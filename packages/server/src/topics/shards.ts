/**
 * In how many shards a topic's followers of our own client are. A topic has one until a page-through counts more than a push can serve at
 * once; then their number doubles, for new subscriptions: those that are there stay where they are, until their connections move within
 * two hours. So there are never fewer, readers read all of them, and who enters one may go by an old number.
 */

import type { Clock } from '../websocket/clock.js';
import type { KeyTable } from './key-table.js';
import { shardOf, shardsKey } from './subscription-keys.js';
import type { SubscriptionStore } from './subscription-store.js';

/** More are not made: 2,000 followers in each are a million. */
export const MAX_SHARDS = 512;

/** A number of shards is gone by this long when a subscription is entered. */
const REMEMBERED_MS = 60_000;

/** Topics a process remembers the number of. */
const MAX_REMEMBERED = 1_000;

/** The number of shards in a table; remembers some, so make one per process. */
export function createShards({
  table,
  clock,
}: {
  readonly table: KeyTable;
  readonly clock: Clock;
}): Pick<SubscriptionStore, 'shardFor' | 'shards' | 'grow'> {
  const remembered = new Map<string, { readonly shards: number; readonly untilMs: number }>();
  const shards = async (topic: string): Promise<number> => {
    const { pk, sk } = shardsKey(topic);
    const row = await table.get(pk, sk);
    return typeof row?.shards === 'number' ? row.shards : 1;
  };
  const remember = (topic: string, count: number): number => {
    remembered.delete(topic);
    remembered.set(topic, { shards: count, untilMs: clock.now() + REMEMBERED_MS });
    if (remembered.size > MAX_REMEMBERED) remembered.delete(remembered.keys().next().value as string);
    return count;
  };
  return {
    shards,
    shardFor: async (topic, connectionId) => {
      const known = remembered.get(topic);
      const count = known && known.untilMs > clock.now() ? known.shards : remember(topic, await shards(topic));
      return shardOf(connectionId, count);
    },
    grow: async (topic, from) => {
      if (from >= MAX_SHARDS) return;
      const { pk, sk } = shardsKey(topic);
      await table.update(pk, sk, { shards: from * 2 }, from === 1 ? 'absent' : { equal: { shards: from } });
    },
  };
}
