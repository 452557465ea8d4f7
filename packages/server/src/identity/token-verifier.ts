/**
 * Tells whose a token is. AWS's own library checks form, algorithm against key, and signature; issuer, audience and times are compared here,
 * by the function's clock. It is loaded with the first token. Refusals say why and nothing of the token. PROTOCOL.md P5.1 to P5.3.
 * https://github.com/awslabs/aws-jwt-verify; RFC 7519; RFC 8725 (best current practices).
 */

import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { GatewayError } from '@org/gateway-core/errors';
import type { IdentitySettings } from '../service/identity.js';
import type { Identity } from './identity.js';
import type { KeySetOptions, PublicKey } from './key-set.js';
import { createKeySet } from './key-set.js';

/** Checks tokens of one issuer. */
export interface TokenVerifier {
  /**
   * The user whom a token is of.
   *
   * @throws GatewayError UNAUTHORIZED for a token that is refused, SERVICE_UNAVAILABLE when it cannot be checked now.
   */
  verify(token: string): Promise<Identity>;
}

export interface TokenVerifierOptions extends Omit<KeySetOptions, 'settings'> {
  readonly settings: IdentitySettings;
}

const DEFAULT_ALGORITHMS: readonly string[] = ['RS256', 'ES256'];
const DEFAULT_TOLERANCE_SECONDS = 30;
const MAX_TOKEN_LENGTH = 16_384;

/** OpenID Connect Core 1.0, section 2: `sub`. */
const MAX_SUBJECT_LENGTH = 255;

interface Payload {
  readonly [claim: string]: unknown;
  readonly iss?: string | undefined;
  readonly sub?: string | undefined;
  readonly aud?: string | readonly string[] | undefined;
  readonly exp?: number | undefined;
  readonly nbf?: number | undefined;
  readonly iat?: number | undefined;
  /** Of access tokens: RFC 9068, section 2.2.1. */
  readonly auth_time?: unknown;
}

/** A verifier; nothing is fetched before the first token. */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { settings, clock } = options;
  const keySet = createKeySet(options);
  const keyObjects = new WeakMap<object, KeyObject>();
  const { algorithms = DEFAULT_ALGORITHMS, issuer } = settings;

  const keyOf = async (header: { readonly alg?: string; readonly kid?: string }, payload: Payload): Promise<PublicKey> => {
    if (!algorithms.includes(header.alg ?? 'none'))
      throw refused(`its algorithm is ${shown(header.alg)}, expected ${algorithms.join(' or ')}`);
    // Before any question for keys, so that tokens of others cost the issuer nothing.
    if (payload.iss !== issuer) throw refused(`its issuer is ${shown(payload.iss)}, expected ${issuer}`);
    const key = await keySet.find(header.kid);
    if (key) return key;
    throw refused(`its issuer has no key ${shown(header.kid)}`);
  };

  const keyObjectOf = async (key: object): Promise<KeyObject> => {
    const made = keyObjects.get(key) ?? createPublicKey({ key: key as JsonWebKey, format: 'jwk' });
    keyObjects.set(key, made);
    return made;
  };

  return {
    verify: async (token) => {
      if (token.length > MAX_TOKEN_LENGTH) throw refused(`it has ${token.length} characters, expected at most ${MAX_TOKEN_LENGTH}`);
      const payload = await signedPayload(token, keyOf, keyObjectOf);
      return identityOf(payload, settings, clock.now());
    },
  };
}

type KeyFinder = (header: { readonly alg?: string; readonly kid?: string }, payload: Payload) => Promise<PublicKey>;

/** What the issuer signed. Its own times are not looked at here. */
async function signedPayload(token: string, keyOf: KeyFinder, keyObjectOf: (key: object) => Promise<KeyObject>): Promise<Payload> {
  const { verifyJwt } = await import('aws-jwt-verify/jwt-verifier');
  const fetchKey = async (_url: string, { header, payload }: { readonly header: object; readonly payload: object }) =>
    (await keyOf(header as { readonly alg?: string }, payload as Payload)) as never;
  const unchecked = { issuer: null, audience: null, graceSeconds: Number.MAX_SAFE_INTEGER };
  try {
    return (await verifyJwt(token, '', unchecked, fetchKey, keyObjectOf as never)) as Payload;
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    throw refused(await reasonOf(cause));
  }
}

/** The library's own messages may repeat parts of the token. What `node:crypto` throws is about the signature, too. */
async function reasonOf(cause: unknown): Promise<string> {
  const { JwtParseError, JwtInvalidSignatureAlgorithmError } = await import('aws-jwt-verify/error');
  if (cause instanceof JwtParseError) return 'it is no JSON Web Token';
  return cause instanceof JwtInvalidSignatureAlgorithmError ? 'its algorithm is not that of its key' : 'its signature does not fit';
}

function identityOf(payload: Payload, settings: IdentitySettings, nowMs: number): Identity {
  const { sub, exp, nbf } = payload;
  const toleranceMs = (settings.clockToleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS) * 1_000;
  if (sub === undefined || sub === '' || sub.length > MAX_SUBJECT_LENGTH)
    throw refused(`it names no user (sub): expected 1 to ${MAX_SUBJECT_LENGTH} characters`);
  if (exp === undefined) throw refused('it has no end (exp)');
  if (exp * 1_000 + toleranceMs <= nowMs) throw refused(`it expired at ${time(exp)}; get a new one`);
  if (nbf !== undefined && nbf * 1_000 - toleranceMs > nowMs) throw refused(`it is not valid before ${time(nbf)}`);
  checkAudience(payload, settings.audience);
  return {
    id: sub,
    claims: payload,
    scopes: scopesOf(payload[settings.scopeClaim ?? 'scope']),
    expiresAtMs: Math.floor(exp * 1_000),
    ...signedInAt(payload),
  };
}

/**
 * When the user signed in, as far as the token tells. `auth_time` is the same in all tokens of one sign-in, refreshed ones too; `iat` would make
 * a sign-in that was revoked a new one with every refresh.
 */
function signedInAt({ iat, auth_time: authTime }: Payload): Pick<Identity, 'issuedAtMs'> {
  const seconds = typeof authTime === 'number' ? Math.min(authTime, iat ?? authTime) : iat;
  return seconds === undefined ? {} : { issuedAtMs: Math.floor(seconds * 1_000) };
}

/** `aud`, RFC 7519 section 4.1.3; Cognito's access tokens have `client_id` instead. */
function checkAudience({ aud, client_id: clientId }: Payload, expected: IdentitySettings['audience']): void {
  const wanted = typeof expected === 'string' ? [expected] : expected;
  const given = aud === undefined ? [clientId] : typeof aud === 'string' ? [aud] : aud;
  if (given.some((each) => typeof each === 'string' && wanted.includes(each))) return;
  throw refused(`it is for ${given.map(shown).join(', ') || 'nobody'}, expected ${wanted.join(' or ')}`);
}

/** RFC 6749 has a text with spaces; Auth0's `permissions` and Microsoft's `roles` are lists. */
function scopesOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ').filter(Boolean);
  return Array.isArray(claim) ? claim.filter((scope) => typeof scope === 'string') : [];
}

function refused(why: string): GatewayError {
  return new GatewayError('UNAUTHORIZED', `[UNAUTHORIZED] the token is refused: ${why}`);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : '(none)';
}

/** An `exp` may be any number. */
function time(seconds: number): string {
  const at = new Date(seconds * 1_000);
  return Number.isNaN(at.getTime()) ? `${seconds} s` : at.toISOString();
}
