/**
 * An OpenID Connect issuer inside the stage, for sign-in without an account anywhere: discovery, keys, authorization code with PKCE for
 * a page, refresh tokens, sign-out, and tokens for tests. Its tokens are as real as any other's, so what verifies them is the code that
 * verifies the real issuer's.
 *
 * Own code on `jose` rather than `oidc-provider`: that reads the time from `Date.now` in all its parts, while here everything expires by the
 * stage's clock; and it costs a second of every start.
 *
 * Not here: client secrets, consent, user info, introspection, dynamic registration. Nobody but test users signs in, without a password.
 */
import type { IncomingMessage } from 'node:http';
import { readBody } from '../gateway/read-body.js';
import type { Clock } from '../parts.js';
import type { IssuerDefinition } from './definition.js';
import { messagePage } from './pages.js';
import { oauthError, type Reply } from './reply.js';
import { createSessions, type Session, type Sessions } from './sessions.js';
import { createSignIn, mayReturnTo, type SignIn } from './sign-in.js';
import { createSigningKeys } from './signing-keys.js';
import { answerTokenRequest } from './token-endpoint.js';
import { accessToken, type TokenOptions, type TokenParts } from './tokens.js';

const MAX_FORM_BYTES = 64 * 1024;

export interface IssuerParts {
  readonly url: string;
  readonly definition: IssuerDefinition;
  readonly clock: Clock;
  /** Unguessable texts: codes, tokens, sessions. */
  readonly newId: () => string;
}

export interface Issuer {
  answer(request: IncomingMessage): Promise<Reply | 'aborted'>;
  /** @throws Error for a user that is not there */
  tokenFor(userName: string, options?: TokenOptions): Promise<string>;
  rotateKeys(options: { readonly keepPrevious: boolean }): Promise<void>;
  endSessionsOf(userName: string): void;
}

/** Everything that endpoints share. */
interface Endpoints extends TokenParts {
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  readonly cookieName: string;
}

/** Makes an issuer, which answers requests but does not listen. */
export function createIssuer(given: IssuerParts): Issuer {
  const { definition, url, clock, newId } = given;
  const sessions = createSessions({ clock, newId, sessionMs: definition.sessionSeconds * 1000 });
  // Cookies know no ports: stages beside each other must not take each other's.
  const cookieName = `issuer-${new URL(url).port}`;
  const cookieOf = ({ id }: Session): string => `${cookieName}=${id}; Path=/; HttpOnly; SameSite=Lax`;
  const signIn = createSignIn({ ...given, sessions, cookieOf });
  const endpoints: Endpoints = { ...given, keys: createSigningKeys(definition.algorithm), sessions, signIn, cookieName };
  return {
    answer: (request) => answer(endpoints, request),
    async tokenFor(userName, options) {
      const user = definition.users.find(({ name }) => name === userName);
      if (user !== undefined) return accessToken(endpoints, user, options);
      throw new Error(`tokenFor: got the user "${userName}", expected one of ${definition.users.map(({ name }) => name).join(', ')}`);
    },
    rotateKeys: (options) => endpoints.keys.rotate(options),
    endSessionsOf: (userName) => sessions.endAllOf(userName),
  };
}

async function answer(endpoints: Endpoints, request: IncomingMessage): Promise<Reply | 'aborted'> {
  const { pathname, searchParams } = new URL(request.url ?? '/', endpoints.url);
  switch (`${request.method === 'HEAD' ? 'GET' : request.method} ${pathname}`) {
    case 'GET /.well-known/openid-configuration':
    case 'GET /.well-known/oauth-authorization-server':
      return { kind: 'json', status: 200, body: metadata(endpoints) };
    case 'GET /jwks':
      return { kind: 'json', status: 200, body: await endpoints.keys.published() };
    case 'GET /authorize':
      return endpoints.signIn.authorize(searchParams, sessionOf(endpoints, request));
    case 'POST /sign-in':
      return withForm(request, async (form) => endpoints.signIn.choose(form));
    case 'POST /token':
      return withForm(request, (form) => answerTokenRequest(endpoints, form));
    case 'GET /test-token':
      return testToken(endpoints, searchParams);
    case 'GET /sign-out':
      return signOut(endpoints, searchParams);
    default:
      return {
        kind: 'page',
        status: 404,
        html: messagePage('Nothing here', `This is the issuer of a local stage. It has no ${request.method} ${pathname}.`),
      };
  }
}

/** https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata */
function metadata({ url, definition }: Endpoints): Readonly<Record<string, unknown>> {
  return {
    issuer: url,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    jwks_uri: `${url}/jwks`,
    end_session_endpoint: `${url}/sign-out`,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [definition.algorithm],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    scopes_supported: [...new Set(['openid', 'profile', 'email', 'offline_access', ...definition.users.flatMap(({ scopes }) => scopes)])],
    authorization_response_iss_parameter_supported: true,
  };
}

/** For `curl` and tests in other processes. Pages have no business here: one that fetches it cannot read the answer. */
async function testToken(endpoints: Endpoints, query: URLSearchParams): Promise<Reply> {
  const { users } = endpoints.definition;
  const user = users.find(({ name }) => name === query.get('user'));
  if (user === undefined) {
    return {
      kind: 'text',
      status: 400,
      text: `got user=${query.get('user') ?? ''}, expected one of ${users.map(({ name }) => name).join(', ')}\n`,
    };
  }
  const scopes = query.get('scope')?.split(' ');
  return { kind: 'text', status: 200, text: await accessToken(endpoints, user, scopes === undefined ? {} : { scopes }) };
}

/**
 * https://openid.net/specs/openid-connect-rpinitiated-1_0.html: a token of the session says whose it is. Without one nothing happens, because
 * any page could send a browser here.
 */
async function signOut({ keys, sessions, definition, cookieName }: Endpoints, query: URLSearchParams): Promise<Reply> {
  const claims = await keys.read(query.get('id_token_hint') ?? '');
  if (typeof claims?.sid !== 'string') {
    return { kind: 'page', status: 400, html: messagePage('Not signed out', 'Expected an id_token_hint of this issuer.') };
  }
  sessions.end(claims.sid);
  const setCookie = `${cookieName}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`;
  const returnTo = query.get('post_logout_redirect_uri');
  if (returnTo === null) return { kind: 'page', status: 200, html: messagePage('Signed out', 'You can close this page.'), setCookie };
  if (!mayReturnTo(definition, returnTo)) {
    return { kind: 'page', status: 400, html: messagePage('Signed out', 'The page to return to is not one of the client.'), setCookie };
  }
  const location = new URL(returnTo);
  const state = query.get('state');
  if (state !== null) location.searchParams.set('state', state);
  return { kind: 'redirect', location: location.href, setCookie };
}

function sessionOf({ sessions, cookieName }: Endpoints, { headers }: IncomingMessage): Session | undefined {
  const cookies = (headers.cookie ?? '').split(/;\s*/).map((pair) => pair.split('='));
  return sessions.find(cookies.find(([name]) => name === cookieName)?.[1]);
}

async function withForm(request: IncomingMessage, work: (form: URLSearchParams) => Promise<Reply>): Promise<Reply | 'aborted'> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) {
    return oauthError('invalid_request', 'expected content-type application/x-www-form-urlencoded', 415);
  }
  const body = await readBody(request, MAX_FORM_BYTES);
  if (body === 'aborted') return 'aborted';
  return body === 'too-large' ? oauthError('invalid_request', 'the form is too large', 413) : work(new URLSearchParams(body.toString()));
}
