/** Rows 25, 26, 29 and 30 of the fault matrix at the log: many writers, dead writers, lost memories and a half-visible transaction. */

import { expect, it } from 'vitest';
import { createJumpingClock } from '../websocket/clock.fixture.js';
import { createDynamoTopicLog } from './dynamodb-topic-log.js';
import type { KeyTable } from './key-table.js';
import { createMemoryKeyTable } from './memory-key-table.fixture.js';
import { eventKey, META_KEY, topicKey } from './topic-keys.js';
import { expiryMs } from './topic-log.js';

const TOPIC = 'docs.changes/a';

/** Numbers from 0 to below 1, the same ones for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

/** Processes with one table; every operation lets others pass a random number of times. */
function processes(count: number, table: KeyTable, random: () => number) {
  const clock = createJumpingClock();
  let ids = 0;
  const waits = { ...clock, sleep: async (ms: number) => turns(1 + Math.ceil(ms)) };
  return {
    clock,
    logs: Array.from({ length: count }, () => createDynamoTopicLog({ table, clock: waits, random, newId: () => `id${++ids}` })),
  };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}

it.each([1, 2, 3])('row 25: leaves no hole and overwrites nothing when 1,000 publishers race, seed %i (P3.13)', async (seed) => {
  const random = seeded(seed);
  const table = createMemoryKeyTable(() => turns(Math.floor(random() * 8)));
  const { logs } = processes(8, table, random);
  const stored: string[] = [];
  const publisher = async (log: (typeof logs)[number], name: number) => {
    for (let n = 0; n < 125; n++) {
      const data = JSON.stringify(`${name}-${n}`);
      stored[(await log.append(TOPIC, data, 86_400)).offset] = data;
      await turns(Math.floor(random() * 400));
    }
  };
  await Promise.all(logs.map(publisher));
  const events = await logs[0]?.read(TOPIC, 0, 2_000);
  expect(events?.map(({ offset }) => offset)).toEqual(Array.from({ length: 1_000 }, (_, n) => n + 1));
  expect(events?.map(({ data }) => data)).toEqual(stored.slice(1));
  expect(new Set(stored.slice(1)).size).toBe(1_000);
  expect(new Set(events?.map(({ epoch }) => epoch)).size).toBe(1);
});

it('takes one write an event from a publisher that goes on, after 16 of two', async () => {
  const table = createMemoryKeyTable(() => turns(0));
  const { logs } = processes(1, table, () => 0);
  for (let n = 0; n < 116; n++) await logs[0]?.append(TOPIC, '0', 86_400);
  expect(table.writes).toEqual({ put: 117, putAll: 0, update: 17 });
});

it('row 26: stores one event when a publisher dies after its commit and another repeats it with the key', async () => {
  const inner = createMemoryKeyTable(() => turns(0));
  let dying = true;
  const dead = new Promise<never>(() => undefined);
  const table: KeyTable = {
    ...inner,
    putAll: async (rows) => {
      const done = await inner.putAll(rows);
      return dying ? dead : done;
    },
  };
  const { logs } = processes(2, table, () => 0);
  const options = { idempotencyKey: 'order-1' };
  void logs[0]?.append(TOPIC, '"paid"', 86_400, options);
  await turns(40);
  dying = false;
  expect(await logs[1]?.append(TOPIC, '"paid"', 86_400, options)).toMatchObject({ offset: 1 });
  expect(await logs[1]?.read(TOPIC, 0, 10)).toHaveLength(1);
});

it('takes no gap in a transaction that is being committed for one, and waits for it', async () => {
  const inner = createMemoryKeyTable(() => turns(0));
  let hidden: number | undefined = 2;
  const table: KeyTable = {
    ...inner,
    query: async function* (range) {
      for await (const page of inner.query(range)) yield page.filter(({ offset }) => offset !== hidden);
    },
  };
  const { logs, clock } = processes(1, table, () => 0);
  await logs[0]?.append(TOPIC, ['1', '2', '3'], 86_400);
  await expect(logs[0]?.read(TOPIC, 0, 10)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  const reading = logs[0]?.read(TOPIC, 1, 10);
  await turns(10);
  hidden = undefined;
  expect((await reading)?.map(({ data }) => data)).toEqual(['2', '3']);
  hidden = 2;
  clock.advance(86_400_001);
  expect((await logs[0]?.read(TOPIC, 1, 10))?.map(({ data }) => data)).toEqual(['3']);
});

it('row 29: begins an epoch above every number that was used when events expired out of order and undelivered', async () => {
  const table = createMemoryKeyTable(() => turns(0));
  const { logs, clock } = processes(2, table, () => 0);
  for (let n = 1; n <= 5; n++) await logs[0]?.append(TOPIC, `${n}`, 86_400);
  const before = await logs[0]?.head(TOPIC);
  clock.advance(86_400_001);
  for (const offset of [5, 3, 1]) await table.delete(topicKey(TOPIC), eventKey(offset));
  const after = await logs[1]?.append(TOPIC, '6', 86_400);
  expect(after?.offset).toBe(6);
  expect(after?.epoch).not.toBe(before?.epoch);
});

it('goes on in its epoch when an event that came later would have expired earlier', async () => {
  const table = createMemoryKeyTable(() => turns(0));
  const { logs, clock } = processes(2, table, () => 0);
  await logs[0]?.append(TOPIC, '1', 86_400);
  await logs[0]?.append(TOPIC, '2', 1_200);
  const [one, two] = (await logs[1]?.read(TOPIC, 0, 2)) ?? [];
  expect(one?.expiresAtMs).toBe(expiryMs(clock.now(), 86_400));
  expect(two?.expiresAtMs).toBe(one?.expiresAtMs);
});

it('row 30: has a publisher that never pauses learn of a new epoch within a minute', async () => {
  const table = createMemoryKeyTable(() => turns(0));
  const { logs, clock } = processes(2, table, () => 0);
  const before = await logs[0]?.append(TOPIC, '1', 86_400);
  await table.delete(topicKey(TOPIC), META_KEY);
  const begun = await logs[1]?.head(TOPIC);
  expect(begun).toMatchObject({ offset: 1, delivered: 1 });
  const epochs: (string | undefined)[] = [];
  for (let second = 0; second < 60; second += 5) {
    clock.advance(5_000);
    epochs.push((await logs[0]?.append(TOPIC, `${second}`, 86_400))?.epoch);
  }
  expect(epochs.at(-1)).toBe(begun?.epoch);
  expect(epochs.at(-1)).not.toBe(before?.epoch);
});
