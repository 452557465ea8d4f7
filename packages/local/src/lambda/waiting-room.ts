/** Where a poller sleeps: until something happens, or for a time that nothing but its end cuts short. */
import type { Clock } from '../parts.js';

export class WaitingRoom {
  readonly #clock: Clock;
  readonly #sleepers = new Set<() => void>();
  #woken = false;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Wakes who sleeps. Nobody does: the next sleep ends at once. */
  wake(): void {
    this.#woken = true;
    for (const sleeper of this.#sleepers) sleeper();
  }

  /** Says that everything that happened so far is known. */
  settle(): void {
    this.#woken = false;
  }

  /** Until something happens, or at a time. @param untilMs epoch milliseconds */
  async sleep(untilMs = Number.POSITIVE_INFINITY): Promise<void> {
    if (this.#woken || this.#closed) return;
    await this.#wait(untilMs);
  }

  /** Whatever happens, but for `close`. */
  async pause(ms: number): Promise<void> {
    const untilMs = this.#clock.now() + ms;
    while (!this.#closed && this.#clock.now() < untilMs) await this.#wait(untilMs);
  }

  close(): void {
    this.#closed = true;
    this.wake();
  }

  #wait(untilMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel?.();
        this.#sleepers.delete(end);
        resolve();
      };
      const cancel = untilMs === Number.POSITIVE_INFINITY ? undefined : this.#clock.after(untilMs - this.#clock.now(), end);
      this.#sleepers.add(end);
    });
  }
}
