/**
 * Writes an answer in the form both payload versions take (`statusCode`, `headers`, `body`), with the headers every answer has. CORS
 * headers on actual responses are ours to send: API Gateway answers only the preflight.
 */

import { ERROR_CODES, type ErrorShapeParts, errorShape } from '@org/gateway-core/errors';
import { MAX_RESPONSE_BYTES } from '@org/gateway-core/protocol';
import { SECURITY_HEADERS } from '../service/security-headers.js';
import type { RestRequest } from './rest-event.js';

/** A Lambda proxy result of either payload version. */
export interface RestResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What every answer of a function shares. */
export type ResultWriter = (
  request: RestRequest,
  statusCode: number,
  body: string,
  headers?: Readonly<Record<string, string>>,
) => RestResult;

/** Bytes kept free for headers in Lambda's 6 MB. */
const HEADER_BYTES = 16_384;

/**
 * @param allowedOrigin `*`, one origin, or several separated by spaces; of several, the request's own is echoed.
 */
export function resultWriter(allowedOrigin: string): ResultWriter {
  const origins = allowedOrigin.split(/\s+/).filter(Boolean);
  const fixed = origins.length === 1 ? origins[0] : undefined;
  return (request, statusCode, body, more) => {
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-request-id': request.requestId,
      ...SECURITY_HEADERS,
      'access-control-expose-headers': 'x-request-id, retry-after, allow',
    };
    const origin = fixed ?? echoed(origins, request);
    if (origin !== undefined) headers['access-control-allow-origin'] = origin;
    if (fixed === undefined) headers.vary = 'origin';
    if (more) Object.assign(headers, more);
    if (isTooLarge(body)) return tooLarge(request, headers, body);
    return { statusCode, headers, body: request.method === 'HEAD' ? '' : body };
  };
}

/** Headers that say of failures what a caller can do: sign in (RFC 6750 section 3), or come back later (RFC 9110 section 10.2.3). */
export function errorHeaders(errors: readonly ErrorShapeParts[]): Readonly<Record<string, string>> {
  const afterMs = Math.max(0, ...errors.map(({ retryAfterMs = 0 }) => retryAfterMs));
  return {
    ...(errors.some(({ code }) => code === 'UNAUTHORIZED') ? { 'www-authenticate': 'Bearer' } : {}),
    ...(afterMs === 0 ? {} : { 'retry-after': String(Math.ceil(afterMs / 1_000)) }),
  };
}

/** Status and body of a failure. */
export function errorBody(error: ErrorShapeParts): {
  readonly statusCode: number;
  readonly json: { readonly error: ReturnType<typeof errorShape> };
} {
  return { statusCode: ERROR_CODES[error.code].httpStatus, json: { error: errorShape(error) } };
}

function echoed(origins: readonly string[], request: RestRequest): string | undefined {
  const origin = request.header('origin');
  return origin !== undefined && origins.includes(origin) ? origin : undefined;
}

/**
 * Lambda counts the result as JSON, in which each quote and backslash of the body is two characters. A UTF-16 unit of JSON is at most three
 * bytes there, so most bodies need no counting.
 */
export function isTooLarge(body: string): boolean {
  const limit = MAX_RESPONSE_BYTES - HEADER_BYTES;
  return body.length * 3 > limit && Buffer.byteLength(JSON.stringify(body)) > limit;
}

function tooLarge(request: RestRequest, headers: Readonly<Record<string, string>>, body: string): RestResult {
  const message = `[PAYLOAD_TOO_LARGE] the answer is ${Buffer.byteLength(JSON.stringify(body))} bytes, more than the ${MAX_RESPONSE_BYTES - HEADER_BYTES} a function can send; ask for less`;
  const { statusCode, json } = errorBody({ code: 'PAYLOAD_TOO_LARGE', message, requestId: request.requestId });
  return {
    statusCode,
    headers: { ...headers, 'content-type': 'application/json' },
    body: request.method === 'HEAD' ? '' : JSON.stringify(json),
  };
}
