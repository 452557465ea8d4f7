/**
 * What an event of a subscription costs the client, from the socket to the loop that reads it: CPU time of the client's process while a server in
 * another one sends as fast as it is read. Raw ws parses and calls a function; nothing of it survives a lost connection.
 */

import { paired, type Round } from '../paired.js';
import { type Child, startChild } from '../scale/messages.js';
import { type BenchClient, CLIENTS } from './clients.js';
import type { Shape } from './frames.js';

const ROUNDS = 30;
const EVENTS = 4_000;

const CONTESTANTS: readonly { readonly name: string; readonly client: keyof typeof CLIENTS; readonly shape: Shape }[] = [
  { name: 'raw ws', client: 'raw ws', shape: 'plain' },
  { name: 'this gateway, single', client: 'this gateway', shape: 'gw' },
  { name: 'this gateway, coalesced', client: 'this gateway', shape: 'coalesced' },
  { name: 'tRPC wsLink, tracked', client: 'tRPC wsLink', shape: 'tracked' },
  { name: 'socket.io', client: 'socket.io', shape: 'socket.io' },
];

/** Runs and prints. Goal: at least 40,000 events per second of client CPU. */
export async function benchMessageRate(): Promise<void> {
  const child = startChild('frames-child', 'realtime');
  const { port } = await child.ask<{ port: number }>({ kind: 'start' });
  const asked = new Map<string, number>();
  const clients: BenchClient[] = [];
  const rounds: [string, Round][] = [];
  for (const [at, { name, client: kind, shape }] of CONTESTANTS.entries()) {
    const client = await CLIENTS[kind](`ws://127.0.0.1:${port}`, `follower${at}`);
    clients.push(client);
    const receive = await counting(client);
    rounds.push([
      name,
      async (times) => void asked.set(name, await pushed(child, { name: `follower${at}`, shape }, receive(times), times)),
    ]);
  }
  const results = await paired(Object.fromEntries(rounds), { rounds: ROUNDS, times: EVENTS });
  console.log(`\nSubscription events per second of client CPU (${ROUNDS} rounds of ${EVENTS}, some 120 bytes each)`);
  for (const { name, cpuMicros, ratio, spread } of results) {
    const rate = `${Math.round(1e6 / cpuMicros).toLocaleString('en')} /s`;
    const bounds = `${spread[0].toFixed(2)}-${spread[1].toFixed(2)}`;
    const syncs = asked.get(name) ? `, asked ${asked.get(name)} times for what it had dropped` : '';
    console.log(
      `  ${name.padEnd(28)} ${rate.padStart(12)}   ${cpuMicros.toFixed(1).padStart(6)} µs   ${ratio.toFixed(2)}x  (${bounds})${syncs}`,
    );
  }
  for (const client of clients) client.close();
  await child.end();
}

/** Follows; the answer waits for so many more events. */
async function counting(client: BenchClient): Promise<(count: number) => Promise<void>> {
  let missing = 0;
  let done = () => {};
  await client.follow(() => {
    missing -= 1;
    if (!missing) done();
  });
  return (count) =>
    new Promise((resolve) => {
      missing = count;
      done = resolve;
    });
}

/** Has them sent and waits until they are there; answers how often the client has asked for more so far. */
async function pushed(child: Child, to: { name: string; shape: Shape }, received: Promise<void>, count: number): Promise<number> {
  const [{ syncs }] = await Promise.all([child.ask<{ syncs: number }>({ kind: 'push', ...to, count }), received]);
  return syncs;
}
