/** A row of stored replies, and what a call that meets it has to do: the one judgement that every store makes. */

import { type Begun, REPLY_KEPT_MS, type ReplyClaim } from './reply-store.js';

/** A row as stores keep it. */
export interface ReplyRow {
  readonly state: 'running' | 'replied' | 'free';
  readonly token: string;
  readonly inputHash: string;
  readonly leaseEndsAtMs: number;
  /** The key is forgotten after this, whether or not the row is still there. */
  readonly keptUntilMs: number;
  readonly reply?: string | undefined;
}

/** The row of an execution that begins now. */
export function newRow({ inputHash, leaseMs }: ReplyClaim, token: string, nowMs: number): ReplyRow {
  return { state: 'running', token, inputHash, leaseEndsAtMs: nowMs + leaseMs, keptUntilMs: nowMs + REPLY_KEPT_MS };
}

/** What a call does about the row it met; `take`: the row is there to be replaced by the call's own. */
export function judge(row: ReplyRow, { inputHash, idempotent }: ReplyClaim, nowMs: number): 'take' | Exclude<Begun, { state: 'execute' }> {
  if (row.keptUntilMs <= nowMs) return 'take';
  if (row.inputHash !== inputHash) return { state: 'conflict' };
  switch (row.state) {
    case 'free':
      return 'take';
    case 'replied':
      return { state: 'replied', reply: row.reply ?? '' };
    case 'running':
      if (nowMs < row.leaseEndsAtMs) return { state: 'running' };
      return idempotent ? 'take' : { state: 'cut off' };
    default:
      return row.state satisfies never;
  }
}
