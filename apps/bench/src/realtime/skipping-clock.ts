/** The machine's time, moved forward at will: a connection that was up for long, without the wait. */

import type { Clock } from '@org/gateway-client';

/** A clock that runs, and jumps. */
export interface SkippingClock extends Clock {
  /** Moves time forward; what falls due runs. */
  skip(byMs: number): void;
}

/** At the machine's time. */
export function skippingClock(): SkippingClock {
  let shiftMs = 0;
  const timers = new Map<symbol, { readonly dueMs: number; readonly run: () => unknown; handle?: NodeJS.Timeout }>();
  const now = () => Date.now() + shiftMs;
  const arm = (key: symbol) => {
    const timer = timers.get(key);
    if (!timer) return;
    clearTimeout(timer.handle);
    timer.handle = setTimeout(
      () => {
        timers.delete(key);
        timer.run();
      },
      Math.min(timer.dueMs - now(), 2 ** 31 - 1),
    );
  };
  return {
    now,
    after(delayMs, run) {
      const key = Symbol();
      timers.set(key, { dueMs: now() + delayMs, run });
      arm(key);
      return () => {
        clearTimeout(timers.get(key)?.handle);
        timers.delete(key);
      };
    },
    skip(byMs) {
      shiftMs += byMs;
      for (const key of timers.keys()) arm(key);
    },
  };
}
