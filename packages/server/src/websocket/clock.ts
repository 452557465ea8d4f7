/**
 * Time, for everything here that waits or stamps. Tests advance one of their own.
 */

import { setTimeout as delay } from 'node:timers/promises';

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after the delay, or early and without an error when the signal is aborted. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (delayMs, signal) => {
    try {
      await delay(delayMs, undefined, signal ? { signal } : {});
    } catch (cause) {
      if (!signal?.aborted) throw cause;
    }
  },
};

/** Epoch seconds of DynamoDB's `ttl` for a moment; the item is there at least until then. */
export function ttlSeconds(atMs: number): number {
  return Math.ceil(atMs / 1000);
}
