/**
 * CPU of a call through the client over HTTP, against `fetch` and `JSON.parse` by hand, and what the transport for Node makes of it: one call
 * after the other, and 64 at a time. The server is another process.
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createHttpClient } from '@org/gateway-client/http';
import { nodeFetch } from '@org/gateway-client/node';
import { createTRPCClient, httpLink } from '@trpc/client';
import { paired, printPaired, type Round } from './paired.js';

const ROUNDS = 15;
const CALLS = 320;

/** Runs and prints. */
export async function benchClientCalls(): Promise<void> {
  const child = fork(new URL('./client-calls-server.js', import.meta.url));
  const [port] = (await once(child, 'message')) as [number];
  const url = `http://127.0.0.1:${port}`;
  const transport = nodeFetch();
  const plain = createHttpClient({ url });
  const quick = createHttpClient({ url, fetch: transport });
  const trpc = createTRPCClient({ links: [httpLink({ url: `${url}/rpc` })] }) as unknown as Record<
    string,
    Record<string, { query(input: unknown): Promise<unknown> }>
  >;
  const raw = async (id: string) => {
    const input = encodeURIComponent(JSON.stringify({ id }));
    return JSON.parse(await (await fetch(`${url}/rpc/documents/get?input=${input}`)).text()).result.data;
  };
  const calls: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
    'fetch by hand': raw,
    'this client on fetch': (id) => plain.documents.get.query({ id }, alone(id)),
    'this client on nodeFetch': (id) => quick.documents.get.query({ id }, alone(id)),
    'tRPC httpLink on fetch': (id) => trpc.documents?.get?.query({ id }) ?? Promise.reject(new Error('no procedure')),
  };
  try {
    for (const inFlight of [1, 64]) {
      const rounds = Object.entries(calls).map(([name, call]) => [name, roundOf(call, inFlight)]);
      printPaired(`A query over HTTP, ${inFlight} in flight`, await paired(Object.fromEntries(rounds), { rounds: ROUNDS, times: CALLS }));
    }
    for (const [name, call] of Object.entries(calls)) {
      const startedMs = performance.now();
      await roundOf(call, 64)(CALLS * 20);
      console.log(`  ${name.padEnd(28)} ${Math.round((CALLS * 20_000) / (performance.now() - startedMs))} calls a second, 64 in flight`);
    }
  } finally {
    transport.close();
    child.disconnect();
  }
}

/** Calls of different deadlines travel each by itself: what is compared is a request a call. */
const alone = (id: string) => ({ timeoutMs: 30_000 + Number(id) });

/** Each of so many loops waits for its call before it makes the next. Ids differ, so that no call shares another's answer. */
function roundOf(call: (id: string) => Promise<unknown>, inFlight: number): Round {
  return async (times) => {
    let left = times;
    const loop = async () => {
      while (left > 0) {
        left -= 1;
        await call(`${left}`);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, loop));
  };
}
