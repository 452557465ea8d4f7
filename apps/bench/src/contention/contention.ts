/**
 * Many publishers on one topic: attempts, time and write units of a publish, by rate, through conditional puts and through a sequencer (one
 * reader of a FIFO queue that numbers what it is given, ten at most at a time).
 *
 * A simulation of time with the real code: the log is the one that is deployed, the table is in memory and answers after latencies with the
 * means that the design assumed (3 ms a read, 5 ms a write, 10 ms a transaction), and the clock is virtual, so that a busy machine gives the
 * same figures. Eight publishers, each with its own memory of the topic as eight functions have; events arrive at random (exponential gaps).
 * The sequencer's queue is a list in this process: the way through SQS and Lambda's polling is not in its times.
 */

import { type Clock, createDynamoTopicLog, type KeyTable, type TopicLog } from '@org/gateway-server/parts';
import { quantile } from '../paired.js';
import { type Counts, createTimedTable } from './timed-table.js';
import { createVirtualTime } from './virtual-time.js';

const LATENCIES = { readMs: 3, writeMs: 5, transactionMs: 10 };
const RATES = [5, 20, 50, 100, 200];
const PUBLISHERS = 8;
const DURATION_MS = 30_000;
/** A publisher that is new to a topic takes its first 16 appends slowly. */
const MIN_PUBLISHES = 1_000;
const RETAIN_SECONDS = 3_600;
const BATCH = 10;
const SEED = 4;

/** Attempts, p99 and write units of the design's simulation, conditional puts. */
const SIMULATED: Readonly<Record<number, readonly [number, number, number]>> = {
  5: [1.02, 19, 1.0],
  20: [1.06, 23, 1.1],
  50: [1.15, 32, 1.1],
  100: [1.37, 54, 1.4],
  200: [2.03, 221, 2.0],
};

interface Result extends Counts {
  readonly times: readonly number[];
  readonly gaveUp: number;
}

/** What one run is made of. */
interface Run {
  readonly clock: Clock;
  readonly random: () => number;
  readonly table: KeyTable;
  readonly counts: Counts;
}

/** Runs and prints. */
export async function benchContention(): Promise<void> {
  const { readMs, writeMs, transactionMs } = LATENCIES;
  console.log('\nPublishing on one topic: the real log on a virtual clock. Times are simulated, of a table that answers after');
  console.log(
    `${readMs} ms a read, ${writeMs} a write, ${transactionMs} a transaction on average; ${DURATION_MS / 1_000} s and ${MIN_PUBLISHES} publishes at least, seed ${SEED}`,
  );
  console.log(
    '  publishes/s   way               attempts   p50 ms   p99 ms   WCU/event   reads/event   gave up   (design: attempts, p99, WCU)',
  );
  for (const rate of RATES) {
    const [attempts, p99, units] = SIMULATED[rate] ?? [];
    print(rate, 'conditional put', await simulate((run) => race(run, rate)), `(${attempts}, ${p99}, ${units})`);
    print(rate, 'sequencer', await simulate((run) => queue(run, rate)), '');
  }
  await simulate(thousandAtOnce);
}

function simulate<TResult>(work: (run: Run) => Promise<TResult>): Promise<TResult> {
  const { clock, run } = createVirtualTime();
  const random = seeded(SEED);
  const counts = { attempts: 0, writeUnits: 0, reads: 0 };
  const table = createTimedTable({ clock, random, latencies: LATENCIES, counts });
  return run(() => work({ clock, random, table, counts }));
}

/** Publishers that put by themselves. */
async function race(run: Run, rate: number): Promise<Result> {
  const topic = `bench.race/${rate}`;
  const logs = Array.from({ length: PUBLISHERS }, (_, at) => logOn(run, at));
  const times: number[] = [];
  let gaveUp = 0;
  await arrivals(run, rate, async (at) => {
    const startedMs = run.clock.now();
    await logs[at % PUBLISHERS]?.append(topic, `{"at":${at}}`, RETAIN_SECONDS).then(
      () => times.push(run.clock.now() - startedMs),
      () => {
        gaveUp += 1;
      },
    );
  });
  const counts = { ...run.counts };
  await checkNumbers(logs[0] as TopicLog, topic, times.length);
  return { ...counts, times, gaveUp };
}

