/**
 * The two clocks a stage can run on: the system's, and one that a test advances by hand. Everything in the stage that waits or reads
 * the time does it through the `Clock` seam, so that two hours of idle sockets pass in milliseconds.
 */
import type { Clock } from './parts.js';

/** The longest delay `setTimeout` takes; a longer one would fire at once (https://nodejs.org/docs/latest-v20.x/api/timers.html). */
const longestTimeoutMs = 2 ** 31 - 1;

/** Real time. Timers do not keep the process alive, and delays beyond 24.8 days work. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    let timer: NodeJS.Timeout;
    const arm = (leftMs: number): void => {
      const stepMs = Math.min(leftMs, longestTimeoutMs);
      timer = setTimeout(() => (leftMs > stepMs ? arm(leftMs - stepMs) : run()), stepMs).unref();
    };
    arm(Math.max(0, delayMs));
    return () => clearTimeout(timer);
  },
};

/** A clock that stands still until it is advanced. */
export interface ManualClock extends Clock {
  /** Moves time forward and runs what falls due, in order of due time. Resolves when the event loop has turned after the last one. */
  advance(byMs: number): Promise<void>;
  /** Timers that are still to run: a test ends with 0. */
  pending(): number;
}

/** A clock for tests. @param startMs epoch milliseconds; use a realistic one, `1_700_000_000_123` finds unit mistakes that `0` hides. */
export function createManualClock(startMs: number): ManualClock {
  let nowMs = startMs;
  const timers = new Set<{ dueMs: number; run: () => void }>();
  const nextDue = (untilMs: number) => [...timers].filter((timer) => timer.dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0];
  return {
    now: () => nowMs,
    after(delayMs, run) {
      const timer = { dueMs: nowMs + Math.max(0, delayMs), run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(byMs) {
      const untilMs = nowMs + byMs;
      for (let timer = nextDue(untilMs); timer !== undefined; timer = nextDue(untilMs)) {
        nowMs = Math.max(nowMs, timer.dueMs);
        timers.delete(timer);
        timer.run();
        await turnEventLoop();
      }
      nowMs = untilMs;
      await turnEventLoop();
    },
    pending: () => timers.size,
  };
}

function turnEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
