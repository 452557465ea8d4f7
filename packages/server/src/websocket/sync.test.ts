import type { SyncCursor } from '@org/gateway-core/protocol';
import { describe, expect, it } from 'vitest';
import { createManualClock, START_MS } from './clock.fixture.js';
import { createSocketStage, lambda, messageEvent } from './socket.fixture.js';
import { createSocketHandler } from './socket-function.js';

const CONNECTION = 'L0SM9cOFvHcCIhw=';
const topicOf = (key: string) => `notes.changes/${key}`;

interface Synced {
  readonly n: number;
  readonly s: readonly (readonly [number | string, string | null, (readonly [number, unknown])[]?, string?])[];
  readonly exp: number;
  readonly again?: number;
}

function start() {
  const clock = createManualClock();
  const stage = createSocketStage(clock);
  const handler = createSocketHandler({
    ...stage,
    services: { has: () => false, invoke: () => Promise.reject(new Error('not to be asked')) },
  });
  let tokens = 0;
  const text = async (n: number, c: readonly SyncCursor[]) => {
    const frame = { id: null, method: 'gw.sync', svc: 'gw', params: { n, c } };
    return (await handler(messageEvent(frame), lambda)).body ?? '';
  };
  return {
    ...stage,
    clock,
    text,
    sync: async (n: number, c: readonly SyncCursor[]) => JSON.parse(await text(n, c)).params as Synced,
    /** A subscription of a connection; without a shard a stock one. */
    follow: async (requestId: number | string, topic: string, connectionId = CONNECTION, shard: number | undefined = 0) => {
      await stage.topics.head(topic);
      const key = { topic, connectionId, requestId, token: `Zt${++tokens}`, ...(shard === undefined ? {} : { shard }) };
      await stage.subscriptions.claim({ key, path: 'notes.changes' });
      return key;
    },
    publish: async (topic: string, ...events: readonly unknown[]) => {
      for (const event of events) await stage.topics.append(topic, JSON.stringify(event), 3600);
    },
  };
}

const offsets = (state: Synced['s'][number] | undefined) => state?.[2]?.map(([offset]) => offset);

