/**
 * `npm run scale`: how the fan-out and the sockets behind it grow with the number of connections. Up to 60,000 it is measured; a simulation, whose
 * error against the measured sizes is printed, goes on from there with AWS's quotas and names the one that binds.
 */

import { AWS_LIMITS, type FanoutTimes, NO_LIMITS, PRICES } from './limits.js';
import { type Measured, measure } from './measure.js';
import { plot } from './plot.js';
import { boundOf, reconnectSeconds, simulateBroadcast } from './simulate.js';

const MEASURED_SIZES = [1_000, 10_000, 60_000];
const SIMULATED_SIZES = [1_000, 10_000, 60_000, 100_000, 300_000, 1_000_000];

/** What a fan-out on AWS is made of; CPU per post is measured here. */
const AWS_TIMES = {
  streamMs: 250,
  queueMs: 50,
  pageMs: 20,
  pageRows: 7_000,
  shardRows: 2_000,
  workers: 100,
  parallelPosts: 64,
  postMs: 30,
};

/** Memory of a function with one whole core, in GB. */
const FUNCTION_GB = 1.769;

/** A client says where it stands that often while it is watched and nothing else comes, PROTOCOL.md P3.19. */
const SYNC_SECONDS = 30;
const MONTH_MINUTES = 43_800;

/** Sizes to measure are arguments. @throws Error when a connection is refused */
export async function runScale(sizes: readonly number[] = MEASURED_SIZES): Promise<void> {
  const measured: Measured[] = [];
  for (const size of sizes) {
    measured.push(await measure(size));
    console.log(`measured ${size} connections`);
  }
  const [first] = measured;
  if (!first) return;
  const here = timesHere(first);
  printMeasured(measured, here);
  const there: FanoutTimes = { ...AWS_TIMES, postCpuMicros: first.fanoutMicros, deliverCpuMicros: 0, deliverCores: 1 };
  printSimulated(there);
  const lines = plot(
    [
      {
        mark: 'a',
        name: 'simulated with the quotas of AWS',
        points: SIMULATED_SIZES.map((size) => [size, simulateBroadcast(size, there, AWS_LIMITS).lastMs]),
      },
      {
        mark: 's',
        name: 'simulated on this machine',
        points: sizes.map((size) => [size, simulateBroadcast(size, here, NO_LIMITS).lastMs]),
      },
      { mark: 'm', name: 'measured on this machine', points: measured.map(({ connections, broadcastMs }) => [connections, broadcastMs]) },
    ],
    { x: 'connections', y: 'ms from the append to the last client' },
  );
  console.log(`\n${lines.join('\n')}`);
}

/** The smallest size gives the costs; the larger ones show what the simulation is worth. */
function timesHere({ fanoutMicros, gatewayMicros, clientMicros, postMs }: Measured): FanoutTimes {
  return {
    ...{ streamMs: 0, queueMs: 0, pageMs: 0, pageRows: 1_000, shardRows: Number.POSITIVE_INFINITY, workers: 1, parallelPosts: 64, postMs },
    postCpuMicros: fanoutMicros,
    deliverCpuMicros: gatewayMicros + clientMicros,
    deliverCores: 1,
  };
}

function printMeasured(measured: readonly Measured[], here: FanoutTimes): void {
  console.log('\nMeasured: real WebSockets on this machine, the real fan-out, plain HTTP between them');
  console.log('  connections  connects/s  bytes each (API, client)  CPU per recipient (fan-out, API, client)  last client   simulated');
  for (const each of measured) {
    const { lastMs } = simulateBroadcast(each.connections, here, NO_LIMITS);
    const error = `${(100 * (lastMs / each.broadcastMs - 1)).toFixed(0)} %`;
    console.log(
      `  ${column(each.connections, 11)}  ${column(each.connectsPerSecond, 10)}  ${column(each.gatewayBytes, 12)}${column(each.clientBytes, 12)}` +
        `  ${column(each.fanoutMicros, 14, 1)}${column(each.gatewayMicros, 8, 1)}${column(each.clientMicros, 8, 1)} µs` +
        `          ${column(each.broadcastMs, 9)} ms${column(lastMs, 9)} ms (${error})`,
    );
  }
  console.log('  The simulation takes its costs from the first row; its error in that row and the others is what it is worth.');
}

function printSimulated(times: FanoutTimes): void {
  console.log(
    `\nSimulated, not measured: AWS with ${times.workers} workers, ${AWS_LIMITS.requestRate} requests/s and ${AWS_LIMITS.connectRate} connects/s of an account`,
  );
  console.log('  connections  last client (half)      bound by         an event costs   all back after   a month of connections and syncs');
  for (const size of SIMULATED_SIZES) {
    const { lastMs, medianMs } = simulateBroadcast(size, times, AWS_LIMITS);
    const eventDollars = size * (PRICES.message + (times.postCpuMicros / 1e6) * FUNCTION_GB * PRICES.lambdaGbSecond);
    const syncs = (2 * MONTH_MINUTES * 60) / SYNC_SECONDS;
    const monthDollars = size * (MONTH_MINUTES * PRICES.connectionMinute + syncs * PRICES.message);
    console.log(
      `  ${column(size, 11)}  ${column(lastMs / 1_000, 8, 2)} s (${(medianMs / 1_000).toFixed(2)} s)   ${boundOf(size, times, AWS_LIMITS).padEnd(15)}` +
        `  ${column(eventDollars, 9, 4)} $   ${column(reconnectSeconds(size, AWS_LIMITS) / 60, 8, 1)} min   ${column(monthDollars, 9)} $`,
    );
  }
}

function column(value: number, width: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }).padStart(width);
}
