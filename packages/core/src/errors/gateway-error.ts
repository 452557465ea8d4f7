/**
 * The one error class, on both sides of the wire. A handler throws it, the executor writes it as tRPC's error shape, the client
 * makes it again from that shape. It is small on purpose: it is in every client bundle.
 */

import type { ErrorCode } from './code.js';
import type { ErrorData } from './error-shape.js';

/** Codes that only a client makes: the call never got an answer, the answer made no sense, or too many wait for theirs. */
export type ClientErrorCode = 'NETWORK_ERROR' | 'INVALID_REPLY' | 'BACKPRESSURE';

export interface GatewayErrorOptions {
  /** Name of the declared error, when the contract declares this one. */
  readonly error?: string | undefined;
  /** Data of the declared error. */
  readonly data?: unknown;
  /** HTTP status of the answer, when there was one. */
  readonly status?: number | undefined;
  /** `service.procedure`. */
  readonly path?: string | undefined;
  /** API Gateway's request id: what to search the logs for. */
  readonly requestId?: string | undefined;
  /** X-Ray's root id, `1-…`: what to search the traces for. */
  readonly traceId?: string | undefined;
  /** How long to wait before the call is worth repeating, when whoever answered said so. */
  readonly retryAfterMs?: number | undefined;
  /** Where and why an input did not fit, for BAD_REQUEST. */
  readonly issues?: ErrorData['issues'];
  readonly cause?: unknown;
}

/** A call that failed. `code` is always set; `error` and `data` are set for errors the contract declares. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  declare readonly code: ErrorCode | ClientErrorCode;
  declare readonly error: string | undefined;
  declare readonly data: unknown;
  declare readonly status: number | undefined;
  declare readonly path: string | undefined;
  declare readonly requestId: string | undefined;
  declare readonly traceId: string | undefined;
  declare readonly retryAfterMs: number | undefined;
  declare readonly issues: ErrorData['issues'];

  constructor(code: ErrorCode | ClientErrorCode, message: string, options: GatewayErrorOptions = {}) {
    // Error takes the cause, and makes it a property that is not enumerable; assigning it once more leaves that as it is.
    super(message, options);
    Object.assign(this, { code, ...options });
  }
}
