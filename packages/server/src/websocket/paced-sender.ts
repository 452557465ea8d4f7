/**
 * Keeps a function's posts under a rate, so that a broadcast takes longer instead of being refused in part. A token bucket: so many at once,
 * then so many a second. The rate is per running function; what all of them together may do is the account's to refuse (429).
 */

import type { Clock } from './clock.js';
import type { ConnectionSender } from './sender.js';

export interface PostRate {
  readonly postsPerSecond: number;
  readonly burst: number;
}

/** What API Gateway gives an account in a region. Source: "Amazon API Gateway quotas", account-level throttling. */
export const ACCOUNT_RATE: PostRate = { postsPerSecond: 10_000, burst: 5_000 };

/** A sender whose posts wait their turn. Closing a connection does not wait. */
export function createPacedSender(sender: ConnectionSender, { postsPerSecond, burst }: PostRate, clock: Clock): ConnectionSender {
  let tokens = burst;
  let filledAtMs = clock.now();
  /** Takes a token, which may be one that is still to come. Milliseconds until it does. */
  const take = (): number => {
    const nowMs = clock.now();
    tokens = Math.min(burst, tokens + ((nowMs - filledAtMs) * postsPerSecond) / 1000);
    filledAtMs = nowMs;
    tokens -= 1;
    return tokens >= 0 ? 0 : (-tokens * 1000) / postsPerSecond;
  };
  return {
    close: (connectionId) => sender.close(connectionId),
    post: async (connectionId, text) => {
      const waitMs = take();
      if (waitMs > 0) await clock.sleep(waitMs);
      return sender.post(connectionId, text);
    },
  };
}
