/**
 * Who is signed in at the issuer, and what was handed out since: authorization codes (single use, one minute) and refresh tokens (single use,
 * each gives the next). A code or refresh token that comes a second time ends its session: somebody else has it
 * (https://www.rfc-editor.org/rfc/rfc9700#section-4.14). Everything is in memory and by the stage's clock.
 */
import type { Clock } from '../parts.js';
import type { TestUser } from './definition.js';

const CODE_LIFETIME_MS = 60_000;

export interface Session {
  readonly id: string;
  readonly user: TestUser;
  readonly authenticatedAtMs: number;
}

/** What a client asked for when it sent its user here. */
export interface Authorization {
  readonly redirectUri: string;
  readonly state: string | undefined;
  readonly nonce: string | undefined;
  readonly codeChallenge: string;
  readonly scopes: readonly string[];
}

/** A session and what a client may do in it. */
export interface Grant {
  readonly session: Session;
  readonly authorization: Authorization;
}

export interface Sessions {
  open(user: TestUser): Session;
  /** One that has not ended. */
  find(sessionId: string | undefined): Session | undefined;
  end(sessionId: string): void;
  /** Ends all sessions of a user. */
  endAllOf(userName: string): void;
  /** A code for a grant. */
  issueCode(grant: Grant): string;
  /** The grant of a code or refresh token, which works no more; `undefined` when it never did, is too old, or was taken before. */
  take(kind: 'code' | 'refresh', token: string): Grant | undefined;
  issueRefreshToken(grant: Grant): string;
}

interface Handed {
  readonly kind: 'code' | 'refresh';
  readonly grant: Grant;
  readonly expiresAtMs: number;
  taken: boolean;
}

/** Makes the memory of an issuer. @param newId unguessable texts */
export function createSessions({ clock, newId, sessionMs }: { clock: Clock; newId: () => string; sessionMs: number }): Sessions {
  const sessions = new Map<string, Session>();
  const handed = new Map<string, Handed>();
  const endsAtMs = ({ authenticatedAtMs }: Session): number => authenticatedAtMs + sessionMs;
  const hand = (kind: Handed['kind'], grant: Grant, expiresAtMs: number): string => {
    const token = newId();
    handed.set(token, { kind, grant, expiresAtMs, taken: false });
    return token;
  };
  const find: Sessions['find'] = (sessionId) => {
    const session = sessions.get(sessionId ?? '');
    return session !== undefined && clock.now() < endsAtMs(session) ? session : undefined;
  };
  const end: Sessions['end'] = (sessionId) => {
    sessions.delete(sessionId);
    for (const [token, { grant }] of handed) if (grant.session.id === sessionId) handed.delete(token);
  };
  return {
    open(user) {
      const session: Session = { id: newId(), user, authenticatedAtMs: clock.now() };
      sessions.set(session.id, session);
      return session;
    },
    find,
    end,
    endAllOf(userName) {
      for (const { id, user } of [...sessions.values()]) if (user.name === userName) end(id);
    },
    issueCode: (grant) => hand('code', grant, clock.now() + CODE_LIFETIME_MS),
    issueRefreshToken: (grant) => hand('refresh', grant, endsAtMs(grant.session)),
    take(kind, token) {
      const found = handed.get(token);
      if (found?.kind !== kind || find(found.grant.session.id) === undefined) return undefined;
      if (found.taken) {
        end(found.grant.session.id);
        return undefined;
      }
      found.taken = true;
      return clock.now() < found.expiresAtMs ? found.grant : undefined;
    },
  };
}
