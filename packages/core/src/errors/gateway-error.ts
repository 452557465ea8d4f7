/**
 * The one error class, on both sides of the wire. A handler throws it, the executor writes it as tRPC's error shape, the client
 * makes it again from that shape. It is small on purpose: it is in every client bundle.
 */

import type { ErrorCode } from './code.js';
import type { ErrorData, ErrorShape } from './error-shape.js';

/** Codes that only a client makes: the call never got an answer, or the answer made no sense. */
export type ClientErrorCode = 'NETWORK_ERROR' | 'INVALID_REPLY';

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
  /** Where and why an input did not fit, for BAD_REQUEST. */
  readonly issues?: ErrorData['issues'];
  readonly cause?: unknown;
}

/** A call that failed. `code` is always set; `error` and `data` are set for errors the contract declares. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: ErrorCode | ClientErrorCode;
  readonly error: string | undefined;
  readonly data: unknown;
  readonly status: number | undefined;
  readonly path: string | undefined;
  readonly requestId: string | undefined;
  readonly issues: ErrorData['issues'];

  constructor(code: ErrorCode | ClientErrorCode, message: string, options: GatewayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.error = options.error;
    this.data = options.data;
    this.status = options.status;
    this.path = options.path;
    this.requestId = options.requestId;
    this.issues = options.issues;
  }

  /** The error behind a wire shape; a shape without data becomes an INTERNAL_SERVER_ERROR with its message. */
  static from(shape: ErrorShape, status?: number): GatewayError {
    const data: Partial<ErrorData> = shape.data ?? {};
    return new GatewayError(data.code ?? 'INTERNAL_SERVER_ERROR', shape.message, {
      error: data.error,
      data: data.details,
      status: data.httpStatus ?? status,
      path: data.path,
      requestId: data.requestId,
      issues: data.issues,
    });
  }
}
