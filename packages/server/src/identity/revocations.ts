/**
 * Whether a sign-in was revoked, for calls over HTTP: nothing but the table knows, and a read of it is a few milliseconds of every call. What
 * was revoked stays so and is not asked again; that something was not is believed for a moment, and never before a mutation. PROTOCOL.md P5.12.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { Clock } from '../websocket/clock.js';
import type { Identity } from './identity.js';
import type { SignInStore } from './sign-in-store.js';

/** How long a query may not know of a revocation. */
export const REVOCATION_UNSEEN_MS = 5_000;

/** Sign-ins that a function remembers; the one it has known longest is forgotten first. */
const MAX_REMEMBERED = 10_000;

/** Refuses what was revoked. */
export interface Revocations {
  /** @throws GatewayError UNAUTHORIZED for a revoked sign-in, SERVICE_UNAVAILABLE when that cannot be known now. */
  refuse(user: Identity, call: { readonly isQuery: boolean }): Promise<void>;
}

export interface RevocationsParts {
  readonly signIns: Pick<SignInStore, 'isRevoked'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Remembers nothing yet. */
export function createRevocations({ signIns, clock }: RevocationsParts): Revocations {
  /** Until when a sign-in is known to be good: never again for one that was revoked. */
  const goodUntilMs = new Map<string, number>();
  return {
    refuse: async (user, { isQuery }) => {
      const signIn = `${user.issuedAtMs ?? 0} ${user.id}`;
      const until = goodUntilMs.get(signIn);
      if (until !== REVOKED && !(isQuery && until !== undefined && clock.now() < until)) {
        const isRevoked = await signIns.isRevoked(user);
        goodUntilMs.delete(signIn);
        goodUntilMs.set(signIn, isRevoked ? REVOKED : clock.now() + REVOCATION_UNSEEN_MS);
        if (goodUntilMs.size > MAX_REMEMBERED) goodUntilMs.delete(goodUntilMs.keys().next().value as string);
      }
      if (goodUntilMs.get(signIn) === REVOKED)
        throw new GatewayError('UNAUTHORIZED', '[UNAUTHORIZED] the sign-in was revoked; sign in again');
    },
  };
}

const REVOKED = Number.NEGATIVE_INFINITY;
