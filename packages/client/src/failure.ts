/**
 * Makes the errors the client finds itself, with the house's message form. PROTOCOL.md section 4.
 */

import { type ClientErrorCode, type ErrorCode, GatewayError, type GatewayErrorOptions } from '@org/gateway-core/errors';
import type { Call } from './call.js';

/** An error the client found; its message begins with what it is about. */
export function failure(code: ErrorCode | ClientErrorCode, path: string, text: string, more?: GatewayErrorOptions): GatewayError {
  return new GatewayError(code, `[${code}] ${path} ${text}`, { path, ...more });
}

/** Ends calls that no answer came for: with NETWORK_ERROR, or with the GatewayError that the application threw on the way. */
export function endUnanswered(calls: Iterable<Pick<Call, 'path' | 'end'>>, cause: unknown): void {
  for (const { path, end } of calls)
    end(cause instanceof GatewayError ? cause : failure('NETWORK_ERROR', path, `got no answer: ${(cause as Error)?.message}`, { cause }));
}
