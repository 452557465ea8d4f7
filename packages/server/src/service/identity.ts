/**
 * Whose tokens a stage believes, as its settings say it and its functions are told in `GATEWAY_IDENTITY`. PROTOCOL.md section 5.
 */

import * as z from 'zod';

/** Algorithms of signatures, all of them with a public key: a secret that functions know would be one that leaks. RFC 8725, 3.1 and 3.2. */
export const TOKEN_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;

/** Hosts of issuers that `http` is good enough for: those of this machine. RFC 6761, 6.3 */
const LOOPBACK = /^(([a-z0-9-]+\.)*localhost|127\.0\.0\.1|\[::1\])$/;

/**
 * Schema of the setting. `issuer` is the `iss` of its tokens, to the letter. A token needs one of `audience` in its `aud`, or, when it has
 * none as Cognito's access tokens, as its `client_id`.
 */
export const identitySchema = () =>
  z.strictObject({
    issuer: trustedUrl(),
    audience: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)], { error: 'expected a text or a list of texts' }),
    /** @default RS256 and ES256 */
    algorithms: z.array(z.enum(TOKEN_ALGORITHMS)).min(1).optional(),
    /** Where its public keys are. @default `jwks_uri` of the issuer's `/.well-known/openid-configuration` */
    jwksUri: trustedUrl().optional(),
    /** How far clocks may be apart. @default 30 */
    clockToleranceSeconds: z.int().min(0).max(300).optional(),
    /** Claim with the scopes: a text with spaces between them, or a list; `scope` itself is a text (RFC 8693, 4.2). @default 'scope' */
    scopeClaim: z.string().min(1).optional(),
  });

/** An issuer and what its tokens must be. */
export type IdentitySettings = Readonly<z.output<ReturnType<typeof identitySchema>>>;

/** Keys that come over plain http could be anybody's. */
function trustedUrl() {
  return z.string().refine(isTrusted, { error: 'expected an https URL; http is for an issuer on this machine' });
}

function isTrusted(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
}
