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
    await logs[0].append('docs.changes/kept', '2', 1);
    const [day, short] = await logs[0].read('docs.changes/kept', 0, 2);
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