describe('gw.sync', () => {
  it('says nothing of subscriptions at their head, and when the connection ends (P3.20, P3.21)', async () => {
    const { follow, publish, sync, clock } = start();
    await follow(1, topicOf('a'));
    await publish(topicOf('a'), 'x');
    clock.advance(60_000);
    expect(await sync(3, [[1, 'e1.1']])).toEqual({ n: 3, s: [], exp: 7_140_000 });
    expect(await sync(0, [])).toEqual({ n: 0, s: [], exp: 7_140_000 });
  });

  it('tells the events after a cursor (P3.20)', async () => {
    const { follow, publish, text } = start();
    await follow(1, topicOf('a'));
    await publish(topicOf('a'), 'x', { deep: [1] });
    expect(await text(3, [[1, 'e1.0']])).toBe(
      '{"id":null,"method":"gw.sync","params":{"n":3,"s":[[1,"e1.2",[[1,"x"],[2,{"deep":[1]}]]]],"exp":7200000}}',
    );
  });

  it.each([
    ['that was never opened', 2],
    ['with another type', '1'],
    ['named like a prototype property', '__proto__'],
    ['that is a stock one', 9],
    ['that a stop has met', 5],
    ['of another connection', 77],
  ])('does not know a subscription %s, so that the client opens it again (P3.20)', async (_, id) => {
    const { follow, publish, sync, subscriptions } = start();
    await follow(1, topicOf('a'));
    await follow(5, topicOf('a'));
    await subscriptions.cancel(CONNECTION, 5);
    await subscriptions.claim({
      key: { topic: topicOf('a'), connectionId: CONNECTION, requestId: 9, token: 'Zt9' },
      path: 'notes.changes',
    });
    await follow(77, topicOf('secret'), 'c2=');
    await publish(topicOf('secret'), 'secret');
    await publish(topicOf('a'), 'x');
    expect((await sync(1, [[id, 'e1.0']])).s).toEqual([[id, null]]);
  });

  it('finds nothing of a subscription that was dropped for a 410, though its connection lives: it is opened again (row 16)', async () => {
    const { follow, sync, subscriptions } = start();
    const key = await follow(1, topicOf('a'));
    await subscriptions.drop(key);
    expect((await sync(1, [[1, 'e1.0']])).s).toEqual([[1, null]]);
  });

  it.each([
    ['a lost epoch', 'x9.1', 'epoch'],
    ['an event that is not there', 'e1.3', 'ahead'],
    ['a text that is no event id', "e1'; DROP", 'ahead'],
    ['a number beyond all numbers', 'e1.99999999999999999999', 'ahead'],
  ])('resets a forged cursor of %s (P3.18)', async (_, position, reason) => {
    const { follow, publish, sync } = start();
    await follow(1, topicOf('a'));
    await publish(topicOf('a'), 'x', 'y');
    expect((await sync(1, [[1, position]])).s).toEqual([[1, 'e1.2', [], reason]]);
  });

  it('resets what has expired in part: never a partial replay (P3.18, row 29)', async () => {
    const { follow, publish, sync, topics } = start();
    await follow(1, topicOf('a'));
    await publish(topicOf('a'), 'x', 'y', 'z');
    topics.expire(topicOf('a'), 2);
    expect((await sync(1, [[1, 'e1.0']])).s).toEqual([[1, 'e1.3', [], 'trimmed']]);
    expect((await sync(2, [[1, 'e1.2']])).s).toEqual([[1, 'e1.3', [[3, 'z']]]]);
  });

  it('resets to the new epoch of a log that was lost (row 30)', async () => {
    const { follow, publish, sync, topics } = start();
    await follow(1, topicOf('a'));
    await publish(topicOf('a'), 'x');
    topics.forget(topicOf('a'));
    expect((await sync(1, [[1, 'e1.0']])).s).toEqual([]);
    topics.head = async () => ({ epoch: 'e2', offset: 1, delivered: 1 });
    topics.peek = topics.head;
    expect((await sync(2, [[1, 'e1.0']])).s).toEqual([[1, 'e2.1', [], 'epoch']]);
  });

  it('shares the frame out fairly, keeps every state, and stays within 32,000 bytes (P3.20)', async () => {
    const { follow, publish, text } = start();
    for (let id = 0; id < 200; id++) {
      await follow(id, topicOf(`t${id}`));
      await publish(topicOf(`t${id}`), ...Array.from({ length: 5 }, () => 'é'.repeat(40)));
    }
    const cursors = Array.from({ length: 200 }, (_, id) => [id, 'e1.0'] as const);
    const answer = await text(1, cursors);
    expect(Buffer.byteLength(answer)).toBeLessThanOrEqual(32_000);
    expect(Buffer.byteLength(answer)).toBeGreaterThan(20_000);
    const { s } = JSON.parse(answer).params as Synced;
    expect(s).toHaveLength(200);
    expect(s.every((state) => (offsets(state)?.length ?? 0) >= 1)).toBe(true);
  });

  it('fills the frame for the one that has missed much, and goes on where it ended (P3.20)', async () => {
    const { follow, publish, sync } = start();
    await follow(1, topicOf('a'));
    await follow(2, topicOf('b'));
    await publish(topicOf('a'), ...Array.from({ length: 1_000 }, () => 'x'.repeat(100)));
    await publish(topicOf('b'), 'y');
    const { s } = await sync(0, [
      [1, 'e1.0'],
      [2, 'e1.0'],
    ]);
    expect(offsets(s[1])).toEqual([1]);
    const got = offsets(s[0]) ?? [];
    expect(got.length).toBeGreaterThan(280);
    expect(got).toEqual(Array.from({ length: got.length }, (_, at) => at + 1));
    const next = await sync(1, [[1, `e1.${got.length}`]]);
    expect(offsets(next.s[0])?.[0]).toBe(got.length + 1);
  });

  it('gives a large event the frame to itself when its turn comes, however busy the others are', async () => {
    const { follow, publish, sync } = start();
    await follow(1, topicOf('busy'));
    await follow(2, topicOf('large'));
    await publish(topicOf('busy'), ...Array.from({ length: 20 }, () => 'x'.repeat(3_000)));
    await publish(topicOf('large'), 'x'.repeat(90_000));
    const cursors: readonly SyncCursor[] = [
      [1, 'e1.0'],
      [2, 'e1.0'],
    ];
    const first = await sync(0, cursors);
    expect(first.s.map(([id]) => id)).toEqual([1, 2]);
    expect([offsets(first.s[0])?.length, offsets(first.s[1])]).toEqual([10, undefined]);
    const second = await sync(1, cursors);
    expect(second.s.map(([id]) => id)).toEqual([2, 1]);
    expect([offsets(second.s[0]), offsets(second.s[1])]).toEqual([[1], undefined]);
  });

  it('is answered when a topic cannot be read, with what can be and when to ask again (P3.20)', async () => {
    const { follow, publish, sync, topics } = start();
    await follow(1, topicOf('a'));
    await follow(2, topicOf('b'));
    await publish(topicOf('a'), 'x');
    await publish(topicOf('b'), 'y');
    const { peek, read } = topics;
    topics.peek = (topic) => (topic === topicOf('b') ? Promise.reject(new Error('throttled')) : peek(topic));
    const cursors: readonly SyncCursor[] = [
      [1, 'e1.0'],
      [2, 'e1.0'],
    ];
    expect(await sync(0, cursors)).toEqual({ n: 0, s: [[1, 'e1.1', [[1, 'x']]]], exp: 7_200_000, again: 1_000 });
    topics.peek = peek;
    topics.read = (topic, ...more) => (topic === topicOf('b') ? Promise.reject(new Error('throttled')) : read(topic, ...more));
    expect(await sync(2, cursors)).toEqual({
      n: 2,
      s: [
        [1, 'e1.1', [[1, 'x']]],
        [2, 'e1.1'],
      ],
      exp: 7_200_000,
      again: 1_000,
    });
  });

  it('is answered when nothing can be read, or not in time (P3.20)', async () => {
    const { follow, sync, subscriptions, topics, clock } = start();
    await follow(1, topicOf('a'));
    topics.peek = () => new Promise(() => {});
    const answer = sync(4, [[1, 'e1.0']]);
    while (clock.sleepers === 0) await new Promise(setImmediate);
    clock.advance(3_000);
    expect(await answer).toEqual({ n: 4, s: [], exp: 7_197_000, again: 1_000 });
    subscriptions.ofConnection = () => Promise.reject(new Error('throttled'));
    expect(await sync(5, [[1, 'e1.0']])).toEqual({ n: 5, s: [], exp: 7_197_000, again: 1_000 });
    expect(clock.now()).toBe(START_MS + 3_000);
    expect(clock.sleepers).toBe(0);
  });

  it('stays within what a connection carries when ids are as long as a frame allows', async () => {
    const { text } = start();
    const ids = Array.from({ length: 40 }, (_, at) => `${String(at).padStart(3, '0')}${'\u0001'.repeat(100)}`);
    const answer = await text(
      1,
      ids.map((id) => [id, 'e1.0'] as const),
    );
    expect(Buffer.byteLength(answer)).toBeLessThan(32_000);
    expect(JSON.parse(answer).params.s).toHaveLength(40);
  });
});
