/**
 * Who is calling, once that is certain. Claims are those of the token; a service reads them by its own schema (`caller.ts`).
 */

import type { User } from '../execute/context.js';

/** A user as the token tells. */
export type Identity = User;

/** Whether a sign-in is over at a time. */
export function isOver(user: Pick<Identity, 'expiresAtMs'>, nowMs: number): boolean {
  return user.expiresAtMs !== undefined && user.expiresAtMs <= nowMs;
}
