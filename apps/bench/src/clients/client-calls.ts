/**
 * CPU and rate of calls over HTTP, client by client: one call after the other, and 64 at a time, against `fetch` and `JSON.parse` by hand.
 * The server is another process, whose CPU is counted too: on a machine with few cores it may be what limits the rate.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { nodeFetch } from '@org/gateway-client/node';
import { quantile } from '../paired.js';
import { batchedCalls, type ClientCall, singleCalls } from './contestants.js';

const ROUNDS = 15;
const WARMUP_ROUNDS = 4;
const CALLS = 640;

/** Runs and prints. */
export async function benchClientCalls(): Promise<void> {
  const child = fork(new URL('./server-child.js', import.meta.url));
  const [port] = (await once(child, 'message')) as [number];
  const url = `http://127.0.0.1:${port}`;
  const transport = nodeFetch();
  try {
    print('A request a call, one after the other', await measure(child, singleCalls(url, transport), 1));
    print('A request a call, 64 in flight', await measure(child, singleCalls(url, transport), 64));
    print('Batches, 64 in flight', await measure(child, batchedCalls(url, transport), 64));
  } finally {
    transport.close();
    child.disconnect();
  }
}

/** What a round of a contestant took. */
interface Cost {
  readonly cpuMicros: number;
  readonly serverMicros: number;
  readonly perSecond: number;
}

/** Contestants take turns in every round, so that what disturbs one disturbs all. */
async function measure(
  child: ChildProcess,
  contestants: Readonly<Record<string, ClientCall>>,
  inFlight: number,
): Promise<ReadonlyMap<string, readonly Cost[]>> {
  const costs = new Map<string, Cost[]>(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < WARMUP_ROUNDS + ROUNDS; round += 1) {
    for (const [name, call] of Object.entries(contestants)) {
      const cost = await costOf(child, call, inFlight);
      if (round >= WARMUP_ROUNDS) costs.get(name)?.push(cost);
    }
  }
  return costs;
}

async function costOf(child: ChildProcess, call: ClientCall, inFlight: number): Promise<Cost> {
  const serverBefore = await serverMicros(child);
  const before = process.cpuUsage();
  const startedMs = performance.now();
  await run(call, inFlight);
  const elapsedMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(before);
  return {
    cpuMicros: (user + system) / CALLS,
    serverMicros: ((await serverMicros(child)) - serverBefore) / CALLS,
    perSecond: (CALLS * 1_000) / elapsedMs,
  };
}

/** Each of so many loops waits for its call before it makes the next. Ids differ, so that no call shares another's answer. */
async function run(call: ClientCall, inFlight: number): Promise<void> {
  let left = CALLS;
  const loop = async () => {
    while (left > 0) {
      left -= 1;
      await call(`${left}`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, loop));
}

async function serverMicros(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [{ user, system }] = (await once(child, 'message')) as [NodeJS.CpuUsage];
  return user + system;
}

/** Ratios are medians of the rounds' own: below 1 for CPU, above 1 for the rate, is better than the first contestant. */
function print(title: string, costs: ReadonlyMap<string, readonly Cost[]>): void {
  console.log(`\n${title}\n  ${''.padEnd(26)}  client µs, ratio       server µs   calls/s, ratio (middle half)`);
  const [baseline = []] = costs.values();
  for (const [name, own] of costs) {
    const cpu = sorted(own.map(({ cpuMicros }, at) => cpuMicros / (baseline[at] as Cost).cpuMicros));
    const rate = sorted(own.map(({ perSecond }, at) => perSecond / (baseline[at] as Cost).perSecond));
    const median = (field: keyof Cost) => quantile(sorted(own.map((cost) => cost[field])), 0.5);
    const spread = `${quantile(rate, 0.25).toFixed(2)}-${quantile(rate, 0.75).toFixed(2)}`;
    console.log(
      `  ${name.padEnd(26)} ${median('cpuMicros').toFixed(1).padStart(10)} ${quantile(cpu, 0.5).toFixed(2).padStart(6)}x ${median('serverMicros').toFixed(1).padStart(14)} ${median('perSecond').toFixed(0).padStart(10)} ${quantile(rate, 0.5).toFixed(2).padStart(6)}x (${spread})`,
    );
  }
}

function sorted(values: readonly number[]): readonly number[] {
  return [...values].sort((a, b) => a - b);
}