/** One reader for all of them. */
async function queue(run: Run, rate: number): Promise<Result> {
  const topic = `bench.queue/${rate}`;
  const log = logOn(run, 0);
  const times: number[] = [];
  const waiting: { readonly sequence: string; readonly startedMs: number; readonly stored: () => void }[] = [];
  let reading = false;
  const read = async (): Promise<void> => {
    if (reading) return;
    reading = true;
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH);
      const messages = batch.map(({ sequence }) => ({ data: `{"at":${sequence}}`, sequence }));
      await log.sequence(topic, messages, RETAIN_SECONDS);
      for (const { startedMs, stored } of batch) {
        times.push(run.clock.now() - startedMs);
        stored();
      }
    }
    reading = false;
  };
  await arrivals(
    run,
    rate,
    (at) =>
      new Promise((stored, failed) => {
        waiting.push({ sequence: String(at + 1), startedMs: run.clock.now(), stored });
        read().catch(failed);
      }),
  );
  const counts = { ...run.counts };
  await checkNumbers(log, topic, times.length);
  return { ...counts, times, gaveUp: 0 };
}

/** Begins publishes at random moments, and waits for all of them. */
async function arrivals({ clock, random }: Run, rate: number, publish: (at: number) => Promise<void>): Promise<void> {
  const running: Promise<void>[] = [];
  const count = Math.max(MIN_PUBLISHES, (rate * DURATION_MS) / 1_000);
  for (let at = 0; at < count; at++) {
    await clock.sleep((-Math.log(1 - random()) * 1_000) / rate);
    running.push(publish(at));
  }
  await Promise.all(running);
}

/** 1,000 publishes of 50 publishers who do not wait for each other: nothing is lost, overwritten or left out. */
async function thousandAtOnce(run: Run): Promise<void> {
  const topic = 'bench.race/thousand';
  const logs = Array.from({ length: 50 }, (_, at) => logOn(run, at));
  let gaveUp = 0;
  const publish = async (log: TopicLog) => {
    for (let at = 0; at < 20; at++) {
      await run.clock.sleep(run.random() * 400);
      await log.append(topic, `${at}`, RETAIN_SECONDS).catch(() => {
        gaveUp += 1;
      });
    }
  };
  const startedMs = run.clock.now();
  await Promise.all(logs.map(publish));
  const seconds = ((run.clock.now() - startedMs) / 1_000).toFixed(1);
  const { attempts } = run.counts;
  await checkNumbers(logs[0] as TopicLog, topic, 1_000 - gaveUp);
  console.log(
    `  1,000 publishes of 50 publishers in ${seconds} s: offsets 1 to ${1_000 - gaveUp} without a hole, ${gaveUp} gave up, ${attempts} attempts`,
  );
}

/** @throws Error when the topic has not exactly the offsets from 1 to `count`. */
async function checkNumbers(log: TopicLog, topic: string, count: number): Promise<void> {
  const offsets = (await log.read(topic, 0, count + 1)).map(({ offset }) => offset);
  const wrong = offsets.findIndex((offset, at) => offset !== at + 1);
  if (wrong >= 0) throw new Error(`${topic}: got offset ${offsets[wrong]}, expected ${wrong + 1}`);
  if (offsets.length !== count) throw new Error(`${topic}: got ${offsets.length} events, expected ${count}`);
}

function logOn({ table, clock, random }: Run, name: number): TopicLog {
  let ids = 0;
  return createDynamoTopicLog({ table, clock, random, newId: () => `p${name}x${++ids}` });
}

/** Numbers from 0 to below 1, the same ones for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function print(rate: number, way: string, { times, attempts, writeUnits, reads, gaveUp }: Result, design: string): void {
  const sorted = [...times].sort((a, b) => a - b);
  const per = (value: number) => (value / times.length).toFixed(2).padStart(8);
  const ms = (share: number) => quantile(sorted, share).toFixed(0).padStart(8);
  console.log(
    `  ${String(rate).padStart(11)}   ${way.padEnd(16)}  ${per(attempts)} ${ms(0.5)} ${ms(0.99)}    ${per(writeUnits)}      ${per(reads)}  ${String(gaveUp).padStart(8)}   ${design}`,
  );
}
