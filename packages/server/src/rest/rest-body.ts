/**
 * The body of a request as text or JSON. API Gateway hands binary media types over as base64; a body that is no base64, no UTF-8 or no
 * JSON is refused with what was got, before any procedure runs.
 */

import { isUtf8 } from 'node:buffer';
import { GatewayError } from '@org/gateway-core/errors';
import { isNestedDeeper, MAX_DEPTH } from '@org/gateway-core/protocol';
import type { RestRequest } from './rest-event.js';

/** Without a group that repeats: V8 runs out of stack on one for a body of some megabytes. The length is checked beside it. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * @throws GatewayError PAYLOAD_TOO_LARGE for a body of more bytes than that, base64 as what it stands for.
 */
export function checkSize({ body, isBase64Encoded }: RestRequest, maxBytes: number): void {
  if (body === null || body.length * 3 <= maxBytes) return;
  const bytes = Buffer.byteLength(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes <= maxBytes) return;
  throw new GatewayError(
    'PAYLOAD_TOO_LARGE',
    `[PAYLOAD_TOO_LARGE] the body has ${bytes} bytes, expected at most ${maxBytes}; send less, or upload it`,
  );
}

/**
 * The body as text; empty for none.
 *
 * @throws GatewayError PARSE_ERROR for broken base64 or text that is not UTF-8.
 */
export function bodyText({ body, isBase64Encoded }: RestRequest): string {
  if (body === null || body === '') return '';
  if (!isBase64Encoded) return body;
  const bytes = Buffer.from(checkedBase64(body), 'base64');
  if (!isUtf8(bytes)) throw new GatewayError('PARSE_ERROR', `[PARSE_ERROR] body is not UTF-8: got ${bytes.length} bytes, expected text`);
  return bytes.toString('utf8');
}

/**
 * The body as base64 text, for a field that takes bytes.
 *
 * @throws GatewayError PARSE_ERROR for broken base64.
 */
export function bodyBase64({ body, isBase64Encoded }: RestRequest): string {
  if (body === null) return '';
  return isBase64Encoded ? checkedBase64(body) : Buffer.from(body, 'utf8').toString('base64');
}

/**
 * The JSON of the body; undefined for none.
 *
 * @throws GatewayError UNSUPPORTED_MEDIA_TYPE for a body of another type, PARSE_ERROR for text that is no JSON.
 */
export function bodyJson(request: RestRequest): unknown {
  const text = bodyText(request);
  if (text === '') return undefined;
  const type = request.header('content-type');
  // A form or text/plain body needs no preflight: taking it as JSON would let any page post across origins.
  if (type === undefined || !/^\s*application\/(?:json|[\w.+-]+\+json)\s*(?:;|$)/i.test(type)) {
    throw new GatewayError(
      'UNSUPPORTED_MEDIA_TYPE',
      `[UNSUPPORTED_MEDIA_TYPE] body of type ${type ?? '(none)'}, expected application/json`,
    );
  }
  return parseJson(text, 'body');
}

/**
 * @throws GatewayError PARSE_ERROR naming what the text was, BAD_REQUEST for one that lies too deep.
 */
export function parseJson(text: string, what: string): unknown {
  const value = parsed(text, what);
  if (!isNestedDeeper(text, MAX_DEPTH)) return value;
  throw new GatewayError(
    'BAD_REQUEST',
    `[BAD_REQUEST] ${what} has arrays and objects more than ${MAX_DEPTH} deep in each other, expected less; send it flatter`,
  );
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new GatewayError(
      'PARSE_ERROR',
      `[PARSE_ERROR] ${what} is not JSON: got "${text.slice(0, 40)}"${text.length > 40 ? ` … (${text.length} characters)` : ''}`,
    );
  }
}

function checkedBase64(text: string): string {
  if (text.length % 4 === 0 && BASE64.test(text)) return text;
  throw new GatewayError(
    'PARSE_ERROR',
    `[PARSE_ERROR] body is marked base64 but is not: got ${text.length} characters; it may have been cut off`,
  );
}
