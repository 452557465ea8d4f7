/**
 * Many publishers on one topic: attempts, time and write units of a publish, by rate, through conditional puts and through a sequencer (one
 * reader of a FIFO queue that numbers what it is given, ten at most at a time).
 *
 * DynamoDB is the local stage's, with latencies added before every request: 3 ms for a read, 5 ms for a write, 10 ms for a transaction, as
 * the simulated table of the design assumed. Eight publishers in this process, each with its own memory of the topic as eight functions have;
 * events arrive at random (exponential gaps). The sequencer's queue is a list in this process: the way through SQS and Lambda's polling is
 * not in its times. Write units are counted as AWS counts them for events below 1 kB: 1 a write, also a refused one, and 2 a row of a
 * transaction.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { createDynamoTopicLog, createKeyTable, createKeyTableSdk, type KeyTable, type TopicLog } from '@org/gateway-server/parts';
import { quantile } from './paired.js';
import { type StageProcess, withStageProcess } from './stage-process.js';
import { withAssembly } from './temporary-assembly.js';

const READ_MS = 3;
const WRITE_MS = 5;
const TRANSACTION_MS = 10;

const RATES = [5, 20, 50, 100, 200];
const PUBLISHERS = 8;
const DURATION_MS = 6_000;
const RETAIN_SECONDS = 3_600;
const BATCH = 10;

/** Attempts, p99 and write units of the design's simulation, conditional puts. */
const SIMULATED: Readonly<Record<number, readonly [number, number, number]>> = {
  5: [1.02, 19, 1.0],
  20: [1.06, 23, 1.1],
  50: [1.15, 32, 1.1],
  100: [1.37, 54, 1.4],
  200: [2.03, 221, 2.0],
};

const string = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' });
const template = {
  Resources: {
    Topics: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'Topics',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [string('pk'), string('sk')],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      },
    },
  },
};

interface Counts {
  attempts: number;
  writeUnits: number;
}

interface Result extends Counts {
  readonly times: readonly number[];
  readonly gaveUp: number;
}

/** Runs and prints. */
export async function benchContention(): Promise<void> {
  await withAssembly(template, (assembly) => withStageProcess(assembly, measure));
}

async function measure(stage: StageProcess): Promise<void> {
  const sdk = createKeyTableSdk({ region: stage.region, endpoint: stage.awsUrl, credentials: stage.operator });
  const table = createKeyTable(sdk, 'Topics');
  console.log(`\nPublishing on one topic (local DynamoDB, +${READ_MS} ms a read, +${WRITE_MS} a write, +${TRANSACTION_MS} a transaction)`);
  console.log('  publishes/s   way               attempts   p50 ms   p99 ms   WCU/event   gave up   (simulated: attempts, p99, WCU)');
  for (const rate of RATES) {
    const [attempts, p99, units] = SIMULATED[rate] ?? [];
    print(rate, 'conditional put', await race(table, rate), `(${attempts}, ${p99}, ${units})`);
    print(rate, 'sequencer', await queue(table, rate), '');
  }
  await thousandAtOnce(table);
  await sdk.destroy();
}

/** Publishers that put by themselves. */
async function race(inner: KeyTable, rate: number): Promise<Result> {
  const counts = { attempts: 0, writeUnits: 0 };
  const topic = `bench.race/${rate}`;
  const logs = Array.from({ length: PUBLISHERS }, () => logOn(slowed(inner, counts)));
  const times: number[] = [];
  let gaveUp = 0;
  await arrivals(rate, async (at) => {
    const startedMs = performance.now();
    await logs[at % PUBLISHERS]?.append(topic, `{"at":${at}}`, RETAIN_SECONDS).then(
      () => times.push(performance.now() - startedMs),
      () => {
        gaveUp += 1;
      },
    );
  });
  await checkNumbers(logs[0] as TopicLog, topic, times.length);
  return { ...counts, times, gaveUp };
}

/** One reader for all of them. */
async function queue(inner: KeyTable, rate: number): Promise<Result> {
  const counts = { attempts: 0, writeUnits: 0 };
  const topic = `bench.queue/${rate}`;
  const log = logOn(slowed(inner, counts));
  const times: number[] = [];
  const waiting: { readonly sequence: string; readonly startedMs: number; readonly stored: () => void }[] = [];
  let reading = false;
  const read = async (): Promise<void> => {
    if (reading) return;
    reading = true;
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH);
      await log.sequence(
        topic,
        batch.map(({ sequence }) => ({ data: `{"at":${sequence}}`, sequence })),
        RETAIN_SECONDS,
      );
      for (const { startedMs, stored } of batch) {
        times.push(performance.now() - startedMs);
        stored();
      }
    }
    reading = false;
  };
  await arrivals(
    rate,
    (at) =>
      new Promise((stored, failed) => {
        waiting.push({ sequence: String(at + 1), startedMs: performance.now(), stored: () => stored() });
        read().catch(failed);
      }),
  );
  await checkNumbers(log, topic, times.length);
  return { ...counts, times, gaveUp: 0 };
}

