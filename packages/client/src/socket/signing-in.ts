/**
 * Who a connection is of, from before it opens until it ends: a ticket in its address, or without HTTP the token as its first message, and
 * another token a minute before the sign-in is over. Loaded when a client has the `auth` option. PROTOCOL.md P5.6, P5.7, P5.9 and P5.11.
 *
 * A token is in the frame it is for, and in no error, log or state.
 */

import type { Alarm } from '../alarm.js';
import type { Credentials } from '../auth.js';
import type { Token } from '../options.js';
import type { Answer } from './frames.js';
import { PATIENCE_MS } from './limits.js';
import type { Link } from './link.js';
import type { SocketParts } from './socket-engine.js';

/** A sign-in is renewed so long before it is over, and up to a quarter more by chance; of one that is shorter, at its half. */
const RENEW_AHEAD_MS = 60_000;

/** What a sign-in needs. Functions too: a module that two chunks import becomes a third. */
export interface SignInOwner extends SocketParts {
  readonly credentials: Credentials;
  readonly alarm: Alarm;
  /** Another user's token came: another connection is needed. */
  onLeave(): void;
}

/** The sign-in of one link. */
export interface SignIn {
  /** What the link's address needs; nothing for a caller who is not signed in. @throws GatewayError when there is no ticket to be had */
  parameters(): Promise<string>;
  /** The link has opened: lets it be used as soon as it is the caller's. */
  arrive(link: Link, enter: () => void): void;
  /** The link is down. */
  end(): void;
}

/** Asks for nothing yet. */
export function signInOf({ url, credentials, clock, alarm, random, answerFailure, askTicket, onLeave }: SignInOwner): SignIn {
  let token: Token;
  const hasHttp = /^http/.test(url);
  /** When it is over, by the server's word and the client's clock. */
  let endsAtMs = Number.POSITIVE_INFINITY;
  let isOver = false;

  const lasts = (sinceMs: number, expiresInMs: unknown) => {
    endsAtMs = typeof expiresInMs === 'number' ? sinceMs + expiresInMs : Number.POSITIVE_INFINITY;
  };
  const present = (link: Link, receive: (answer: Answer) => void) => {
    const sinceMs = clock.now();
    link.ask('gw.auth', { token: token ?? null }, (answer, lost) => {
      if (lost || isOver) return;
      if (answer.result) lasts(sinceMs, (answer.result.data as { readonly expiresInMs?: unknown } | undefined)?.expiresInMs);
      receive(answer);
    });
  };
  const rest = (link: Link) => {
    const leftMs = endsAtMs - clock.now();
    if (leftMs < Number.POSITIVE_INFINITY) alarm(Math.max(leftMs - RENEW_AHEAD_MS * (1 + random() / 4), leftMs / 2), () => renew(link));
  };
  /** With the next token; as long as there is none, or no answer, again after a while. When it is over the server says so. */
  const renew = async (link: Link) => {
    alarm(PATIENCE_MS, () => renew(link));
    try {
      token = await credentials(token);
    } catch {
      return;
    }
    if (isOver) return;
    present(link, ({ result, error }) => {
      if (result) {
        alarm();
        rest(link);
        // What was not sent in between is asked for.
        link.wake(-1);
      } else if (error?.data.code === 'FORBIDDEN') onLeave();
    });
  };
  /** Signs in over the link itself, once more with another token if the first one does not do. */
  const introduce = (link: Link, enter: () => void, isLast = false) => {
    alarm(PATIENCE_MS, () => link.close('no answer to gw.auth'));
    present(link, async ({ result, error }) => {
      const refused = token;
      if (error?.data.code === 'UNAUTHORIZED' && !isLast) token = await credentials(token).catch(() => refused);
      if (isOver) return;
      if (token !== refused) return introduce(link, enter, true);
      alarm();
      const cause = result ? undefined : answerFailure('gw.auth', error, { got: 'no result' });
      if (cause) return link.close(cause.message, cause);
      rest(link);
      enter();
    });
  };

  return {
    async parameters() {
      token = await credentials();
      if (!token || !hasHttp) return userParameter(token);
      const sinceMs = clock.now();
      const { ticket, signedInMs } = ((await askTicket({
        getToken: async ({ forceRefresh }) => {
          if (forceRefresh) token = await credentials(token);
          return token;
        },
      })) ?? {}) as {
        readonly ticket?: unknown;
        readonly signedInMs?: unknown;
      };
      if (typeof ticket !== 'string') throw answerFailure('gw.ticket', undefined, { got: 'no ticket' });
      lasts(sinceMs, signedInMs);
      return `${userParameter(token)}&ticket=${encodeURIComponent(ticket)}`;
    },
    arrive(link, enter) {
      if (token && !hasHttp) return introduce(link, enter);
      rest(link);
      enter();
    },
    end() {
      isOver = true;
      alarm();
    },
  };
}

/** Tells users apart, and nothing else of them: tabs of one user share a connection. A hash of the subject. */
function userParameter(token: Token): string {
  const [, payload = ''] = token?.split('.') ?? [];
  let subject: unknown;
  try {
    subject = JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/'))).sub;
  } catch {}
  if (!subject) return '';
  // FNV-1a, 32 bits. https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
  let hash = 0x811c9dc5;
  for (const character of `${subject}`) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  return `&user=${(hash >>> 0).toString(36)}`;
}
