import { describe, expect, it } from 'vitest';
import { SendError } from '../websocket/sender.js';
import { createFanoutStage, silentLog, TOPIC } from './fanout.fixture.js';
import type { PushMessage } from './push-message.js';
import { createPushWorker } from './push-worker.js';

function start(more: Parameters<typeof createFanoutStage>[0] = {}) {
  const stage = createFanoutStage(more);
  let tokens = 0;
  return {
    ...stage,
    /** Enters a subscription of our own client. */
    follow: async (connectionId: string, requestId = 1, shard?: number) => {
      const entered = shard ?? (await stage.subscriptions.shardFor(TOPIC, connectionId));
      const key = { topic: TOPIC, connectionId, requestId, token: `Zf${++tokens}`, shard: entered };
      await stage.subscriptions.claim({ key, path: 'docs.changes' });
      return key;
    },
    /** Offsets of the events in each frame that a connection was pushed. */
    pushed: (connectionId: string) =>
      (stage.sender.frames.get(connectionId) ?? [])
        .map((text) => JSON.parse(text))
        .filter(({ method }) => method === 'gw.ev')
        .map(({ params }) => params.x.map(([offset]: [number]) => offset)),
  };
}

describe('pushing to our own client', () => {
  it('sends a run of events as one frame, once to each connection (P3.17)', async () => {
    const { follow, publish, work, sender } = start();
    await follow('c1=');
    await follow('c1=', 2);
    await follow('c2=');
    await publish(7, 8, 9);
    expect(await work()).toBe(0);
    const frame = '{"id":null,"method":"gw.ev","params":{"t":"docs.changes/a","e":"e1","x":[[1,7],[2,8],[3,9]]}}';
    expect([sender.frames.get('c1='), sender.frames.get('c2=')]).toEqual([[frame], [frame]]);
  });

  it('cuts a long run into frames of at most 32,000 bytes, the same text for everybody (P3.17)', async () => {
    const { follow, topics, work, sender, pushed } = start();
    await follow('c1=');
    await follow('c2=');
    for (let n = 0; n < 10; n++) await topics.append(TOPIC, JSON.stringify('é'.repeat(3_000)), 3600);
    await work();
    expect(pushed('c1=')).toEqual([
      [1, 2, 3, 4, 5],
      [6, 7, 8, 9, 10],
    ]);
    const [first, second] = ['c1=', 'c2='].map((id) => sender.frames.get(id) ?? []);
    for (const [at, text] of (first ?? []).entries()) {
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(32_000);
      expect(text).toBe(second?.[at]);
    }
  });

  it('sends an event that fits in no frame of 32,000 bytes in parts, in its place (P3.26)', async () => {
    const { follow, topics, work, sender } = start();
    await follow('c1=');
    for (const length of [10, 60_000, 10]) await topics.append(TOPIC, JSON.stringify('x'.repeat(length)), 3600);
    await work();
    const frames = sender.frames.get('c1=') ?? [];
    expect(frames.map((text) => JSON.parse(text).method)).toEqual(['gw.ev', 'gw.part', 'gw.part', 'gw.ev']);
    const parts = frames.slice(1, 3).map((text) => JSON.parse(text).params);
    expect(JSON.parse(parts.map(({ d }) => d).join('')).params.x).toEqual([[2, 'x'.repeat(60_000)]]);
    for (const frame of frames) expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(32_000);
  });

  it('serves stock subscribers beside it as ever', async () => {
    const { follow, subscribe, publish, work, received, pushed } = start();
    await follow('c1=');
    await subscribe('c2=');
    await publish(7);
    await work();
    expect(pushed('c1=')).toEqual([[1]]);
    expect(received('c2=')).toEqual(['started', 1]);
  });

  it('finds who is entered while the events are read (row 28)', async () => {
    const { follow, publish, work, topics, pushed } = start();
    const { read } = topics;
    await publish(7);
    topics.read = async (...range) => {
      const events = await read(...range);
      await follow('late=');
      return events;
    };
    await work();
    expect(pushed('late=')).toEqual([[1]]);
  });

  it('drops both rows of a connection that is gone, and posts to it no more (row 17)', async () => {
    const { follow, publish, work, sender, subscriptions, clock } = start();
    for (let n = 0; n < 100; n++) await follow(n % 10 < 3 ? `gone${n}=` : `live${n}=`);
    const posts: string[] = [];
    sender.onPost = (connectionId) => {
      posts.push(connectionId);
      return connectionId.startsWith('gone') ? 'gone' : undefined;
    };
    const startedAtMs = clock.now();
    await publish(1);
    await work();
    expect(posts).toHaveLength(100);
    expect(subscriptions.size).toBe(140);
    await publish(2);
    await work();
    expect(posts.slice(100).filter((id) => id.startsWith('gone'))).toEqual([]);
    expect(posts).toHaveLength(170);
    expect(clock.now()).toBe(startedAtMs);
  });

  it('tries a throttled connection three times, then passes it over for ten seconds and closes nothing (row 18, row 19)', async () => {
    const { follow, publish, work, sender, clock, pushed } = start();
    await follow('slow=');
    await follow('fast=');
    let refusals = 0;
    sender.onPost = (connectionId) => {
      if (connectionId !== 'slow=' || refusals === 3) return undefined;
      refusals++;
      throw new SendError('slow', 'limit exceeded', { status: 429 });
    };
    await publish(1);
    expect(await work()).toBe(0);
    await publish(2);
    await work();
    expect([refusals, pushed('slow='), pushed('fast=')]).toEqual([3, [], [[1], [2]]]);
    expect(sender.closed.size).toBe(0);
    clock.advance(10_000);
    await publish(3);
    await work();
    expect(pushed('slow=')).toEqual([[3]]);
  });

  it.each([
    ['a failure', 'failed', 2],
    ['no answer in time', 'timeout', 2],
    ['a frame that is too large', 'too-large', 1],
  ] as const)('leaves out a frame for %s after its attempts, and nobody else waits or fails', async (_, kind, attempts) => {
    const { follow, publish, work, sender, pushed } = start();
    await follow('bad=');
    await follow('good=');
    let posts = 0;
    sender.onPost = (connectionId) => {
      if (connectionId !== 'bad=') return undefined;
      posts++;
      throw new SendError(kind, 'broken');
    };
    await publish(1);
    expect(await work()).toBe(0);
    expect([posts, pushed('good=')]).toEqual([attempts, [[1]]]);
    sender.onPost = () => undefined;
    await publish(2);
    await work();
    expect(pushed('bad=')).toEqual([[2]]);
    expect(sender.closed.size).toBe(0);
  });

  it('does not repeat what stock subscribers got when followers cannot be read: they ask for it', async () => {
    const { follow, subscribe, publish, work, received, subscriptions } = start();
    await follow('c1=');
    await subscribe('c2=');
    subscriptions.shards = () => Promise.reject(new Error('throttled'));
    await publish(1);
    expect(await work()).toBe(0);
    expect(received('c2=')).toEqual(['started', 1]);
  });

  it('has the rows of a connection that is gone cleaned up by another run when that fails', async () => {
    const { follow, publish, work, sender, subscriptions } = start();
    await follow('gone=');
    sender.onPost = () => 'gone';
    const { drop } = subscriptions;
    subscriptions.drop = () => Promise.reject(new Error('throttled'));
    await publish(1);
    expect(await work()).toBe(0);
    subscriptions.drop = drop;
    await publish(2);
    await work();
    expect(subscriptions.size).toBe(0);
  });
});

