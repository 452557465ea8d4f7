/**
 * The token of a request: `authorization: Bearer TOKEN`, RFC 6750 section 2.1. Tokens in bodies or in URLs, which get logged, are not read.
 */

import { GatewayError } from '@org/gateway-core/errors';

const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i;

/**
 * The token in an `authorization` header, undefined without the header.
 *
 * @throws GatewayError UNAUTHORIZED for a header of another scheme: who sends credentials wants them used.
 */
export function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const token = BEARER.exec(header)?.[1];
  if (token !== undefined) return token;
  throw new GatewayError('UNAUTHORIZED', '[UNAUTHORIZED] the authorization header is not understood: expected "Bearer" and a token');
}
