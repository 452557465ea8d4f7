/**
 * Asynchronous calls (`Event`): answered at once, then tried up to three times, one minute and two minutes apart. Throttled tries do not
 * count; they wait longer each time, up to five minutes, until the event is too old.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 *
 * Dead-letter queues and destinations are not running on the stage: an event that would go there is reported with its payload.
 */
import type { Clock, Report } from '../parts.js';
import type { FunctionDefinition } from './definition.js';
import type { PoolResult } from './pool.js';

export interface AsyncEvent {
  readonly definition: FunctionDefinition;
  readonly payload: string;
  readonly run: () => Promise<PoolResult>;
}

const retryDelaysMs = [60_000, 120_000];
const longestThrottleDelayMs = 300_000;

export class AsyncEvents {
  readonly #clock: Clock;
  readonly #report: Report;
  readonly #timers = new Set<() => void>();
  #closed = false;

  constructor(clock: Clock, report: Report) {
    this.#clock = clock;
    this.#report = report;
  }

  add(event: AsyncEvent): void {
    void this.#attempt(event, { acceptedAtMs: this.#clock.now(), failures: 0, throttles: 0 });
  }

  /** Drops what waits for a retry. */
  close(): void {
    this.#closed = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  async #attempt(event: AsyncEvent, history: { acceptedAtMs: number; failures: number; throttles: number }): Promise<void> {
    const result = await event.run();
    if (result.kind === 'answered' || this.#closed) return;
    const { maxRetries, maxAgeMs } = event.definition.retry;
    const throttled = result.kind === 'throttled';
    const delayMs = throttled
      ? Math.min(longestThrottleDelayMs, 1000 * 2 ** history.throttles)
      : (retryDelaysMs[history.failures] ?? retryDelaysMs.at(-1)!);
    const spent = !throttled && history.failures >= maxRetries;
    const tooOld = this.#clock.now() + delayMs - history.acceptedAtMs > maxAgeMs;
    if (spent || tooOld) return this.#giveUp(event, spent ? 'its retries are used up' : 'it is too old');
    const next = { ...history, ...(throttled ? { throttles: history.throttles + 1 } : { failures: history.failures + 1 }) };
    const cancel = this.#clock.after(delayMs, () => {
      this.#timers.delete(cancel);
      void this.#attempt(event, next);
    });
    this.#timers.add(cancel);
  }

  #giveUp({ definition, payload }: AsyncEvent, reason: string): void {
    const destination = definition.retry.onFailure;
    const fate = destination === undefined ? 'it is lost, as on AWS without a dead-letter queue' : `on AWS it goes to ${destination}`;
    const message = `${definition.name} discards an asynchronous event because ${reason}; ${fate}`;
    this.#report({ level: 'error', part: 'lambda', message, detail: { functionName: definition.name, payload } });
  }
}
