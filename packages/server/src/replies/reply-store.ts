/**
 * What became of calls with a key, so that a repetition is answered and not executed again. PROTOCOL.md P3.23.
 *
 * A row per caller, procedure and key, which only `begin` makes. Its token says whose execution it is: what another one writes late is
 * dropped. A lease is the time that the function has left, so a lease that passed without a reply means that the execution was cut off.
 *
 *              begin                        finish
 *   (no row) ──────────────▶ running ───────────────────▶ replied ──▶ (no row, 24 h after begin)
 *                            │  ▲  ▲                         ▲
 *                    release │  │  └──────────┐              │ finish: it was slow, not dead
 *                            ▼  │ begin       │ begin of an idempotent call
 *                           free              └── running, lease passed ── begin of any other: `cut off`
 *
 * `begin` in `running` within its lease is `running`, in `replied` the reply, and with another input `conflict` wherever the row is.
 */

/** A call with a key. */
export interface ReplyClaim {
  /** The row's name: `reply-key.ts`. */
  readonly row: string;
  /** The same for the same input. */
  readonly inputHash: string;
  /** How long an execution that begins now can take at most. */
  readonly leaseMs: number;
  /** The call may run again when nobody can tell whether it ran. */
  readonly idempotent: boolean;
}

/** What a call with a key has to do. */
export type Begun =
  /** It is the one to run; `finish` and `release` take the token. */
  | { readonly state: 'execute'; readonly token: string }
  | { readonly state: 'replied'; readonly reply: string }
  /** Another one runs: ask again later. */
  | { readonly state: 'running' }
  /** The key was used with another input. */
  | { readonly state: 'conflict' }
  /** An execution began and nobody can tell how far it came. */
  | { readonly state: 'cut off' };

/** How long a key is remembered. */
export const REPLY_KEPT_MS = 24 * 3_600_000;

/**
 * UTF-8 bytes of a stored reply at most: DynamoDB's 400 KB of an item, and what else the row has.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-items
 */
export const MAX_REPLY_BYTES = 400 * 1024 - 2_048;

/** Every operation rejects with SERVICE_UNAVAILABLE when the store is throttled. */
export interface ReplyStore {
  /** Of any number of callers at once, one is told to execute. */
  begin(claim: ReplyClaim): Promise<Begun>;
  /** Stores the reply. `false` when the row is another's by now: nothing is stored. */
  finish(row: string, token: string, reply: string): Promise<boolean>;
  /** Gives the key back: nothing was done, or it may be done again. `false` when the row is another's by now. */
  release(row: string, token: string): Promise<boolean>;
}
