/**
 * A query and its answer over an open socket, one at a time, against one server that answers every contestant at once (`frames-child.ts`). The
 * latencies are wall time: on a busy machine they are the machine's, and only the ratios say something of the clients.
 */

import { paired, printPaired, quantile, type Round } from '../paired.js';
import { startChild } from '../scale/messages.js';
import { type BenchClient, CLIENTS } from './clients.js';

const ROUNDS = 40;
const CALLS = 200;

/** Runs and prints. Goal: p50 of this gateway at most 1.3 times that of raw ws. */
export async function benchRoundtrip(): Promise<void> {
  const child = startChild('frames-child', 'realtime');
  const { port } = await child.ask<{ port: number }>({ kind: 'start' });
  const clients: [string, BenchClient][] = [];
  for (const [name, open] of Object.entries(CLIENTS)) clients.push([name, await open(`ws://127.0.0.1:${port}`, name.replace(' ', ''))]);
  /** Latencies of a contestant's rounds, sorted, in microseconds. */
  const latencies = new Map<string, number[][]>(clients.map(([name]) => [name, []]));
  const rounds = clients.map(([name, client]): [string, Round] => [
    name,
    async (times) => {
      const micros: number[] = [];
      for (let at = 0; at < times; at += 1) {
        const before = performance.now();
        await client.query();
        micros.push((performance.now() - before) * 1_000);
      }
      latencies.get(name)?.push(micros.sort((a, b) => a - b));
    },
  ]);
  const results = await paired(Object.fromEntries(rounds), { rounds: ROUNDS, times: CALLS });
  printPaired(`CPU of a query over the socket, client only (${ROUNDS} rounds of ${CALLS})`, results);
  printLatencies(latencies);
  for (const [, client] of clients) client.close();
  await child.end();
}

function printLatencies(latencies: ReadonlyMap<string, readonly (readonly number[])[]>): void {
  console.log(`\nRound trip of a query over an open socket, wall time`);
  const [baseline] = latencies.values();
  for (const [name, all] of latencies) {
    // The first ones warmed up.
    const own = all.slice(-ROUNDS);
    const ratios = own.map((round, at) => quantile(round, 0.5) / quantile(baseline?.slice(-ROUNDS)[at] ?? [], 0.5)).sort((a, b) => a - b);
    const flat = own.flat().sort((a, b) => a - b);
    const [p50, p99] = [quantile(flat, 0.5), quantile(flat, 0.99)].map((micros) => `${micros.toFixed(0).padStart(6)} µs`);
    const spread = `${quantile(ratios, 0.25).toFixed(2)}-${quantile(ratios, 0.75).toFixed(2)}`;
    console.log(`  ${name.padEnd(28)} p50 ${p50}   p99 ${p99}   p50 ${quantile(ratios, 0.5).toFixed(2)}x  (${spread})`);
  }
}
