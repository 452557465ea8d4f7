/**
 * The integration timeout, by the stage's clock: a test lets 29 seconds pass without waiting.
 * The invocation goes on after the deadline, as a Lambda function's does on AWS; its result is dropped.
 */
import type { Clock } from '../parts.js';

/** How long to wait, by which clock. */
export interface Deadline {
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** The value of `work`, or `'timeout'` when it takes longer. Rejects as `work` does. */
export function withDeadline<TValue>(work: Promise<TValue>, { clock, timeoutMs }: Deadline): Promise<TValue | 'timeout'> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(timeoutMs, () => resolve('timeout'));
    work.then(resolve, reject).finally(cancel);
  });
}
