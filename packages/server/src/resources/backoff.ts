/**
 * Pauses between attempts at what may pass: full jitter, so that callers who failed together do not come back together.
 * https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */

import type { Clock } from '../websocket/clock.js';

/** What a pause is made of. */
export interface Backoff {
  readonly clock: Pick<Clock, 'sleep'>;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** Attempts before it is given up: at most 4.5 s of pauses, well inside the 29 s that API Gateway waits. */
export const MAX_ATTEMPTS = 8;

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/** Waits before the next attempt; `attempts` of them failed already. */
export function pauseAfter(attempts: number, { clock, random }: Backoff): Promise<void> {
  return clock.sleep(random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1)));
}
