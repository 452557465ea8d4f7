/**
 * Limits of callers in memory: the token bucket of `rate-limit/`, which keeps the time at which it is full again.
 */

import type { RateLimiter } from '../rate-limit/rate-limiter.js';
import type { Clock } from '../websocket/clock.js';

/** Counts for one test. */
export function createMemoryLimiter({ now }: Pick<Clock, 'now'>): RateLimiter {
  const fullAt = new Map<string, number>();
  return {
    async take({ path, caller, limit: { burst, everyMs } }) {
      const bucket = `${path}#${caller}`;
      const fullAtMs = Math.max(now(), fullAt.get(bucket) ?? 0);
      const waitMs = fullAtMs - now() - (burst - 1) * everyMs;
      if (waitMs > 0) return Math.ceil(waitMs);
      fullAt.set(bucket, fullAtMs + everyMs);
      return 0;
    },
  };
}
