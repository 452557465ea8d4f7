/**
 * Notices that nobody has needed the connection for a moment, with one timer for many requests that come one after the other.
 */

import type { Alarm } from '../clock.js';
import { LINGER_MS } from './limits.js';

/** The idleness of one connection. */
export interface Idleness {
  /** Nobody needs it now. */
  begin(): void;
  /** Somebody does. */
  interrupt(): void;
  stop(): void;
}

/** Tells one to two seconds after it began, unless it was interrupted since. */
export function idlenessOf(alarm: Alarm, onIdle: () => unknown): Idleness {
  let isWatching = false;
  let isInterrupted = false;
  const look = () => {
    isWatching = isInterrupted;
    if (!isInterrupted) return onIdle();
    isInterrupted = false;
    alarm(LINGER_MS, look);
  };
  return {
    begin() {
      if (isWatching) return;
      isInterrupted = isWatching = true;
      look();
    },
    interrupt() {
      isInterrupted = true;
    },
    stop() {
      isWatching = false;
      alarm();
    },
  };
}
