/** Clocks for tests. */

import type { Clock } from './clock.js';

/** 2024-05-01T12:00:00Z. */
export const START_MS = 1_714_564_800_000;

/** Sleeping takes no time and moves the clock on. */
export function createJumpingClock(): Clock & { advance(ms: number): void } {
  let nowMs = START_MS;
  return {
    now: () => nowMs,
    sleep: async (delayMs) => {
      nowMs += delayMs;
    },
    advance: (ms) => {
      nowMs += ms;
    },
  };
}

/** Sleepers sleep until a test moves the clock past their time. */
export function createManualClock(): Clock & { advance(ms: number): void; readonly sleepers: number } {
  let nowMs = START_MS;
  const sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();
  return {
    now: () => nowMs,
    sleep: (delayMs, signal) =>
      new Promise((resolve) => {
        const sleeper = {
          atMs: nowMs + delayMs,
          wake: () => {
            sleepers.delete(sleeper);
            signal?.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', sleeper.wake);
      }),
    advance: (ms) => {
      nowMs += ms;
      for (const sleeper of sleepers) if (sleeper.atMs <= nowMs) sleeper.wake();
    },
    get sleepers() {
      return sleepers.size;
    },
  };
}
