/**
 * Answers before API Gateway does: its own timeout frame names no request, and a stock client would wait for ever. PROTOCOL.md P3.3, P3.12.
 */

import { SOCKET_DEADLINE_MS } from '@org/gateway-core/protocol';
import type { Clock } from './clock.js';
import type { LambdaContext } from './socket-event.js';

/** Left of the function's own time to write the answer. */
const MARGIN_MS = 500;

/** What ran out of time resolves with `late`; it may still be running, so `isOver` tells it not to begin anything more. */
export interface Deadline {
  readonly timeoutMs: number;
  isOver(): boolean;
  race<TResult, TLate>(task: Promise<TResult>, late: () => TLate): Promise<TResult | TLate>;
}

/** The deadline of a frame that arrived now. */
export function frameDeadline(clock: Clock, lambda: LambdaContext): Deadline {
  const timeoutMs = Math.max(0, Math.min(SOCKET_DEADLINE_MS, lambda.getRemainingTimeInMillis() - MARGIN_MS));
  const endsAtMs = clock.now() + timeoutMs;
  let over = false;
  return {
    timeoutMs,
    isOver: () => over,
    race: async (task, late) => {
      const done = new AbortController();
      const inTime = task.then((result) => ({ result }));
      const timer = clock.sleep(Math.max(0, endsAtMs - clock.now()), done.signal);
      try {
        const won = await Promise.race([inTime, timer]);
        if (won) return won.result;
        over = true;
        return late();
      } finally {
        done.abort();
      }
    },
  };
}
