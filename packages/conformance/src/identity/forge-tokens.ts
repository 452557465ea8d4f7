/**
 * Forgeries of a token that is good, for whatever verifies tokens: each is to be refused. They are the known attacks on JSON Web Tokens (RFC
 * 8725, section 2), made from nothing but the token and what the issuer publishes.
 */

import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey, sign } from 'node:crypto';

/** A name for the test, and the token. */
export type Forgery = readonly [name: string, token: string];

interface Parts {
  readonly header: { readonly alg: string; readonly kid?: string };
  readonly claims: Readonly<Record<string, unknown>>;
  readonly texts: readonly [header: string, claims: string, signature: string];
}

/**
 * Forgeries of a token.
 *
 * @param keys the issuer's public keys (RFC 7517)
 */
export function forgeTokens(token: string, keys: readonly JsonWebKey[]): readonly Forgery[] {
  const parts = readToken(token);
  return [...withoutSignature(parts), ...withPublicKeyAsSecret(parts, keys), ...withOtherClaims(parts), ...withOtherKeys(parts)];
}

function withoutSignature({ header, claims, texts: [, claimsText, signature] }: Parts): readonly Forgery[] {
  const none = (alg: string) => encoded({ ...header, alg });
  return [
    ['alg "none" without a signature', `${none('none')}.${claimsText}.`],
    ['alg "none" with the old signature', `${none('none')}.${claimsText}.${signature}`],
    ['alg "nOnE"', `${none('nOnE')}.${claimsText}.${signature}`],
    ['no alg at all', `${encoded({ kid: header.kid })}.${claimsText}.${signature}`],
    ['its signature cut off', `${encoded(header)}.${encoded(claims)}.`],
    ['its signature cut off with the dot', `${encoded(header)}.${encoded(claims)}`],
  ];
}

/** Who takes the algorithm of the token for granted verifies these by the public key as if it were a secret. */
function withPublicKeyAsSecret({ header, texts: [, claimsText] }: Parts, keys: readonly JsonWebKey[]): readonly Forgery[] {
  return keys.flatMap((key) => {
    const object = createPublicKey({ key, format: 'jwk' });
    const secrets = [object.export({ type: 'spki', format: 'pem' }), object.export({ type: 'spki', format: 'der' }), JSON.stringify(key)];
    return secrets.flatMap((secret, at) =>
      (['HS256', header.alg] as const).map((alg): Forgery => {
        const input = `${encoded({ ...header, alg })}.${claimsText}`;
        const signature = createHmac('sha256', secret).update(input).digest('base64url');
        return [`the public key (${['PEM', 'DER', 'JWK'][at]}) as the secret of ${alg}`, `${input}.${signature}`];
      }),
    );
  });
}

function withOtherClaims({ claims, texts: [header, claimsText, signature] }: Parts): readonly Forgery[] {
  return [
    ['another user', `${header}.${encoded({ ...claims, sub: 'root' })}.${signature}`],
    ['a later end', `${header}.${encoded({ ...claims, exp: 4_102_444_800 })}.${signature}`],
    ['a signature of one byte', `${header}.${claimsText}.AA`],
    ['a signature of another length', `${header}.${claimsText}.${signature}AAAA`],
  ];
}

function withOtherKeys({ header, texts: [, claimsText] }: Parts): readonly Forgery[] {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const by = (more: object) => {
    const input = `${encoded({ ...header, alg: 'ES256', ...more })}.${claimsText}`;
    return `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  return [
    ['a key of the forger under the name of the real one', by({})],
    ['a key that comes with it', by({ jwk: publicKey.export({ format: 'jwk' }) })],
    ['a place where its key is', by({ kid: 'forged', jku: 'https://forger.example/keys.json' })],
    ['a path for the name of its key', by({ kid: '../../../dev/null' })],
  ];
}

function readToken(token: string): Parts {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const read = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString()) as never;
  return { header: read(header), claims: read(claims), texts: [header, claims, signature] };
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
