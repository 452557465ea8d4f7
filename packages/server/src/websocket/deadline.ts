/**
 * The end of a call: the caller's own deadline or the function's, whichever is first. Over the socket it also answers before API Gateway
 * does: its own timeout frame names no request, and a stock client would wait for ever. PROTOCOL.md P2.13, P3.3, P3.12 and P3.24.
 */

import { GatewayError } from '@org/gateway-core/errors';
import { SOCKET_DEADLINE_MS } from '@org/gateway-core/protocol';
import type { Clock } from './clock.js';
import type { LambdaContext } from './socket-event.js';

/** Left of the function's own time to write the answer. */
const MARGIN_MS = 500;

/** What ran out of time resolves with `late`; it may still be running, so `isOver` and `signal` tell it not to begin anything more. */
export interface Deadline {
  readonly timeoutMs: number;
  /** Epoch milliseconds. */
  readonly endsAtMs: number;
  /** Aborted when the time is over, with a GatewayError TIMEOUT; at once when there was none. */
  readonly signal: AbortSignal;
  isOver(): boolean;
  race<TResult, TLate>(task: Promise<TResult>, late: () => TLate): Promise<TResult | TLate>;
}

/**
 * The deadline of a frame that arrived now.
 *
 * @param callerMs how long the caller still waits: `dl`
 */
export function frameDeadline(clock: Clock, lambda: LambdaContext, callerMs = Number.POSITIVE_INFINITY): Deadline {
  return deadlineIn(clock, Math.min(SOCKET_DEADLINE_MS, callerMs, lambda.getRemainingTimeInMillis() - MARGIN_MS));
}

/**
 * The deadline of an HTTP request that arrived now. API Gateway answers late ones by itself, so the function's time is the limit.
 *
 * @param callerMs how long the caller still waits: `x-deadline-ms`
 */
export function requestDeadline(clock: Clock, lambda: LambdaContext, callerMs = Number.POSITIVE_INFINITY): Deadline {
  return deadlineIn(clock, Math.min(callerMs, lambda.getRemainingTimeInMillis() - MARGIN_MS));
}

function deadlineIn(clock: Clock, leftMs: number): Deadline {
  const timeoutMs = Math.max(0, leftMs);
  const endsAtMs = clock.now() + timeoutMs;
  const end = new AbortController();
  const endNow = () => end.abort(new GatewayError('TIMEOUT', `[TIMEOUT] it took longer than ${timeoutMs} ms`));
  if (timeoutMs === 0) endNow();
  return {
    timeoutMs,
    endsAtMs,
    signal: end.signal,
    isOver: () => end.signal.aborted,
    race: async (task, late) => {
      const done = new AbortController();
      const inTime = task.then((result) => ({ result }));
      const timer = clock.sleep(Math.max(0, endsAtMs - clock.now()), done.signal);
      try {
        const won = await Promise.race([inTime, timer]);
        if (won) return won.result;
        endNow();
        return late();
      } finally {
        done.abort();
      }
    },
  };
}
