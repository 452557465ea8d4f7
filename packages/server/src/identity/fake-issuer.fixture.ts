/** An issuer without a network for tests: keys by `node:crypto`, tokens with any header and claims, and its two documents. */

import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { IdentitySettings } from '../service/identity.js';
import { createLogger } from '../telemetry/logger.js';
import { createJumpingClock, START_MS } from '../websocket/clock.fixture.js';
import type { FetchJson } from './fetch-json.js';
import { createTokenVerifier } from './token-verifier.js';

export const ISSUER = 'https://login.example.com';
export const SETTINGS: IdentitySettings = { issuer: ISSUER, audience: 'gateway' };

/** Seconds of the fixture's clock. */
export const NOW = START_MS / 1_000;

export interface Signing {
  readonly kid?: string | undefined;
  readonly header?: Readonly<Record<string, unknown>>;
}

interface Key {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
}

/** Claims of an access token of Ada's, for five minutes. */
export const ADA = { iss: ISSUER, sub: 'ada', aud: 'gateway', iat: NOW, exp: NOW + 300, scope: 'read write' };

/** An issuer with one key, `k1`, of ES256. */
export function createFakeIssuer() {
  const keys: Key[] = [];
  const asked: string[] = [];
  const addKey = (kid: string, alg = 'ES256'): void => {
    const { privateKey } =
      alg === 'RS256' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ec', { namedCurve: 'P-256' });
    keys.push({ kid, alg, privateKey });
  };
  const publicOf = ({ kid, alg, privateKey }: Key) => ({ ...createPublicKey(privateKey).export({ format: 'jwk' }), kid, alg, use: 'sig' });
  const issuer = {
    /** URLs it was asked for. */
    asked,
    /** Set to make it fail. */
    failure: undefined as Error | undefined,
    addKey,
    dropKey: (kid: string) => {
      keys.splice(
        keys.findIndex((key) => key.kid === kid),
        1,
      );
    },
    publicKey: (kid = 'k1') => createPublicKey((keys.find((key) => key.kid === kid) as Key).privateKey),
    /** A token by the key of a name. */
    token: (claims: object = ADA, { kid = 'k1', header }: Signing = {}): string => {
      const key = keys.find((each) => each.kid === kid) as Key;
      const input = `${encoded({ alg: key.alg, typ: 'at+jwt', kid, ...header })}.${encoded(claims)}`;
      return `${input}.${sign('sha256', Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
    },
    fetchJson: (async (url) => {
      asked.push(url);
      if (issuer.failure) throw issuer.failure;
      if (url.endsWith('/.well-known/openid-configuration')) return { issuer: ISSUER, jwks_uri: `${ISSUER}/keys` };
      return { keys: keys.map(publicOf) };
    }) as FetchJson,
  };
  addKey('k1');
  return issuer;
}

/** A verifier of its tokens, by a clock that tests move. */
export function createVerifying(settings: IdentitySettings = SETTINGS, fetchJson?: FetchJson, clock = createJumpingClock()) {
  const issuer = createFakeIssuer();
  const logLines: string[] = [];
  const log = createLogger({}, (line) => logLines.push(line));
  const tokens = createTokenVerifier({ settings, fetchJson: fetchJson ?? issuer.fetchJson, clock, log });
  /** What becomes of a token: the user's id, or the code and message of the refusal. */
  const judged = (token: string): Promise<string> =>
    tokens.verify(token).then(
      ({ id }) => id,
      (cause: Error & { readonly code?: string }) => `${cause.code}: ${cause.message}`,
    );
  return { issuer, clock, log, logLines, tokens, judged };
}

/** A token without a signature. */
export function unsigned(claims: object, header: object = { alg: 'none', typ: 'JWT' }): string {
  return `${encoded(header)}.${encoded(claims)}.`;
}

/** A token signed with a secret, which a forger takes from what is public. */
export function signedWithSecret(claims: object, secret: string | Buffer, header: object = { alg: 'HS256', kid: 'k1' }): string {
  const input = `${encoded(header)}.${encoded(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

export function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
