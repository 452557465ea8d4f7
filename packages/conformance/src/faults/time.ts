/** The clock of the proxies: the real one, or that of the stage under test, which a test moves forward. */

/** Time to wait by. The clock of a local stage is one. */
export interface Time {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls `run` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, run: () => void): () => void;
}

/** Real time. Does not keep a process alive. */
export const realTime: Time = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs).unref();
    return () => clearTimeout(timer);
  },
};
