/**
 * Time, as an argument: the one place of the client that reads it and sets timers, so that a test can move two hours in no time.
 */

/** `setTimeout` takes no more than this, and fires at once instead. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Tells the time and sets timers. */
export interface Clock {
  /** Milliseconds, from anywhere; it goes on while the machine sleeps. */
  now(): number;
  /** Runs once after a delay; the answer cancels it. */
  after(delayMs: number, run: () => unknown): () => void;
}

/** The platform's clock and timers. Delays beyond 24 days are 24 days. */
export const systemClock: Clock = {
  now: Date.now,
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(delayMs, MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};
