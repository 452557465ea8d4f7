/**
 * Asynchronous calls (`Event`): answered at once, then tried up to three times, one minute and two minutes apart. Throttled tries do not
 * count; they wait longer each time, up to five minutes, until the event is too old. What succeeds goes to the destination on success, what
 * is given up to the dead-letter queue and to the destination on failure.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
import type { Clock, Report } from '../parts.js';
import type { FunctionDefinition } from './definition.js';
import type { Destinations } from './destinations.js';
import { eventRecord } from './invocation-record.js';
import type { PoolResult } from './pool.js';

export interface AsyncEvent {
  readonly definition: FunctionDefinition;
  /** The same for every try. */
  readonly requestId: string;
  readonly payload: string;
  readonly run: () => Promise<PoolResult>;
}

interface History {
  readonly acceptedAtMs: number;
  readonly failures: number;
  readonly throttles: number;
  /** Of the last try that ran. */
  readonly result?: PoolResult;
}

type Reason = 'RetriesExhausted' | 'EventAgeExceeded';

const retryDelaysMs = [60_000, 120_000];
const longestThrottleDelayMs = 300_000;
/** Of the error message in a dead-letter queue. */
const maxMessageLength = 1024;

export class AsyncEvents {
  readonly #clock: Clock;
  readonly #report: Report;
  readonly #destinations: Destinations | undefined;
  readonly #timers = new Set<() => void>();
  #closed = false;

  /** Without `destinations`, events that are given up are reported only. */
  constructor(clock: Clock, report: Report, destinations?: Destinations) {
    this.#clock = clock;
    this.#report = report;
    this.#destinations = destinations;
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

  async #attempt(event: AsyncEvent, history: History): Promise<void> {
    const result = await event.run();
    if (this.#closed) return;
    if (result.kind === 'answered') return this.#succeed(event, history, result);
    const { maxRetries, maxAgeMs } = event.definition.retry;
    const throttled = result.kind === 'throttled';
    const delayMs = throttled
      ? Math.min(longestThrottleDelayMs, 1000 * 2 ** history.throttles)
      : (retryDelaysMs[history.failures] ?? retryDelaysMs.at(-1)!);
    const spent = !throttled && history.failures >= maxRetries;
    const tooOld = this.#clock.now() + delayMs - history.acceptedAtMs > maxAgeMs;
    const next = { ...history, ...(throttled ? { throttles: history.throttles + 1 } : { failures: history.failures + 1, result }) };
    if (spent || tooOld) return this.#giveUp(event, next, spent ? 'RetriesExhausted' : 'EventAgeExceeded');
    const cancel = this.#clock.after(delayMs, () => {
      this.#timers.delete(cancel);
      void this.#attempt(event, next);
    });
    this.#timers.add(cancel);
  }

  async #succeed({ definition, requestId, payload }: AsyncEvent, history: History, result: PoolResult): Promise<void> {
    const { onSuccess } = definition.retry;
    if (onSuccess === undefined) return;
    const facts = { definition, requestId, payload, result, condition: 'Success', invokeCount: history.failures + 1 } as const;
    const body = eventRecord({ ...facts, nowMs: this.#clock.now() });
    await this.#destinations?.send({ functionName: definition.name, destinationArn: onSuccess, body });
  }

  async #giveUp(event: AsyncEvent, history: History, condition: Reason): Promise<void> {
    const { definition, payload, requestId } = event;
    const { onFailure, deadLetterArn } = definition.retry;
    const targets = [onFailure, deadLetterArn].filter((target) => target !== undefined);
    const reason = condition === 'RetriesExhausted' ? 'its retries are used up' : 'it is too old';
    const fate = targets.length === 0 ? 'it is lost, as on AWS without a dead-letter queue' : `it goes to ${targets.join(' and ')}`;
    const message = `${definition.name} discards an asynchronous event because ${reason}; ${fate}`;
    this.#report({ level: 'error', part: 'lambda', message, detail: { functionName: definition.name, payload } });
    const { failures: invokeCount, result } = history;
    const facts = { definition, requestId, payload, condition, invokeCount, ...(result === undefined ? {} : { result }) };
    if (onFailure !== undefined) {
      const body = eventRecord({ ...facts, nowMs: this.#clock.now() });
      await this.#destinations?.send({ functionName: definition.name, destinationArn: onFailure, body });
    }
    if (deadLetterArn !== undefined) {
      const attributes = deadLetterAttributes(requestId, result);
      await this.#destinations?.send({ functionName: definition.name, destinationArn: deadLetterArn, body: payload, attributes });
    }
  }
}

/** What a dead-letter queue gets beside the event: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq */
function deadLetterAttributes(requestId: string, result: PoolResult | undefined) {
  const failed = result?.kind === 'failed';
  const text = failed ? result.failure.errorMessage.slice(0, maxMessageLength) : 'Rate Exceeded.';
  return {
    RequestID: { DataType: 'String', StringValue: requestId },
    ErrorCode: { DataType: 'Number', StringValue: failed ? '200' : '429' },
    ErrorMessage: { DataType: 'String', StringValue: text || 'Unhandled' },
  };
}
