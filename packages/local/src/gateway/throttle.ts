/**
 * The token bucket of stage throttling: `burst` tokens, refilled at `rate` a second by the stage's clock.
 * The account's own bucket (10,000 a second, 5,000 burst, over all APIs of a region) is not modelled: a laptop does not reach it.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
import type { Clock } from '../parts.js';

/** Steady rate per second and bucket size. A negative number means no limit. */
export interface ThrottleLimits {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/** Takes one token; `false` when the bucket is empty. */
export type TokenBucket = () => boolean;

/** A bucket that starts full. */
export function createTokenBucket({ ratePerSecond, burst }: ThrottleLimits, clock: Clock): TokenBucket {
  if (ratePerSecond < 0 || burst < 0) return () => true;
  let tokens = burst;
  let refilledAtMs = clock.now();
  return () => {
    const nowMs = clock.now();
    tokens = Math.min(burst, tokens + ((nowMs - refilledAtMs) / 1000) * ratePerSecond);
    refilledAtMs = nowMs;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