describe('a big topic', () => {
  const big = () => {
    const spread: PushMessage[] = [];
    const stage = start({ followersPerShard: 20, spread: async (messages) => void spread.push(...messages) });
    const worker = createPushWorker({ ...stage, random: () => 0, log: silentLog, followersPerShard: 20 });
    const done = (messages: readonly PushMessage[]) =>
      worker({ Records: messages.map((message, at) => ({ messageId: `m${at}`, body: JSON.stringify(message) })) });
    return { ...stage, spread, worker, done };
  };

  it('gets twice the shards when one has more followers than can be served at once, and workers serve them from then on', async () => {
    const { follow, publish, work, spread, done, pushed, subscriptions } = big();
    for (let n = 0; n < 21; n++) await follow(`c${n}=`);
    await publish(1);
    await work();
    expect([spread, await subscriptions.shards(TOPIC), pushed('c20=')]).toEqual([[], 2, [[1]]]);
    const late = await Promise.all(Array.from({ length: 10 }, (_, n) => follow(`late${n}=`)));
    expect(new Set(late.map(({ shard }) => shard))).toEqual(new Set([0, 1]));
    await publish(2, 3);
    await work();
    const run = { topic: TOPIC, epoch: 'e1', after: 1, to: 3, shards: 2 };
    expect(spread).toEqual([
      { ...run, shard: 0 },
      { ...run, shard: 1 },
    ]);
    expect(pushed('late0=')).toEqual([]);
    expect(await done(spread)).toEqual({ batchItemFailures: [] });
    for (const id of ['c0=', 'c20=']) expect(pushed(id)).toEqual([[1], [2, 3]]);
    for (const { connectionId } of late) expect(pushed(connectionId)).toEqual([[2, 3]]);
  });

  it('goes on growing by its newer half only: rows stay in the shards where they were entered', async () => {
    const { follow, publish, work, spread, done, subscriptions } = big();
    for (let n = 0; n < 50; n++) await follow(`c${n}=`, 1, 0);
    await publish(1);
    await work();
    expect(await subscriptions.shards(TOPIC)).toBe(2);
    await publish(2);
    await work();
    await done(spread);
    expect(await subscriptions.shards(TOPIC)).toBe(2);
    for (let n = 0; n < 21; n++) await follow(`d${n}=`, 1, 1);
    await done(spread);
    expect(await subscriptions.shards(TOPIC)).toBe(4);
  });

  it('is served by the fan-out itself where there are no workers', async () => {
    const { follow, publish, work, pushed, subscriptions } = start({ followersPerShard: 1 });
    await subscriptions.grow(TOPIC, 1);
    await follow('c1=', 1, 0);
    await follow('c2=', 1, 1);
    await publish(1);
    await work();
    expect([pushed('c1='), pushed('c2=')]).toEqual([[[1]], [[1]]]);
  });

  it.each([
    ['no JSON', '{'],
    ['null', 'null'],
    ['a number as a text', '{"topic":"a","epoch":"e1","after":"1","to":2,"shard":0,"shards":2}'],
  ])('puts aside a message that is %s, and does the others of its batch (row 21)', async (_, body) => {
    const { follow, publish, topics, worker, pushed } = big();
    await follow('c1=', 1, 0);
    await publish(1);
    const good = { topic: TOPIC, epoch: (await topics.head(TOPIC)).epoch, after: 0, to: 1, shard: 0, shards: 2 };
    const Records = [
      { messageId: 'bad', body },
      { messageId: 'good', body: JSON.stringify(good) },
    ];
    expect(await worker({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: 'bad' }] });
    expect(pushed('c1=')).toEqual([[1]]);
  });

  it('has a message brought back when its shard cannot be read (row 22)', async () => {
    const { publish, done, topics } = big();
    await publish(1);
    topics.read = () => Promise.reject(new Error('throttled'));
    expect(await done([{ topic: TOPIC, epoch: 'e1', after: 0, to: 1, shard: 0, shards: 2 }])).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }],
    });
  });

  it('pushes of an old message what the log still has without a gap', async () => {
    const { follow, publish, done, topics, pushed } = big();
    await follow('c1=', 1, 0);
    await publish(1, 2, 3);
    topics.expire(TOPIC, 2);
    await done([{ topic: TOPIC, epoch: 'e1', after: 0, to: 3, shard: 0, shards: 2 }]);
    expect(pushed('c1=')).toEqual([[1]]);
  });
});
