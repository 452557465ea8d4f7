/**
 * The authorization endpoint: takes a client's request, shows who can sign in, and sends the browser back with a code. Only the authorization
 * code flow with PKCE (S256), as https://www.rfc-editor.org/rfc/rfc9700#section-2.1 asks of pages; answers carry `iss` (RFC 9207).
 *
 * A request that names a wrong client or page to return to is answered by a page: to send the browser on would be an open redirect.
 */
import type { Clock } from '../parts.js';
import type { IssuerDefinition } from './definition.js';
import { messagePage, signInPage } from './pages.js';
import type { Reply } from './reply.js';
import type { Authorization, Session, Sessions } from './sessions.js';

const PENDING_LIFETIME_MS = 10 * 60_000;

/** Scopes that every user can give. */
const OPENID_SCOPES: readonly string[] = ['openid', 'profile', 'email', 'offline_access'];

export interface SignIn {
  /** `GET /authorize`. @param session the browser's, when it has one */
  authorize(query: URLSearchParams, session: Session | undefined): Reply;
  /** `POST /sign-in`: the choice that was made on the page. */
  choose(form: URLSearchParams): Reply;
}

export interface SignInParts {
  readonly url: string;
  readonly definition: IssuerDefinition;
  readonly sessions: Sessions;
  readonly clock: Clock;
  readonly newId: () => string;
  /** The `set-cookie` that makes the browser remember a session. */
  readonly cookieOf: (session: Session) => string;
}

/** Makes the endpoint. */
export function createSignIn(parts: SignInParts): SignIn {
  const { definition, sessions, clock } = parts;
  const pending = new Map<string, { readonly authorization: Authorization; readonly expiresAtMs: number }>();
  const finish = (authorization: Authorization, session: Session): Reply => {
    const granted = { ...authorization, scopes: grantedScopes(authorization.scopes, session.user.scopes) };
    return back(parts, authorization, { code: sessions.issueCode({ session, authorization: granted }) });
  };
  return {
    authorize(query, session) {
      const redirectUri = query.get('redirect_uri') ?? '';
      if (query.get('client_id') !== definition.clientId || !mayReturnTo(definition, redirectUri)) return unknownClient(definition, query);
      const authorization = readAuthorization(query, redirectUri);
      const problem = problemWith(query);
      if (problem !== undefined) return back(parts, authorization, problem);
      const prompt = query.get('prompt') ?? '';
      if (session !== undefined && !/login|select_account/.test(prompt)) return finish(authorization, session);
      if (prompt === 'none') return back(parts, authorization, { error: 'login_required', error_description: 'nobody is signed in' });
      const request = parts.newId();
      pending.set(request, { authorization, expiresAtMs: clock.now() + PENDING_LIFETIME_MS });
      return { kind: 'page', status: 200, html: signInPage({ users: definition.users, clientId: definition.clientId, request }) };
    },
    choose(form) {
      const request = form.get('request') ?? '';
      const found = pending.get(request);
      pending.delete(request);
      if (found === undefined || clock.now() >= found.expiresAtMs) return tooLate;
      const { authorization } = found;
      if (form.has('cancel')) return back(parts, authorization, { error: 'access_denied', error_description: 'the user did not sign in' });
      const user = definition.users.find(({ name }) => name === form.get('user'));
      if (user === undefined) return tooLate;
      const session = sessions.open(user);
      return { ...finish(authorization, session), setCookie: parts.cookieOf(session) } as Reply;
    },
  };
}

const tooLate: Reply = {
  kind: 'page',
  status: 400,
  html: messagePage('This sign-in is over', 'It was used, or it is older than ten minutes. Go back to the application and start again.'),
};

/** Whether a browser may be sent there: a registered page, or with none registered any page of this machine. */
export function mayReturnTo({ redirectUris }: IssuerDefinition, uri: string): boolean {
  if (redirectUris.length > 0) return redirectUris.includes(uri);
  return URL.canParse(uri) && /^https?:$/.test(new URL(uri).protocol) && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(new URL(uri).hostname);
}

function unknownClient({ clientId, redirectUris }: IssuerDefinition, query: URLSearchParams): Reply {
  const where = redirectUris.length > 0 ? redirectUris.join(' or ') : 'a page of this machine';
  const got = `client_id "${query.get('client_id')}" with redirect_uri "${query.get('redirect_uri')}"`;
  return { kind: 'page', status: 400, html: messagePage('Cannot sign in', `Got ${got}, expected "${clientId}" with ${where}.`) };
}

function readAuthorization(query: URLSearchParams, redirectUri: string): Authorization {
  return {
    redirectUri,
    state: query.get('state') ?? undefined,
    nonce: query.get('nonce') ?? undefined,
    codeChallenge: query.get('code_challenge') ?? '',
    scopes: (query.get('scope') ?? '').split(' ').filter((scope) => scope !== ''),
  };
}

function problemWith(query: URLSearchParams): Readonly<Record<string, string>> | undefined {
  if (query.get('response_type') !== 'code') {
    return { error: 'unsupported_response_type', error_description: `got response_type ${query.get('response_type')}, expected code` };
  }
  if (query.get('code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(query.get('code_challenge') ?? '')) {
    return { error: 'invalid_request', error_description: 'expected a code_challenge with code_challenge_method S256' };
  }
  if (query.has('request') || query.has('request_uri'))
    return { error: 'request_not_supported', error_description: 'got a request object' };
  return undefined;
}

function grantedScopes(asked: readonly string[], own: readonly string[]): readonly string[] {
  return asked.filter((scope) => OPENID_SCOPES.includes(scope) || own.includes(scope));
}

function back({ url }: SignInParts, { redirectUri, state }: Authorization, answer: Readonly<Record<string, string>>): Reply {
  const location = new URL(redirectUri);
  const parameters = { ...answer, iss: url, ...(state === undefined ? {} : { state }) };
  for (const [name, value] of Object.entries(parameters)) location.searchParams.set(name, value);
  return { kind: 'redirect', location: location.href };
}
