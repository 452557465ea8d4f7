/** What every `TopicLog` does. Run by `memory-topic-log.test.ts` and `dynamodb-topic-log.test.ts`. */

import { expect, it } from 'vitest';
import type { createJumpingClock } from '../websocket/clock.fixture.js';
import type { TopicLog } from './topic-log.js';

export interface LogUnderTest {
  /** Two processes with one log. */
  readonly logs: readonly [TopicLog, TopicLog];
  readonly clock: ReturnType<typeof createJumpingClock>;
  /** What the table's expiry does. */
  expire(topic: string, offset: number): Promise<void>;
  /** Loses the topic's memory but not its events. */
  forget(topic: string): Promise<void>;
  /** Wakes that reached the stream. */
  wakes(topic: string): Promise<number>;
}

const DAY_SECONDS = 86_400;

/** Registers the tests; every test uses a topic of its own. */
export function topicLogSuite(start: () => Promise<LogUnderTest>): void {
  const numbers = async (log: TopicLog, topic: string, after = 0) => (await log.read(topic, after, 100)).map(({ offset }) => offset);

  it('numbers events 1, 2, 3 within one epoch (P3.13)', async () => {
    const { logs } = await start();
    const [log] = logs;
    const first = await log.append('docs.changes/a', '{"n":1}', DAY_SECONDS);
    const second = await log.append('docs.changes/a', '{"n":2}', DAY_SECONDS);
    expect([first.offset, second.offset]).toEqual([1, 2]);
    expect(second.epoch).toBe(first.epoch);
    expect(first.epoch).toMatch(/^[A-Za-z0-9]{1,32}$/);
    expect((await log.read('docs.changes/a', 0, 100)).map(({ data }) => data)).toEqual(['{"n":1}', '{"n":2}']);
  });

  it('keeps topics apart', async () => {
    const { logs } = await start();
    await logs[0].append('docs.changes/b', '1', DAY_SECONDS);
    expect((await logs[0].append('docs.changes/bb', '1', DAY_SECONDS)).offset).toBe(1);
  });

  it('leaves no hole and gives no number twice when two processes publish at once (P3.13)', async () => {
    const { logs } = await start();
    const [one, two] = logs;
    const positions = await Promise.all(
      Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? one : two).append('docs.changes/race', `${n}`, DAY_SECONDS)),
    );
    expect(positions.map(({ offset }) => offset).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(new Set(positions.map(({ epoch }) => epoch)).size).toBe(1);
    expect(await numbers(one, 'docs.changes/race')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('goes on after what another process appended', async () => {
    const { logs } = await start();
    const [one, two] = logs;
    await one.append('docs.changes/turns', '1', DAY_SECONDS);
    await two.append('docs.changes/turns', '2', DAY_SECONDS);
    await two.append('docs.changes/turns', '3', DAY_SECONDS);
    expect((await one.append('docs.changes/turns', '4', DAY_SECONDS)).offset).toBe(4);
  });

  it('reads after an offset, in order, no more than asked for', async () => {
    const { logs } = await start();
    for (let n = 1; n <= 12; n++) await logs[0].append('docs.changes/page', `${n}`, DAY_SECONDS);
    expect((await logs[1].read('docs.changes/page', 8, 3)).map(({ data }) => data)).toEqual(['9', '10', '11']);
    expect(await logs[1].read('docs.changes/page', 12, 3)).toEqual([]);
  });

  it('says until when an event is kept, 20 minutes at least', async () => {
    const { logs, clock } = await start();
    await logs[0].append('docs.changes/kept', '1', DAY_SECONDS);
    await logs[0].append('docs.changes/kept-short', '1', 1);
    const [day] = await logs[0].read('docs.changes/kept', 0, 1);
    const [short] = await logs[0].read('docs.changes/kept-short', 0, 1);
    expect(day?.expiresAtMs).toBe(clock.now() + 86_400_000);
    expect(short?.expiresAtMs).toBe(clock.now() + 1_200_000);
  });

  it('never gives the number of an expired event again', async () => {
    const { logs, clock, expire } = await start();
    const [log, other] = logs;
    for (let n = 1; n <= 3; n++) await log.append('docs.changes/old', `${n}`, DAY_SECONDS);
    const { epoch } = await log.head('docs.changes/old');
    await log.advance('docs.changes/old', { epoch, offset: 3 });
    clock.advance(86_400_000);
    await expire('docs.changes/old', 3);
    expect(await log.head('docs.changes/old')).toEqual({ epoch, offset: 3, delivered: 3 });
    expect((await log.append('docs.changes/old', '4', DAY_SECONDS)).offset).toBe(4);
    for (const offset of [1, 2, 4]) await expire('docs.changes/old', offset);
    await log.advance('docs.changes/old', { epoch, offset: 4 });
    expect((await other.append('docs.changes/old', '5', DAY_SECONDS)).offset).toBe(5);
  });

  it('moves delivered forward only, and only in its own epoch', async () => {
    const { logs } = await start();
    const [log] = logs;
    for (let n = 1; n <= 3; n++) await log.append('docs.changes/moved', `${n}`, DAY_SECONDS);
    const { epoch } = await log.head('docs.changes/moved');
    await log.advance('docs.changes/moved', { epoch, offset: 2 });
    await log.advance('docs.changes/moved', { epoch, offset: 1 });
    await log.advance('docs.changes/moved', { epoch: 'other', offset: 3 });
    expect(await log.head('docs.changes/moved')).toEqual({ epoch, offset: 3, delivered: 2 });
  });

  it('begins a new epoch, and no number again, when the memory of a topic is lost (P3.13)', async () => {
    const { logs, clock, forget } = await start();
    const [log] = logs;
    const before = await log.append('docs.changes/lost', '1', DAY_SECONDS);
    await forget('docs.changes/lost');
    clock.advance(60_000);
    const after = await log.append('docs.changes/lost', '2', DAY_SECONDS);
    expect(after.offset).toBe(2);
    expect(after.epoch).not.toBe(before.epoch);
  });

  it('makes the head of a topic nobody published to', async () => {
    const { logs } = await start();
    const [one, two] = logs;
    const [a, b] = await Promise.all([one.head('docs.changes/new'), two.head('docs.changes/new')]);
    expect(a).toEqual(b);
    expect(a).toMatchObject({ offset: 0, delivered: 0 });
    expect(await two.append('docs.changes/new', '1', DAY_SECONDS)).toEqual({ epoch: a.epoch, offset: 1 });
  });

  it('refuses an event that fits in no frame, and stores nothing', async () => {
    const { logs } = await start();
    const tooLarge = JSON.stringify('x'.repeat(128_000));
    await expect(logs[0].append('docs.changes/large', tooLarge, DAY_SECONDS)).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    expect(await logs[0].read('docs.changes/large', 0, 1)).toEqual([]);
    expect((await logs[0].append('docs.changes/large', JSON.stringify('ü'.repeat(60_000)), DAY_SECONDS)).offset).toBe(1);
  });

  it('stores a batch as one run, in its order', async () => {
    const { logs } = await start();
    const [one, two] = logs;
    await two.append('docs.changes/batch', '1', DAY_SECONDS);
    const first = await one.append('docs.changes/batch', ['2', '3', '4'], DAY_SECONDS);
    expect(first.offset).toBe(2);
    expect((await two.append('docs.changes/batch', '5', DAY_SECONDS)).offset).toBe(5);
    expect((await one.read('docs.changes/batch', 0, 10)).map(({ data }) => data)).toEqual(['1', '2', '3', '4', '5']);
  });

  it('mixes no two batches that are published at once', async () => {
    const { logs } = await start();
    const batch = (name: string) => Array.from({ length: 4 }, (_, n) => JSON.stringify(`${name}${n}`));
    await Promise.all(
      ['a', 'b', 'c', 'd'].map((name, n) => (n % 2 === 0 ? logs[0] : logs[1]).append('docs.changes/batches', batch(name), DAY_SECONDS)),
    );
    const names = (await logs[0].read('docs.changes/batches', 0, 100)).map(({ data }) => data.slice(1, 3));
    const runs = [0, 4, 8, 12].map((at) => names.slice(at, at + 4));
    expect(runs.map((run) => run.map((name) => name[1]))).toEqual(Array(4).fill(['0', '1', '2', '3']));
    expect(runs.map((run) => new Set(run.map((name) => name[0])).size)).toEqual([1, 1, 1, 1]);
  });

  it('stores a batch of more than 99 events in runs, and nothing of one with an event that fits in no frame', async () => {
    const { logs } = await start();
    const tooLarge = JSON.stringify('x'.repeat(128_000));
    await expect(logs[0].append('docs.changes/long', ['1', tooLarge], DAY_SECONDS)).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    await expect(logs[0].append('docs.changes/long', [], DAY_SECONDS)).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
    expect((await logs[0].append('docs.changes/long', Array(120).fill('0'), DAY_SECONDS)).offset).toBe(1);
    expect((await logs[0].append('docs.changes/long', '1', DAY_SECONDS)).offset).toBe(121);
  });

  it('stores a publication once per idempotency key, and answers every repetition what the first was answered', async () => {
    const { logs, clock } = await start();
    const [one, two] = logs;
    const topic = 'docs.changes/keyed';
    const first = await one.append(topic, '"a"', 2 * DAY_SECONDS, { idempotencyKey: 'k1' });
    await one.append(topic, '"b"', 2 * DAY_SECONDS);
    expect(await one.append(topic, '"a"', 2 * DAY_SECONDS, { idempotencyKey: 'k1' })).toEqual(first);
    clock.advance(24 * 3_600_000 - 1_000);
    expect(await two.append(topic, '"a"', 2 * DAY_SECONDS, { idempotencyKey: 'k1' })).toEqual(first);
    expect(await numbers(one, topic)).toEqual([1, 2]);
    clock.advance(3_000);
    expect((await two.append(topic, '"a"', 2 * DAY_SECONDS, { idempotencyKey: 'k1' })).offset).toBe(3);
  });

  it('takes an idempotency key for its own topic, and refuses other events under it with CONFLICT', async () => {
    const { logs } = await start();
    await logs[0].append('docs.changes/key-1', '"a"', DAY_SECONDS, { idempotencyKey: 'k' });
    await expect(logs[1].append('docs.changes/key-1', '"b"', DAY_SECONDS, { idempotencyKey: 'k' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await expect(logs[1].append('docs.changes/key-1', ['"a"', '"a"'], DAY_SECONDS, { idempotencyKey: 'k' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    expect((await logs[1].append('docs.changes/key-2', '"b"', DAY_SECONDS, { idempotencyKey: 'k' })).offset).toBe(1);
    for (const idempotencyKey of ['', 'x'.repeat(129)])
      await expect(logs[0].append('docs.changes/key-1', '1', DAY_SECONDS, { idempotencyKey })).rejects.toMatchObject({
        code: 'BAD_REQUEST',
      });
    expect(await numbers(logs[0], 'docs.changes/key-1')).toEqual([1]);
  });

  it('stores one event when a keyed publication is repeated by several at once', async () => {
    const { logs } = await start();
    const positions = await Promise.all(
      Array.from({ length: 6 }, (_, n) =>
        logs[n % 2 === 0 ? 0 : 1].append('docs.changes/key-race', '"a"', DAY_SECONDS, { idempotencyKey: 'k' }),
      ),
    );
    expect(positions.map(({ offset }) => offset)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(await numbers(logs[0], 'docs.changes/key-race')).toEqual([1]);
  });

  it('completes a keyed batch of several runs that was stored in part', async () => {
    const { logs } = await start();
    const batch = Array.from({ length: 101 }, (_, n) => `${n}`);
    await logs[0].append('docs.changes/key-runs', batch, DAY_SECONDS, { idempotencyKey: 'k' });
    expect((await logs[1].append('docs.changes/key-runs', batch, DAY_SECONDS, { idempotencyKey: 'k' })).offset).toBe(1);
    expect((await logs[1].append('docs.changes/key-runs', '1', DAY_SECONDS)).offset).toBe(102);
  });

  it('stores messages of a queue once, wherever a reader of them died', async () => {
    const { logs } = await start();
    const topic = 'docs.changes/queue';
    const message = (n: number) => ({ data: `${n}`, sequence: `1884949646046769612${n}` });
    await logs[0].sequence(topic, [1, 2, 3].map(message), DAY_SECONDS);
    await logs[1].sequence(topic, [1, 2, 3].map(message), DAY_SECONDS);
    await logs[1].sequence(topic, [2, 3, 4, 5].map(message), DAY_SECONDS);
    await logs[0].append(topic, '6', DAY_SECONDS);
    await logs[0].sequence(topic, [5].map(message), DAY_SECONDS);
    expect((await logs[0].read(topic, 0, 100)).map(({ data }) => data)).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('stores a message of a queue under a known idempotency key no second time', async () => {
    const { logs } = await start();
    const topic = 'docs.changes/queue-keys';
    const message = (n: number, idempotencyKey: string) => ({ data: `${n}`, sequence: `${n}`, idempotencyKey });
    await logs[0].sequence(topic, [message(8, 'a'), message(9, 'b'), message(10, 'a')], DAY_SECONDS);
    await logs[1].sequence(topic, [message(11, 'b'), message(12, 'c')], DAY_SECONDS);
    expect((await logs[0].read(topic, 0, 100)).map(({ data }) => data)).toEqual(['8', '9', '12']);
  });

  it('stores each event of a keyed batch of a queue once', async () => {
    const { logs } = await start();
    const topic = 'docs.changes/queue-parts';
    const message = (part: number, sequence: number) => ({ data: `${part}`, sequence: `${sequence}`, idempotencyKey: 'a', part });
    await logs[0].sequence(topic, [message(0, 8), message(1, 9)], DAY_SECONDS);
    await logs[1].sequence(topic, [message(1, 10), message(2, 11)], DAY_SECONDS);
    expect((await logs[0].read(topic, 0, 100)).map(({ data }) => data)).toEqual(['0', '1', '2']);
  });

  it('gives no number twice in an epoch when everything expired and nobody had moved delivered', async () => {
    const { logs, clock, expire } = await start();
    await logs[0].append('docs.changes/unwatched', '1', DAY_SECONDS);
    await logs[0].append('docs.changes/unwatched', '2', DAY_SECONDS);
    clock.advance(86_400_001);
    for (const offset of [2, 1]) await expire('docs.changes/unwatched', offset);
    const after = await logs[1].append('docs.changes/unwatched', '3', DAY_SECONDS);
    expect(after.offset).toBe(3);
    expect(await logs[0].head('docs.changes/unwatched')).toMatchObject({ epoch: after.epoch, offset: 3 });
  });

  it('goes on in its epoch when everything expired and everything had been delivered', async () => {
    const { logs, clock, expire } = await start();
    const { epoch } = await logs[0].append('docs.changes/quiet', '1', DAY_SECONDS);
    await logs[1].advance('docs.changes/quiet', { epoch, offset: 1 });
    clock.advance(7 * 86_400_000);
    await expire('docs.changes/quiet', 1);
    expect(await logs[1].append('docs.changes/quiet', '2', DAY_SECONDS)).toEqual({ epoch, offset: 2 });
  });

  it('takes the same wake once', async () => {
    const { logs, wakes } = await start();
    const key = { topic: 'docs.changes/w', connectionId: 'L0SM9cOFvHcCIhw=', requestId: 1, token: 'Zt1' };
    const wake = { kind: 'start', key, from: { epoch: 'e1', offset: 3 }, resumed: false } as const;
    await logs[0].wake('docs.changes/w', wake);
    await logs[0].wake('docs.changes/w', wake);
    await logs[0].wake('docs.changes/w', { kind: 'stop', key });
    expect(await wakes('docs.changes/w')).toBe(2);
  });
}
