/**
 * How often one caller may call a procedure: a token bucket, which starts full. Callers are users, and addresses of those who are not signed
 * in.
 */

/** What a contract says. */
export interface RateLimit {
  readonly perUser?: {
    /** Calls that come back in each `per`. */
    readonly rate: number;
    readonly per: 'second' | 'minute' | 'hour';
    /** Calls at once, at most. @default `rate` */
    readonly burst?: number;
  };
}

/** A limit as the server reads it. */
export interface CallerLimit {
  readonly burst: number;
  /** After so many milliseconds one more call is allowed. */
  readonly everyMs: number;
}

const PER_MS = { second: 1_000, minute: 60_000, hour: 3_600_000 } as const;

/**
 * The limit behind a declaration, undefined for none.
 *
 * @throws TypeError for a rate or burst that is no limit.
 */
export function callerLimit({ perUser }: RateLimit): CallerLimit | undefined {
  if (perUser === undefined) return undefined;
  const { rate, per, burst = Math.max(1, Math.floor(rate)) } = perUser;
  if (rate > 0 && Number.isFinite(rate) && Number.isSafeInteger(burst) && burst > 0) return { burst, everyMs: PER_MS[per] / rate };
  throw new TypeError(
    `[CONTRACT] malformed rateLimit: got ${rate} per ${per} with a burst of ${burst}, expected a rate above 0 and a whole burst from 1`,
  );
}
