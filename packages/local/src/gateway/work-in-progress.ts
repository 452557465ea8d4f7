/**
 * What a listener has under way, so that its end can wait for it: answers that are being made, invocations that run, connections that are
 * closing. What takes longer than a second is cut off.
 */
import { systemClock } from '../clock.js';
import { withDeadline } from './deadline.js';

/** Real time, whatever the stage's clock: nobody advances a clock while the stage ends. */
const graceMs = 1000;

/** The work of one listener. */
export class WorkInProgress {
  readonly #open = new Set<Promise<unknown>>();

  /** Counts `work` until it settles, and returns it. */
  track<TValue>(work: Promise<TValue>): Promise<TValue> {
    this.#open.add(work);
    const forget = (): void => void this.#open.delete(work);
    work.then(forget, forget);
    return work;
  }

  /** Resolves when nothing is under way, not even what began while it waited, but after a second at the latest. Never rejects. */
  async finish(): Promise<void> {
    await withDeadline(this.#settled(), { clock: systemClock, timeoutMs: graceMs });
  }

  async #settled(): Promise<void> {
    while (this.#open.size > 0) await Promise.allSettled(this.#open);
  }
}
