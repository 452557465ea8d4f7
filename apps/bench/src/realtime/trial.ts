/** One client behind a proxy of its own: what it got, and when, around one fault. */

import { type BreakProxy, startBreakProxy } from './break-proxy.js';
import type { Contestant, Follower } from './followers.js';

/** Where a server is. */
export interface ServerPlace {
  readonly port: number;
  readonly path: string;
}

/** What a client went through. Times are milliseconds from the end of the fault; NaN: not within the patience. */
export interface Recovery {
  /** Until its next connection came to the proxy. */
  readonly redialMs: number;
  /** Until the first event over that connection was handed to the application. */
  readonly eventMs: number;
}

/** Numbers that a follower missed, got again, or got after a larger one. */
export interface Losses {
  lost: number;
  twice: number;
  inverted: number;
}

/** A running client. */
export interface Trial {
  readonly proxy: BreakProxy;
  readonly follower: Follower;
  /** Resolves when it has a number that is so large, or after so long. */
  until(n: number, patienceMs: number): Promise<void>;
  /** Resolves with its recovery from a moment on, by `performance.now()`. */
  recovered(sinceMs: number, patienceMs: number): Promise<Recovery>;
  /** Of all numbers from the first one it got to this one. */
  losses(last: number): Losses;
  close(): void;
}

/** Starts a client, and waits for its first event. */
export async function startTrial(contestant: Contestant, { port, path }: ServerPlace): Promise<Trial> {
  const proxy = await startBreakProxy(port);
  const got: { readonly n: number; readonly atMs: number }[] = [];
  const waiting = new Set<() => void>();
  const follower = contestant.follow({
    address: proxy.address,
    path,
    onNumber(n) {
      got.push({ n, atMs: performance.now() });
      for (const look of waiting) look();
    },
  });
  const wait = (isThere: () => boolean, patienceMs: number) =>
    new Promise<void>((resolve) => {
      const done = () => {
        waiting.delete(look);
        clearTimeout(timer);
        resolve();
      };
      const look = () => isThere() && done();
      const timer = setTimeout(done, patienceMs);
      waiting.add(look);
      look();
    });
  await wait(() => got.length > 0, 30_000);
  return {
    proxy,
    follower,
    until: (n, patienceMs) => wait(() => (got.at(-1)?.n ?? 0) >= n, patienceMs),
    async recovered(sinceMs, patienceMs) {
      const first = () => (proxy.acceptedMs > sinceMs ? got.find(({ atMs }) => atMs > proxy.acceptedMs) : undefined);
      await wait(() => first() !== undefined, patienceMs);
      const redialMs = proxy.acceptedMs > sinceMs ? proxy.acceptedMs - sinceMs : Number.NaN;
      return { redialMs, eventMs: (first()?.atMs ?? Number.NaN) - sinceMs };
    },
    losses(last) {
      const numbers = got.map(({ n }) => n);
      const seen = new Set(numbers);
      const from = numbers[0] ?? last + 1;
      return {
        lost: last - from + 1 - [...seen].filter((n) => n >= from && n <= last).length,
        twice: numbers.length - seen.size,
        inverted: numbers.filter((n, at) => at > 0 && n < (numbers[at - 1] as number)).length,
      };
    },
    close() {
      follower.close();
      proxy.close();
    },
  };
}
