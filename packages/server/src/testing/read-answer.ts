/**
 * What a caller makes of an answer: the data, or the error that the client would throw.
 */

import { type ErrorShape, GatewayError } from '@org/gateway-core/errors';
import { revive, type WirePath } from '@org/gateway-core/wire-value';

/** Of HTTP and of the socket. */
export interface Answered {
  readonly result?: { readonly data?: unknown; readonly codecs?: readonly WirePath[] };
  readonly error?: ErrorShape;
}

/** @throws GatewayError */
export function dataOf({ result, error }: Answered): unknown {
  if (!error) return revive(result?.data, result?.codecs);
  const { code, error: name, details: data, httpStatus: status, ...more } = error.data;
  throw new GatewayError(code, error.message, { ...more, error: name, data, status });
}
