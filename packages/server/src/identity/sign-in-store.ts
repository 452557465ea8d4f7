/**
 * Tickets, and whose sign-ins are revoked, in the table of connections: `K#{hash of the ticket}` with `#`, and `U#{user}` with `R`. A ticket
 * is kept as its hash, so that nobody who reads the table can use one. PROTOCOL.md P5.6, P5.7 and P5.12.
 */

import { createHash } from 'node:crypto';
import type { KeyTable } from '../topics/key-table.js';
import { userKey } from '../topics/subscription-keys.js';
import { type Clock, ttlSeconds } from '../websocket/clock.js';
import type { Identity } from './identity.js';

/** Partitions of tickets and of users begin so, for permissions. */
export const TICKET_PARTITION = 'K#';

/** Reads are consistent. Every operation rejects with SERVICE_UNAVAILABLE when the store is throttled. */
export interface SignInStore {
  /** Keeps a ticket until then. */
  keep(ticket: string, user: Identity, expiresAtMs: number): Promise<void>;
  /** Whose ticket it is; undefined for one that is unknown, over or used. One caller alone gets it. */
  take(ticket: string): Promise<Identity | undefined>;
  /** Refuses from now on what was issued to the user before, in epoch milliseconds. */
  revoke(userId: string, beforeMs: number): Promise<void>;
  /** Whether the sign-in was revoked. One whose issue nobody dates is, once there is a revocation. */
  isRevoked(user: Identity): Promise<boolean>;
}

const TICKET_ROW = '#';
const REVOCATION_ROW = 'R';

/** Longer than any access token should live. */
const REVOCATION_KEPT_MS = 30 * 86_400_000;

/** Sign-ins in a table. */
export function createSignInStore({ table, clock }: { readonly table: KeyTable; readonly clock: Pick<Clock, 'now'> }): SignInStore {
  return {
    keep: async (ticket, user, expiresAtMs) => {
      await table.put({ ...ticketKey(ticket), user: JSON.stringify(user), expiresAtMs, ttl: ttlSeconds(expiresAtMs) });
    },
    take: async (ticket) => {
      const { pk, sk } = ticketKey(ticket);
      const row = await table.get(pk, sk);
      if (!row || Number(row.expiresAtMs) <= clock.now()) return undefined;
      const isOurs = await table.delete(pk, sk, { equal: { expiresAtMs: row.expiresAtMs } });
      return isOurs ? (JSON.parse(String(row.user)) as Identity) : undefined;
    },
    revoke: async (userId, beforeMs) => {
      const ttl = ttlSeconds(beforeMs + REVOCATION_KEPT_MS);
      await table.put({ pk: userKey(userId), sk: REVOCATION_ROW, revokedBeforeMs: beforeMs, ttl });
    },
    isRevoked: async ({ id, issuedAtMs = 0 }) => {
      const row = await table.get(userKey(id), REVOCATION_ROW);
      return row !== undefined && issuedAtMs < Number(row.revokedBeforeMs);
    },
  };
}

function ticketKey(ticket: string): { readonly pk: string; readonly sk: string } {
  return { pk: `${TICKET_PARTITION}${createHash('sha256').update(ticket).digest('base64url')}`, sk: TICKET_ROW };
}
