/**
 * Faults that AWS may show and a laptop never would: switches for tests and the console, off by default, drawn from a seeded source so that
 * a failing run can be repeated.
 */
import type { Random } from './identifiers.js';

/** What to break, how often. A number `k` in `…OneIn` means one in `k` on average; 1 means always. */
export interface SocketFaults {
  /** Loses `$disconnect` events: AWS delivers them with best effort only. */
  readonly dropDisconnectOneIn?: number;
  /** Answers a post with 200 and never delivers it. */
  readonly losePostOneIn?: number;
  /** Delivers a post twice. */
  readonly duplicatePostOneIn?: number;
  /** Delivers each post after a random delay of up to this many milliseconds, so that posts overtake each other. */
  readonly maxPostDelayMs?: number;
  /** Starts each frame's invocation after a random delay of up to this many milliseconds, so that frames overtake each other. */
  readonly maxDispatchDelayMs?: number;
  /** Source of the draws, in [0, 1). @default the gateway's own `random` */
  readonly random?: Random;
}

/** Draws faults as the gateway comes by them. */
export interface FaultSource {
  dropsDisconnect(): boolean;
  losesPost(): boolean;
  duplicatesPost(): boolean;
  postDelayMs(): number;
  dispatchDelayMs(): number;
}

/** Without a setting a fault draws nothing, so that one switch does not shift another's sequence. */
export function createFaultSource(faults: SocketFaults, fallback: Random): FaultSource {
  const random = faults.random ?? fallback;
  const hits = (oneIn: number | undefined): boolean => oneIn !== undefined && oneIn > 0 && random() * oneIn < 1;
  const delay = (maxMs: number | undefined): number => (maxMs ? Math.floor(random() * maxMs) : 0);
  return {
    dropsDisconnect: () => hits(faults.dropDisconnectOneIn),
    losesPost: () => hits(faults.losePostOneIn),
    duplicatesPost: () => hits(faults.duplicatePostOneIn),
    postDelayMs: () => delay(faults.maxPostDelayMs),
    dispatchDelayMs: () => delay(faults.maxDispatchDelayMs),
  };
}
