/**
 * When the next connection is attempted: at once after a good one, else with full jitter up to a cap. PROTOCOL.md P3.14.
 */

import { FIRST_RETRY_MS, MAX_RETRY_MS, PATIENT_AFTER_MS, PATIENT_RETRY_MS, STABLE_MS } from './limits.js';
import type { SocketParts } from './socket-engine.js';

/** The attempts of one connection. */
export interface Backoff {
  /** Number of the attempt that is made or comes next, from 1 since a connection was last good. */
  attempt(): number;
  /** A connection has opened. */
  up(): void;
  /** Milliseconds until the next attempt; `wasUp`: after a connection that had opened. */
  next(wasUp: boolean): number;
  /** Nothing counts any more. */
  reset(): void;
}

/** No attempt yet. */
export function backoffOf({ clock, random, maxRetryDelayMs }: SocketParts): Backoff {
  let attempt = 1;
  let upAt = Number.POSITIVE_INFINITY;
  /** Since when there is no good connection. */
  let failingAt = 0;
  /** By the clock: whoever sleeps hears of a timer after the close. */
  const current = () => {
    if (clock.now() - upAt >= STABLE_MS) attempt = 1;
    return attempt;
  };
  return {
    attempt: current,
    up() {
      upAt = clock.now();
    },
    next(wasUp) {
      const isFirst = current() === 1;
      if (isFirst) failingAt = clock.now();
      const capMs = maxRetryDelayMs ?? (clock.now() - failingAt >= PATIENT_AFTER_MS ? PATIENT_RETRY_MS : MAX_RETRY_MS);
      const waitMs = wasUp && isFirst ? 0 : random() * Math.min(capMs, FIRST_RETRY_MS * 2 ** (attempt - 1));
      attempt += 1;
      upAt = Number.POSITIVE_INFINITY;
      return waitMs;
    },
    reset() {
      attempt = 1;
    },
  };
}
