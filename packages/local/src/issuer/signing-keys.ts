/**
 * The issuer's keys: one signs, those before it can still be checked against until they are forgotten. Made when first needed; they live as
 * long as the stage.
 */
import { type CryptoKey, calculateJwkThumbprint, compactVerify, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

type Claims = Readonly<Record<string, unknown>>;

export interface SigningKeys {
  /** Signs claims as they are: times in them are the caller's business. @param type `typ` of the header */
  sign(claims: Claims, type: string): Promise<string>;
  /** Claims of a token that one of the keys signed, whether expired or not; `undefined` for any other text. */
  read(token: string): Promise<Claims | undefined>;
  /** The JSON Web Key Set (RFC 7517). */
  published(): Promise<{ readonly keys: readonly JWK[] }>;
  /** Signs with a new key from now on. */
  rotate(options: { readonly keepPrevious: boolean }): Promise<void>;
}

interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}

/** Makes the keys of an issuer. */
export function createSigningKeys(algorithm: 'RS256' | 'ES256'): SigningKeys {
  let keys: Promise<readonly SigningKey[]> | undefined;
  const all = (): Promise<readonly SigningKey[]> => {
    keys ??= makeKey(algorithm).then((key) => [key]);
    return keys;
  };
  return {
    async sign(claims, type) {
      const [{ kid, privateKey }] = (await all()) as readonly [SigningKey];
      return new SignJWT({ ...claims }).setProtectedHeader({ alg: algorithm, kid, typ: type }).sign(privateKey);
    },
    async read(token) {
      const known = await all();
      try {
        const { payload } = await compactVerify(token, ({ kid }) => known.find((key) => key.kid === kid)!.publicKey, {
          algorithms: [algorithm],
        });
        return JSON.parse(new TextDecoder().decode(payload));
      } catch {
        return undefined;
      }
    },
    published: async () => ({ keys: (await all()).map(({ jwk }) => jwk) }),
    async rotate({ keepPrevious }) {
      const previous = await all();
      const next = await makeKey(algorithm);
      keys = Promise.resolve([next, ...(keepPrevious ? previous : [])]);
    },
  };
}

async function makeKey(algorithm: 'RS256' | 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm);
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { kid, privateKey, publicKey, jwk: { ...jwk, kid, alg: algorithm, use: 'sig' } };
}
