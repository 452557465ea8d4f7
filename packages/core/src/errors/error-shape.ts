/**
 * How an error looks on the wire: tRPC's error shape with more fields in `data`, which stock clients carry along untouched.
 * Nothing of the cause and no stack is ever part of it.
 */

import type { SchemaIssue } from '../dsl/schema.js';
import { ERROR_CODES, type ErrorCode } from './code.js';

/** `data` of a wire error. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly httpStatus: number;
  /** `service.procedure`, when the error belongs to a call. */
  readonly path?: string;
  /** Name of the declared error. */
  readonly error?: string;
  /** Data of the declared error. */
  readonly details?: unknown;
  /** Where and why the input did not fit. */
  readonly issues?: readonly Pick<SchemaIssue, 'path' | 'message'>[] | undefined;
  readonly requestId?: string;
  /** X-Ray's root id, `1-…`: what to search the traces for. */
  readonly traceId?: string;
  /** How long to wait before the call is worth repeating, of TOO_MANY_REQUESTS and SERVICE_UNAVAILABLE. */
  readonly retryAfterMs?: number;
}

/** tRPC's error shape. */
export interface ErrorShape {
  readonly message: string;
  /** JSON-RPC number of the code. */
  readonly code: number;
  readonly data: ErrorData;
}

/** What an error shape is made of. */
export interface ErrorShapeParts {
  readonly code: ErrorCode;
  readonly message: string;
  readonly path?: string | undefined;
  readonly error?: string | undefined;
  readonly details?: unknown;
  readonly issues?: ErrorData['issues'];
  readonly requestId?: string | undefined;
  readonly traceId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** The wire shape of an error; absent parts are left out, not sent as null. */
export function errorShape(parts: ErrorShapeParts): ErrorShape {
  const { number, httpStatus } = ERROR_CODES[parts.code];
  return {
    message: parts.message,
    code: number,
    data: {
      code: parts.code,
      httpStatus,
      ...(parts.path === undefined ? {} : { path: parts.path }),
      ...(parts.error === undefined ? {} : { error: parts.error }),
      ...(parts.details === undefined ? {} : { details: parts.details }),
      ...(parts.issues === undefined ? {} : { issues: parts.issues }),
      ...(parts.requestId === undefined ? {} : { requestId: parts.requestId }),
      ...(parts.traceId === undefined ? {} : { traceId: parts.traceId }),
      ...(parts.retryAfterMs === undefined ? {} : { retryAfterMs: parts.retryAfterMs }),
    },
  };
}
