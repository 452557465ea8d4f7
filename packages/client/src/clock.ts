/**
 * Time, as an argument: the one place of the client that sets timers, so that a test can move two hours in no time.
 */

/** `setTimeout` takes no more than this, and fires at once instead. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Sets timers. */
export interface Clock {
  /**
   * Runs once after a delay; the answer cancels it. A `background` timer does not keep a Node process alive: it serves a connection
   * that does so itself, or that nobody needs.
   */
  after(delayMs: number, run: () => unknown, background?: boolean): () => void;
}

/** The platform's timers. Delays beyond 24 days are 24 days. */
export const systemClock: Clock = {
  after(delayMs, run, background) {
    const timer: number | { unref?(): void } = setTimeout(run, Math.min(delayMs, MAX_TIMER_MS));
    if (background) (timer as { unref?(): void }).unref?.();
    return () => clearTimeout(timer as number);
  },
};
