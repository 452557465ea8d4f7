/**
 * Time that passes as fast as the machine can: code waits as ever, and when nobody has anything left to do the clock jumps to the next who
 * waits. Figures do not depend on how busy the machine is.
 */

import type { Clock } from '@org/gateway-server/parts';

/** A clock of its own, and what makes it run. */
export interface VirtualTime {
  readonly clock: Clock;
  /** Runs work to its end. @throws Error when it waits for something that time does not bring */
  run<TResult>(work: () => Promise<TResult>): Promise<TResult>;
}

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** Begins at a time of this century. */
export function createVirtualTime(): VirtualTime {
  const sleepers: Sleeper[] = [];
  let nowMs = 1_700_000_000_123;
  const clock: Clock = {
    now: () => nowMs,
    sleep: (delayMs) => new Promise((wake) => insert(sleepers, { atMs: nowMs + delayMs, wake })),
  };
  return {
    clock,
    run: async (work) => {
      let running = true;
      const result = work().finally(() => {
        running = false;
      });
      result.catch(() => undefined);
      for (;;) {
        // Everything that can go on without time goes on first.
        await new Promise((resolve) => setImmediate(resolve));
        if (!running) return result;
        const next = sleepers.shift();
        if (next === undefined) throw new Error('[BENCH] the work waits for something that time does not bring');
        nowMs = Math.max(nowMs, next.atMs);
        next.wake();
      }
    },
  };
}

/** In order of time, and of arrival where that is the same. */
function insert(sleepers: Sleeper[], sleeper: Sleeper): void {
  let [from, to] = [0, sleepers.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sleepers[middle] as Sleeper).atMs <= sleeper.atMs) from = middle + 1;
    else to = middle;
  }
  sleepers.splice(from, 0, sleeper);
}
