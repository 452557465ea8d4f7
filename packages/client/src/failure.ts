/**
 * Makes the client's errors: those it finds itself, with the house's message form, and those a server answered with, completed with what
 * only the client knows. PROTOCOL.md section 4.
 */

import {
  type ClientErrorCode,
  type ErrorCode,
  type ErrorData,
  type ErrorShape,
  GatewayError,
  type GatewayErrorOptions,
} from '@org/gateway-core/errors';

/** Statuses that mean the same whoever wrote the body: a proxy's page, API Gateway's own `{"message"}`. PROTOCOL.md P4.3. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  413: 'PAYLOAD_TOO_LARGE',
  429: 'TOO_MANY_REQUESTS',
  502: 'BAD_GATEWAY',
  503: 'SERVICE_UNAVAILABLE',
  504: 'GATEWAY_TIMEOUT',
};

/** What is known of an answer besides its error. */
export interface AnswerFacts {
  /** What the answer looks like, for when it is none of this protocol. */
  readonly got: string;
  readonly status?: number;
  readonly requestId?: string | undefined;
}

/** An error the client found; its message begins with what it is about. */
export function failure(code: ErrorCode | ClientErrorCode, path: string, text: string, more?: GatewayErrorOptions): GatewayError {
  return new GatewayError(code, `[${code}] ${path} ${text}`, { path, ...more });
}

/** The error of an answer; one that is not of this protocol becomes the code its status stands for, else INVALID_REPLY. */
export function answerFailure(path: string, shape: ErrorShape | undefined, { got, status, requestId }: AnswerFacts): GatewayError {
  const sent: Partial<ErrorData> = shape?.data ?? {};
  // Named one by one: whatever else an answer may hold, a stack or a cause, does not become a property of the error.
  const { code, error, details: data, issues, httpStatus, requestId: sentId = requestId } = sent;
  return code
    ? new GatewayError(code, shape!.message, { path, error, data, issues, status: httpStatus, requestId: sentId })
    : failure(CODES[status as number] ?? 'INVALID_REPLY', path, `got ${got}`, { status, requestId });
}
