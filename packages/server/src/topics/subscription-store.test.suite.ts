/** What every `SubscriptionStore` does. Run by `memory-subscription-store.test.ts` and `dynamodb-subscription-store.test.ts`. */

import type { RequestId } from '@org/gateway-core/protocol';
import { expect, it } from 'vitest';
import type { createJumpingClock } from '../websocket/clock.fixture.js';
import type { Subscriber, SubscriptionKey, SubscriptionStore } from './subscription-store.js';

export interface SubscriptionsUnderTest {
  readonly store: SubscriptionStore;
  readonly clock: ReturnType<typeof createJumpingClock>;
}

/** All pages of a topic. */
export async function subscribersOf(store: SubscriptionStore, topic: string, shard?: number): Promise<readonly Subscriber[]> {
  const all: Subscriber[] = [];
  for await (const page of store.subscribers(topic, shard)) all.push(...page);
  return all;
}

let connections = 0;

/** A claim on a connection of its own. */
export function freshKey(topic: string, more: { requestId?: RequestId; connectionId?: string; token?: string } = {}): SubscriptionKey {
  return { topic, connectionId: `L0SM9cOFvHcC${++connections}=`, requestId: 1, token: 'Zt1', ...more };
}

/** Registers the tests; every test uses topics and connections of its own. */
export function subscriptionStoreSuite(start: () => Promise<SubscriptionsUnderTest>): void {
  const path = 'docs.changes';

  it('enters a subscription that is not active yet', async () => {
    const { store } = await start();
    const key = freshKey('docs.changes/enter');
    expect(await store.claim({ key, path })).toBe('claimed');
    const entered = { key, path, claimedAtMs: expect.any(Number) };
    expect(await subscribersOf(store, key.topic)).toEqual([entered]);
    expect(await store.get(key)).toEqual(entered);
  });

  it('refuses an id in use and leaves the first one alone (P3.5)', async () => {
    const { store } = await start();
    const key = freshKey('docs.changes/use');
    await store.claim({ key, path });
    expect(await store.claim({ key: { ...key, topic: 'docs.changes/use2', token: 'Zt2' }, path })).toBe('taken');
    expect(await subscribersOf(store, key.topic)).toHaveLength(1);
    expect(await subscribersOf(store, 'docs.changes/use2')).toEqual([]);
  });

  it('takes 1 and "1" for two ids (P3.5)', async () => {
    const { store } = await start();
    const key = freshKey('docs.changes/types');
    await store.claim({ key, path });
    expect(await store.claim({ key: { ...key, requestId: '1' }, path })).toBe('claimed');
    expect(new Set((await subscribersOf(store, key.topic)).map((subscriber) => subscriber.key.requestId))).toEqual(new Set(['1', 1]));
  });

  it.each([[-0.5], [1e21], ['a#b/ü'], ['"\\u0000'], ['\ud800'], ['x'.repeat(128)]])('gives back the id %j as it was', async (requestId) => {
    const { store } = await start();
    const key = freshKey('docs.changes/ids', { requestId });
    await store.claim({ key, path });
    expect((await store.cancel(key.connectionId, requestId))?.key).toEqual(key);
    expect((await store.get(key))?.key).toEqual(key);
    await store.remove(key);
  });

  it('lets a stop win that overtook its subscription, once (P3.10)', async () => {
    const { store } = await start();
    const key = freshKey('docs.changes/overtaken');
    expect(await store.cancel(key.connectionId, 1)).toBeUndefined();
    expect(await store.cancel(key.connectionId, 1)).toBeUndefined();
    expect(await store.claim({ key, path })).toBe('stopped');
    expect(await subscribersOf(store, key.topic)).toEqual([]);
    expect(await store.claim({ key: { ...key, token: 'Zt2' }, path })).toBe('claimed');
  });

  it('forgets after a minute a stop whose subscription never came', async () => {
    const { store, clock } = await start();
    const key = freshKey('docs.changes/lonely');
    await store.cancel(key.connectionId, 1);
    clock.advance(61_000);
    expect(await store.claim({ key, path })).toBe('claimed');
  });

  it('waits for a minute after the last stop, not the first', async () => {
    const { store, clock } = await start();
    const key = freshKey('docs.changes/again');
    await store.cancel(key.connectionId, 1);
    clock.advance(40_000);
    await store.cancel(key.connectionId, 1);
    clock.advance(40_000);
    expect(await store.claim({ key, path })).toBe('stopped');
  });

  it('marks a subscription for stopping, again with the same result, and keeps its id in use', async () => {
    const { store } = await start();
    const key = freshKey('docs.changes/stop');
    await store.claim({ key, path });
    expect(await store.isCancelled(key)).toBe(false);
    expect(await store.cancel(key.connectionId, 1)).toEqual({ key, path });
    expect(await store.cancel(key.connectionId, 1)).toEqual({ key, path });
    expect(await store.isCancelled(key)).toBe(true);
    expect(await store.isCancelled({ ...key, token: 'Zt2' })).toBe(false);
    expect(await store.claim({ key: { ...key, token: 'Zt2' }, path })).toBe('taken');
  });

  it('frees the id of a removed subscription and leaves a later one under it alone', async () => {
    const { store } = await start();
    const key = freshKey('docs.changes/free');
    await store.claim({ key, path });
    await store.remove(key);
    const later = { ...key, token: 'Zt2' };
    expect(await store.claim({ key: later, path })).toBe('claimed');
    await store.remove(key);
    expect((await subscribersOf(store, key.topic)).map((subscriber) => subscriber.key)).toEqual([later]);
    expect(await store.cancel(key.connectionId, 1)).toEqual({ key: later, path });
  });

  it('silences a subscription and keeps its id in use', async () => {
    const { store } = await start();
    const key = freshKey('docs.changes/silent');
    await store.claim({ key, path });
    await store.silence(key);
    expect(await store.get(key)).toBeUndefined();
    expect(await store.claim({ key: { ...key, token: 'Zt2' }, path })).toBe('taken');
  });

  it('activates what is there, and nothing else', async () => {
    const { store } = await start();
    const key = freshKey('docs.changes/active');
    await store.claim({ key, path });
    expect(await store.activate(key, { epoch: 'e1', sent: 7 })).toBe(true);
    expect(await store.get(key)).toEqual({ key, path, active: { epoch: 'e1', sent: 7 } });
    await store.remove(key);
    expect(await store.activate(key, { epoch: 'e1', sent: 7 })).toBe(false);
    expect(await subscribersOf(store, key.topic)).toEqual([]);
  });

  it('does not see what has expired, whether or not it is deleted yet', async () => {
    const { store, clock } = await start();
    const key = freshKey('docs.changes/expired');
    await store.claim({ key, path });
    clock.advance(131 * 60_000);
    expect(await subscribersOf(store, key.topic)).toEqual([]);
    expect(await store.get(key)).toBeUndefined();
    expect(await store.claim({ key: { ...key, token: 'Zt2' }, path })).toBe('claimed');
  });

  it('has followers in shards, apart from stock subscribers, and finds both by their connection', async () => {
    const { store } = await start();
    const key = { ...freshKey('docs.changes/followers'), shard: 3 };
    const stock = { ...key, requestId: 2, token: 'Zt2' };
    await store.claim({ key, path });
    await store.claim({ key: { topic: stock.topic, connectionId: stock.connectionId, requestId: 2, token: 'Zt2' }, path });
    expect((await subscribersOf(store, key.topic, 3)).map((subscriber) => subscriber.key)).toEqual([key]);
    expect(await subscribersOf(store, key.topic)).toHaveLength(1);
    expect(await subscribersOf(store, key.topic, 0)).toEqual([]);
    expect((await store.ofConnection(key.connectionId)).map((subscription) => subscription.key.requestId).sort()).toEqual([1, 2]);
    await store.cancel(key.connectionId, 1);
    expect((await store.ofConnection(key.connectionId)).map((subscription) => subscription.key.requestId)).toEqual([2]);
    await store.remove(key);
    expect(await subscribersOf(store, key.topic, 3)).toEqual([]);
  });

  it('drops both rows of a follower, and notes until when one is slow', async () => {
    const { store } = await start();
    const key = { ...freshKey('docs.changes/slow'), shard: 0 };
    await store.claim({ key, path });
    await store.markSlow(key, 1_714_564_810_000);
    expect(await subscribersOf(store, key.topic, 0)).toEqual([{ key, path, slowUntilMs: 1_714_564_810_000 }]);
    await store.drop(key);
    await store.markSlow(key, 1_714_564_820_000);
    expect(await subscribersOf(store, key.topic, 0)).toEqual([]);
    expect(await store.ofConnection(key.connectionId)).toEqual([]);
  });

  it('doubles shards once, whoever asks, up to 512', async () => {
    const { store, clock } = await start();
    const topic = 'docs.changes/grows';
    expect([await store.shards(topic), await store.shardFor(topic, 'L0SM9cOFvHcCIhw=')]).toEqual([1, 0]);
    await Promise.all([store.grow(topic, 1), store.grow(topic, 1)]);
    expect(await store.shards(topic)).toBe(2);
    await store.grow(topic, 1);
    expect(await store.shards(topic)).toBe(2);
    for (let shards = 2; shards <= 1024; shards *= 2) await store.grow(topic, shards);
    expect(await store.shards(topic)).toBe(512);
    clock.advance(61_000);
    const shards = await Promise.all(Array.from({ length: 40 }, (_, at) => store.shardFor(topic, `c${at}=`)));
    expect(new Set(shards).size).toBeGreaterThan(20);
    expect(Math.max(...shards)).toBeLessThan(512);
  });

  it('keeps the end of the sign-in in both rows, and moves it in both', async () => {
    const { store } = await start();
    const key = { ...freshKey('docs.changes/auth'), shard: 0 };
    await store.claim({ key, path, authUntilMs: 1_714_565_100_000 });
    expect(await store.ofConnection(key.connectionId)).toEqual([{ key, path, authUntilMs: 1_714_565_100_000 }]);
    await store.extend(key, 1_714_565_400_000);
    expect(await store.ofConnection(key.connectionId)).toEqual([{ key, path, authUntilMs: 1_714_565_400_000 }]);
    expect(await subscribersOf(store, key.topic, 0)).toEqual([{ key, path, authUntilMs: 1_714_565_400_000 }]);
    await store.remove(key);
    await store.extend(key, 1_714_565_700_000);
    expect([await store.ofConnection(key.connectionId), await subscribersOf(store, key.topic, 0)]).toEqual([[], []]);
  });
}
