/**
 * Makes the errors that a server answered with, completed with what only the client knows. It imports no code: what is loaded when a call
 * fails has it, and must not pull anything of the eager part into a file of its own. PROTOCOL.md section 4.
 */

import type { ErrorCode, ErrorData, ErrorShape, GatewayError, GatewayErrorOptions } from '@org/gateway-core/errors';

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
export interface AnswerFacts extends Pick<GatewayErrorOptions, 'status' | 'requestId' | 'traceId' | 'retryAfterMs'> {
  /** What the answer looks like, for when it is none of this protocol. */
  readonly got: string;
}

/** What an error takes from the wire by the same name: whatever else may be there, a stack or a cause, stays out. */
const TAKEN = ['error', 'issues', 'requestId', 'traceId', 'retryAfterMs'] as const;

/** The error of an answer; one that is not of this protocol becomes the code its status stands for, else INVALID_REPLY. */
export function sentFailure(
  ErrorClass: typeof GatewayError,
  path: string,
  shape: ErrorShape | undefined,
  { got, ...facts }: AnswerFacts,
): GatewayError {
  const { code, httpStatus: status, details: data, ...sent }: Partial<ErrorData> = shape?.data ?? {};
  const more: Record<string, unknown> = { path, status: facts.status };
  for (const name of TAKEN) {
    const value = sent[name] ?? facts[name as keyof typeof facts];
    if (value !== undefined) more[name] = value;
  }
  if (code) return new ErrorClass(code, shape!.message, { ...more, data, status });
  const known = CODES[facts.status as number] ?? 'INVALID_REPLY';
  return new ErrorClass(known, `[${known}] ${path} got ${got}`, more);
}
