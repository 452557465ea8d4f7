/**
 * Notices that nobody has needed the connection for a moment, with one timer for many requests that come one after the other.
 */

import type { Alarm } from '../clock.js';
import { LINGER_MS } from './limits.js';

/** The idleness of one connection. */
export interface Idleness {
  /** Nobody needs it now; somebody may again at any time. */
  begin(): void;
  stop(): void;
}

/** Asks one to two seconds after it last began. */
export function idlenessOf(alarm: Alarm, onIdle: () => unknown): Idleness {
  let isWatching = false;
  let hasBegun = false;
  const look = () => {
    isWatching = hasBegun;
    if (!hasBegun) return onIdle();
    hasBegun = false;
    alarm(LINGER_MS, look);
  };
  return {
    begin() {
      hasBegun = true;
      if (!isWatching) look();
    },
    stop() {
      isWatching = false;
      alarm();
    },
  };
}
