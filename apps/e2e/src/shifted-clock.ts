/**
 * Real time that a test can move forward: what waits for an hour happens at once, and everything else runs as it does for a user. A clock
 * that stands still would not do: functions, processes and sockets of a whole stage take real time.
 */

import { type Clock, systemClock } from '@org/gateway-local';

/** A clock that runs, and jumps. */
export interface ShiftedClock extends Clock {
  /** Moves time forward and runs what falls due. Time never moves back. */
  skip(byMs: number): void;
}

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
  cancel: () => void;
}

/** A clock for one stage. */
export function createShiftedClock(): ShiftedClock {
  let shiftMs = 0;
  const timers = new Set<Timer>();
  const now = () => systemClock.now() + shiftMs;
  const arm = (timer: Timer) => {
    timer.cancel = systemClock.after(timer.dueMs - now(), () => {
      timers.delete(timer);
      timer.run();
    });
  };
  return {
    now,
    after(delayMs, run) {
      const timer: Timer = { dueMs: now() + Math.max(0, delayMs), run, cancel: () => {} };
      timers.add(timer);
      arm(timer);
      return () => {
        timers.delete(timer);
        timer.cancel();
      };
    },
    skip(byMs) {
      shiftMs += byMs;
      for (const timer of timers) {
        timer.cancel();
        arm(timer);
      }
    },
  };
}
