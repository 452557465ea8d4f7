/**
 * What became of a call, before any face writes it: a result, or the parts of an error shape. Unknown failures are logged with their
 * cause here and leave as `Internal server error` (PROTOCOL.md P4.2).
 */

import { ERROR_CODES, type ErrorCode, type ErrorShapeParts, GatewayError, isErrorCode } from '@org/gateway-core/errors';
import type { WirePath } from '@org/gateway-core/protocol';
import type { Logger } from '../telemetry/logger.js';

export type Outcome =
  | {
      readonly ok: true;
      /** What JSON can carry. */
      readonly data: unknown;
      /** Where texts of it stand for something else. */
      readonly codecs?: readonly WirePath[];
    }
  | { readonly ok: false; readonly error: ErrorShapeParts };

/** A failure with a code; the message follows `[CODE] what happened`. */
export function failure(
  code: ErrorCode,
  message: string,
  more: Omit<ErrorShapeParts, 'code' | 'message'> = {},
): { readonly ok: false; readonly error: ErrorShapeParts } {
  return { ok: false, error: { code, message: `[${code}] ${message}`, ...more } };
}

/** The failure behind a thrown value. */
export function failureOf(thrown: unknown, path: string, requestId: string, log: Logger): Outcome {
  const known = thrown instanceof GatewayError && isErrorCode(thrown.code) && thrown.code !== 'INTERNAL_SERVER_ERROR';
  if (!known) {
    log.error('handler failed', { path, requestId, cause: thrown });
    return { ok: false, error: { code: 'INTERNAL_SERVER_ERROR', message: 'Internal server error', path, requestId } };
  }
  const code = thrown.code as ErrorCode;
  if (ERROR_CODES[code].httpStatus >= 500 || code === 'FAILED_DEPENDENCY')
    log.warn('call failed', { path, requestId, code, cause: thrown });
  return {
    ok: false,
    error: {
      code,
      message: thrown.message,
      path,
      requestId,
      error: thrown.error,
      details: thrown.data,
      issues: thrown.issues,
      retryAfterMs: thrown.retryAfterMs,
    },
  };
}
