/**
 * The tokens of the issuer: access tokens in the form of RFC 9068, identity tokens of OpenID Connect Core 1.0 §2. Times are those of the
 * stage's clock, so that a test lets tokens expire by advancing it.
 */
import type { Clock } from '../parts.js';
import type { IssuerDefinition, TestUser } from './definition.js';
import type { SigningKeys } from './signing-keys.js';

/** Asks for an access token without a sign-in. */
export interface TokenOptions {
  /** @default all that the user has */
  readonly scopes?: readonly string[];
  /** A negative number makes one that has expired. @default the issuer's lifetime */
  readonly expiresInSeconds?: number;
  /** @default the issuer's audience */
  readonly audience?: string;
  /** When the user signed in, in epoch milliseconds. @default now */
  readonly authenticatedAtMs?: number;
  /** Over everything else: `{ iss: 'https://elsewhere.example' }`. `undefined` leaves a claim out. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** What a token tells about a sign-in. */
export interface SignedIn {
  readonly user: TestUser;
  readonly scopes: readonly string[];
  readonly sessionId: string;
  readonly authenticatedAtMs: number;
  readonly nonce?: string;
}

export interface TokenParts {
  /** The issuer's own URL. */
  readonly url: string;
  readonly definition: IssuerDefinition;
  readonly keys: SigningKeys;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** A signed access token. */
export function accessToken(parts: TokenParts, user: TestUser, options: TokenOptions = {}): Promise<string> {
  const { definition, url, clock, newId } = parts;
  const nowSeconds = seconds(clock.now());
  const claims = {
    ...user.claims,
    iss: url,
    sub: user.name,
    aud: options.audience ?? definition.audience,
    client_id: definition.clientId,
    scope: (options.scopes ?? user.scopes).join(' '),
    iat: nowSeconds,
    // As RFC 9068, section 2.2.1, has it: the same in every token of a sign-in.
    auth_time: seconds(options.authenticatedAtMs ?? clock.now()),
    exp: nowSeconds + (options.expiresInSeconds ?? definition.accessTokenSeconds),
    jti: newId(),
    ...options.claims,
  };
  return parts.keys.sign(claims, 'at+jwt');
}

/** A signed identity token, for the client. */
export function identityToken({ definition, url, clock, keys }: TokenParts, signedIn: SignedIn): Promise<string> {
  const nowSeconds = seconds(clock.now());
  const claims = {
    ...signedIn.user.claims,
    iss: url,
    sub: signedIn.user.name,
    aud: definition.clientId,
    iat: nowSeconds,
    exp: nowSeconds + definition.accessTokenSeconds,
    auth_time: seconds(signedIn.authenticatedAtMs),
    sid: signedIn.sessionId,
    ...(signedIn.nonce === undefined ? {} : { nonce: signedIn.nonce }),
  };
  return keys.sign(claims, 'JWT');
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
