/**
 * The conversation with an OpenID Connect issuer: authorization code with PKCE, refresh tokens, sign-out. `oauth4webapi` makes and checks every
 * message; this file says which. Loaded when somebody signs in.
 *
 * Session storage holds the secrets of a sign-in under way, until the browser comes back; never a token.
 */

import * as oauth from 'oauth4webapi';
import type { IdentityConfig } from '../model/runtime-config.js';
import type { User } from './session.js';

/** What the issuer gave. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly idToken: string | undefined;
  /** By this machine's clock. */
  readonly expiresAtMs: number;
  readonly user: User;
}

export type SignInResult =
  | { readonly kind: 'tokens'; readonly tokens: Tokens }
  /** Nobody is signed in at the issuer. */
  | { readonly kind: 'nobody' }
  /** The person changed their mind. */
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly why: string };

export interface SignInFlow {
  /** Where to send the browser, to come back at once (`isSilent`), whether somebody is signed in or not, or with a new sign-in (`isAnew`). */
  begin(options: { readonly isSilent: boolean; readonly isAnew: boolean }): Promise<string>;
  /** Reads the address the issuer sent the browser back to. `returnTo` is where it was before. */
  finish(href: string): Promise<{ readonly result: SignInResult; readonly returnTo: string }>;
  /** The next tokens, nothing when the issuer ended the session. @throws what the network throws */
  refresh(tokens: Tokens): Promise<Tokens | undefined>;
  /** Where to send the browser to sign out. */
  signOutUrl(idToken: string): Promise<string>;
}

export interface SignInParts {
  readonly identity: IdentityConfig;
  readonly sessionStorage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  readonly location: Pick<Location, 'href'>;
  readonly now: () => number;
}

interface Pending {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
  readonly returnTo: string;
}

const PENDING = 'gateway.sign-in';

/** Makes the flow of a page. */
export function createSignInFlow({ identity, sessionStorage, location, now }: SignInParts): SignInFlow {
  const issuer = new URL(identity.issuer);
  const client: oauth.Client = { client_id: identity.clientId };
  // Only the local stage's issuer has no TLS.
  const options = { [oauth.allowInsecureRequests]: issuer.protocol === 'http:' } as const;
  const redirectUri = new URL('/', location.href).href;
  let discovery: Promise<oauth.AuthorizationServer> | undefined;
  const server = (): Promise<oauth.AuthorizationServer> => {
    discovery ??= oauth.discoveryRequest(issuer, options).then((response) => oauth.processDiscoveryResponse(issuer, response));
    discovery.catch(() => {
      discovery = undefined;
    });
    return discovery;
  };
  const exchange = async (href: string, pending: Pending): Promise<Tokens> => {
    const as = await server();
    const parameters = oauth.validateAuthResponse(as, client, new URL(href), pending.state);
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      oauth.None(),
      parameters,
      redirectUri,
      pending.verifier,
      options,
    );
    const answer = await oauth.processAuthorizationCodeResponse(as, client, response, {
      expectedNonce: pending.nonce,
      requireIdToken: true,
    });
    return tokensOf(answer, now());
  };

  return {
    async begin({ isSilent, isAnew }) {
      const pending: Pending = {
        verifier: oauth.generateRandomCodeVerifier(),
        state: oauth.generateRandomState(),
        nonce: oauth.generateRandomNonce(),
        returnTo: location.href,
      };
      const url = new URL(endpoint(await server(), 'authorization_endpoint'));
      const parameters = {
        response_type: 'code',
        client_id: identity.clientId,
        redirect_uri: redirectUri,
        scope: identity.scope,
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
        ...(isSilent ? { prompt: 'none' } : isAnew ? { prompt: 'login' } : {}),
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      sessionStorage.setItem(PENDING, JSON.stringify(pending));
      return url.href;
    },
    async finish(href) {
      const stored = sessionStorage.getItem(PENDING);
      sessionStorage.removeItem(PENDING);
      if (stored === null) return { result: { kind: 'failed', why: 'this page did not ask for it' }, returnTo: redirectUri };
      const pending = JSON.parse(stored) as Pending;
      const { returnTo } = pending;
      try {
        return { result: { kind: 'tokens', tokens: await exchange(href, pending) }, returnTo };
      } catch (error) {
        return { result: failureOf(error), returnTo };
      }
    },
    async refresh(tokens) {
      if (tokens.refreshToken === undefined) return undefined;
      const as = await server();
      const response = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), tokens.refreshToken, options);
      try {
        return tokensOf(await oauth.processRefreshTokenResponse(as, client, response), now(), tokens);
      } catch (error) {
        if (error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant') return undefined;
        throw error;
      }
    },
    async signOutUrl(idToken) {
      const as = await server();
      if (as.end_session_endpoint === undefined) return redirectUri;
      const url = new URL(as.end_session_endpoint);
      url.searchParams.set('id_token_hint', idToken);
      url.searchParams.set('post_logout_redirect_uri', redirectUri);
      return url.href;
    },
  };
}

function endpoint(as: oauth.AuthorizationServer, name: 'authorization_endpoint'): string {
  const url = as[name];
  if (url === undefined) throw new Error(`the issuer ${as.issuer} has no ${name}`);
  return url;
}

/** A refresh need not bring everything anew. */
function tokensOf(answer: oauth.TokenEndpointResponse, nowMs: number, before?: Tokens): Tokens {
  const claims = oauth.getValidatedIdTokenClaims(answer);
  const user = claims === undefined ? before?.user : { id: claims.sub, name: typeof claims.name === 'string' ? claims.name : claims.sub };
  if (user === undefined) throw new Error('the issuer gave no identity token');
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? before?.refreshToken,
    idToken: answer.id_token ?? before?.idToken,
    expiresAtMs: nowMs + (answer.expires_in ?? 300) * 1000,
    user,
  };
}

function failureOf(error: unknown): SignInResult {
  if (!(error instanceof oauth.AuthorizationResponseError)) {
    return { kind: 'failed', why: error instanceof Error ? error.message : String(error) };
  }
  switch (error.error) {
    case 'login_required':
    case 'interaction_required':
      return { kind: 'nobody' };
    case 'access_denied':
      return { kind: 'cancelled' };
    default:
      return { kind: 'failed', why: error.error_description ?? error.error };
  }
}
