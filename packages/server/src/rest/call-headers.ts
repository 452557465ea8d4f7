/**
 * What a caller says about its call in headers: `idempotency-key` (PROTOCOL.md P2.12) and `x-deadline-ms` (P2.13). Both are ours: a stock
 * client sends neither. The key is taken as it is, quotes too, which the IETF's draft has around it:
 * https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header-07
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { RestRequest } from './rest-event.js';

/** Characters of a key, as over the socket. */
const MAX_KEY_LENGTH = 128;

/** Milliseconds up to a day. */
const MILLISECONDS = /^\d{1,8}$/;

/**
 * The key of the request's mutations, undefined without one.
 *
 * @throws GatewayError BAD_REQUEST for an empty or long one.
 */
export function keyHeader(request: RestRequest): string | undefined {
  const key = request.header('idempotency-key');
  if (key === undefined || (key.length > 0 && key.length <= MAX_KEY_LENGTH)) return key;
  throw new GatewayError(
    'BAD_REQUEST',
    `[BAD_REQUEST] idempotency-key has ${key.length} characters, expected 1 to ${MAX_KEY_LENGTH}; send one that nobody can guess`,
  );
}

/**
 * How long the caller still waits, undefined when it does not say.
 *
 * @throws GatewayError BAD_REQUEST for anything but whole milliseconds.
 */
export function deadlineHeader(request: RestRequest): number | undefined {
  const text = request.header('x-deadline-ms');
  if (text === undefined) return undefined;
  if (MILLISECONDS.test(text)) return Number(text);
  throw new GatewayError('BAD_REQUEST', `[BAD_REQUEST] x-deadline-ms is "${text.slice(0, 40)}", expected whole milliseconds such as 9000`);
}
