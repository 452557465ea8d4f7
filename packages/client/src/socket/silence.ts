/**
 * When silence is one to ask about: after a call, and where events followed each other closely. PROTOCOL.md P3.19.
 */

import type { Clock } from '../clock.js';
import { LIVELY_EVENTS, QUIET_MS } from './limits.js';

/** What was heard on one link, and what was to be heard. */
export interface Silence {
  /** Something came. */
  heard(): void;
  /** When that was. */
  heardAt(): number;
  /** An event came. The answer: others like it are expected soon. */
  beat(): boolean;
  /** A call was sent. */
  owe(): void;
  /** Whether calls have had no answer since. */
  isOwed(hasCalls: boolean): boolean;
  /** How long it may still last; for ever when nothing is expected, or what was has been asked about. */
  leftMs(hasCalls: boolean, isHidden: boolean | undefined): number;
  /** It is asked about: once, because a call may take longer than that, and a topic have nothing more to say. */
  ask(): void;
}

/** Nothing was heard yet. @param quietMs how long it may last */
export function silenceOf(clock: Clock, quietMs: number): Silence {
  let heardAt = 0;
  /** When the first call was sent after something was last heard. */
  let owedAt = -1;
  /** Events that followed each other closely, and the time of the last. */
  let beats = 0;
  let beatAt = 0;
  const isOwed = (hasCalls: boolean) => hasCalls && owedAt >= heardAt;
  return {
    heard() {
      heardAt = clock.now();
    },
    heardAt: () => heardAt,
    beat() {
      beats = heardAt - beatAt > QUIET_MS ? 1 : beats + 1;
      beatAt = heardAt;
      return beats >= LIVELY_EVENTS;
    },
    owe() {
      if (owedAt < heardAt) owedAt = clock.now();
    },
    isOwed,
    leftMs(hasCalls, isHidden) {
      const isLively = beats >= LIVELY_EVENTS && !isHidden;
      return isLively || isOwed(hasCalls) ? quietMs + (isLively ? heardAt : owedAt) - clock.now() : Number.POSITIVE_INFINITY;
    },
    ask() {
      beats = 0;
    },
  };
}
