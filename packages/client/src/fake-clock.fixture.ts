/**
 * A clock that stands still until a test moves it.
 */

import type { Clock } from './clock.js';

export interface FakeClock extends Clock {
  /** Moves on and runs what is due, in order. */
  advance(ms: number): void;
  /** Milliseconds until each timer that is set. */
  readonly pending: readonly number[];
  /** Waits until a timer with this delay has been set. */
  timer(delayMs: number): Promise<void>;
}

/** A clock at 0. */
export function fakeClock(): FakeClock {
  const timers = new Set<{ readonly atMs: number; readonly delayMs: number; readonly run: () => unknown }>();
  const watchers = new Set<() => void>();
  let nowMs = 0;
  return {
    now: () => nowMs,
    after(delayMs, run) {
      const timer = { atMs: nowMs + delayMs, delayMs, run };
      timers.add(timer);
      for (const watch of watchers) watch();
      return () => timers.delete(timer);
    },
    advance(ms) {
      const endMs = nowMs + ms;
      for (;;) {
        const [next] = [...timers].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs);
        if (!next) break;
        nowMs = next.atMs;
        timers.delete(next);
        next.run();
      }
      nowMs = endMs;
    },
    get pending() {
      return [...timers].map(({ atMs }) => atMs - nowMs).sort((a, b) => a - b);
    },
    timer: (delayMs) =>
      new Promise((resolve) => {
        const watch = () => {
          if ([...timers].some((timer) => timer.delayMs === delayMs) && watchers.delete(watch)) resolve();
        };
        watchers.add(watch);
        watch();
      }),
  };
}
