/**
 * Which requests still have to be started on the link in use: calls at once, subscriptions at a pace, because each costs the server a
 * function call. PROTOCOL.md P3.14.
 */

import { alarmOf } from '../alarm.js';
import type { Clock } from '../clock.js';
import type { SocketRequest } from './connection.js';
import { SUBSCRIPTIONS_PER_SECOND } from './limits.js';
import type { Link } from './link.js';

/** The queue of one connection. */
export interface Boarding {
  /** Starts requests on the link in use, now or as soon as the pace allows. */
  board(requests: Iterable<SocketRequest>): void;
  /** It has ended. */
  forget(request: SocketRequest): void;
  /** Nobody waits any more, and the pace begins anew. */
  stop(): void;
}

/** Nobody waits. @param current the link in use; while there is none everybody waits */
export function boardingOf(clock: Clock, current: () => Link | undefined): Boarding {
  const waiting = new Set<SocketRequest>();
  const pace = alarmOf(clock);
  let budget = SUBSCRIPTIONS_PER_SECOND;
  const start = () => {
    const link = current();
    if (!link) return;
    for (const request of waiting) {
      if (request.isBehind) {
        if (budget === SUBSCRIPTIONS_PER_SECOND) pace(1_000, refill);
        if (!budget) continue;
        budget -= 1;
      }
      waiting.delete(request);
      request.start(link);
    }
  };
  const refill = () => {
    budget = SUBSCRIPTIONS_PER_SECOND;
    start();
  };
  return {
    board(requests) {
      for (const request of requests) waiting.add(request);
      start();
    },
    forget: (request) => waiting.delete(request),
    stop() {
      budget = SUBSCRIPTIONS_PER_SECOND;
      pace();
      waiting.clear();
    },
  };
}