/** Begins publishes at random moments, and waits for all of them. */
async function arrivals(rate: number, publish: (at: number) => Promise<void>): Promise<void> {
  const count = Math.max(40, Math.round((rate * DURATION_MS) / 1_000));
  const running: Promise<void>[] = [];
  let dueMs = performance.now();
  for (let at = 0; at < count; at++) {
    dueMs += (-Math.log(1 - Math.random()) * 1_000) / rate;
    const leftMs = dueMs - performance.now();
    if (leftMs > 0) await pause(leftMs);
    running.push(publish(at));
  }
  await Promise.all(running);
}

/** 1,000 publishes of 50 publishers who do not wait for each other: nothing is lost, overwritten or left out. */
async function thousandAtOnce(inner: KeyTable): Promise<void> {
  const counts = { attempts: 0, writeUnits: 0 };
  const topic = 'bench.race/thousand';
  const logs = Array.from({ length: 50 }, () => logOn(slowed(inner, counts)));
  let gaveUp = 0;
  const publish = async (log: TopicLog) => {
    for (let at = 0; at < 20; at++) {
      await pause(Math.random() * 8_000);
      await log.append(topic, `${at}`, RETAIN_SECONDS).catch(() => {
        gaveUp += 1;
      });
    }
  };
  await Promise.all(logs.map(publish));
  await checkNumbers(logs[0] as TopicLog, topic, 1_000 - gaveUp);
  console.log(
    `  1,000 publishes of 50 publishers: offsets 1 to ${1_000 - gaveUp} without a hole, ${gaveUp} gave up, ${counts.attempts} attempts`,
  );
}

/** @throws Error when the topic has not exactly the offsets from 1 to `count`. */
async function checkNumbers(log: TopicLog, topic: string, count: number): Promise<void> {
  let next = 1;
  for (;;) {
    const events = await log.read(topic, next - 1, 500);
    if (events.length === 0) break;
    for (const { offset } of events) {
      if (offset !== next) throw new Error(`${topic}: got offset ${offset}, expected ${next}`);
      next += 1;
    }
  }
  if (next - 1 !== count) throw new Error(`${topic}: got ${next - 1} events, expected ${count}`);
}

function logOn(table: KeyTable): TopicLog {
  const clock = { now: Date.now, sleep: async (delayMs: number) => pause(delayMs) };
  let ids = 0;
  const name = Math.random().toString(36).slice(2, 10);
  return createDynamoTopicLog({ table, clock, random: Math.random, newId: () => `${name}x${++ids}` });
}

/** A table that is as far away as AWS's. */
function slowed(inner: KeyTable, counts: Counts): KeyTable {
  return {
    ...inner,
    get: async (pk, sk) => {
      await pause(READ_MS);
      return inner.get(pk, sk);
    },
    put: async (row, condition) => {
      if (String(row.sk).startsWith('E#')) counts.attempts += 1;
      counts.writeUnits += 1;
      await pause(WRITE_MS);
      return inner.put(row, condition);
    },
    putAll: async (rows) => {
      counts.attempts += rows.filter(({ row }) => String(row.sk).startsWith('E#')).length;
      counts.writeUnits += 2 * rows.length;
      await pause(TRANSACTION_MS);
      return inner.putAll(rows);
    },
    update: async (pk, sk, set, condition) => {
      counts.writeUnits += 1;
      await pause(WRITE_MS);
      return inner.update(pk, sk, set, condition);
    },
    query: async function* (range) {
      await pause(READ_MS);
      yield* inner.query(range);
    },
  };
}

function print(rate: number, way: string, { times, attempts, writeUnits, gaveUp }: Result, simulated: string): void {
  const sorted = [...times].sort((a, b) => a - b);
  const per = (value: number) => (value / times.length).toFixed(2).padStart(8);
  const ms = (share: number) => quantile(sorted, share).toFixed(0).padStart(8);
  console.log(
    `  ${String(rate).padStart(11)}   ${way.padEnd(16)}  ${per(attempts)} ${ms(0.5)} ${ms(0.99)}    ${per(writeUnits)}  ${String(gaveUp).padStart(8)}   ${simulated}`,
  );
}
