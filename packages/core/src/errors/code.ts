/**
 * The one error table: code, JSON-RPC number, HTTP status, whether the same call may succeed later. The codes and numbers are
 * tRPC's (`@trpc/server/rpc`, TRPC_ERROR_CODES_BY_KEY), so that stock clients read ours; several codes share -32603 there, and
 * the string code tells them apart. `FAILED_DEPENDENCY` is our own: a backend that the procedure needs answered with a failure of its
 * making (a model, a GraphQL API). Its number follows tRPC's pattern of the status' last digits. PROTOCOL.md section 4 lists the same rows.
 */

interface CodeRow {
  readonly number: number;
  readonly httpStatus: number;
  readonly retryable: boolean;
}

/** All wire error codes. Source: tRPC 11 error codes and their HTTP mapping, https://trpc.io/docs/server/error-handling */
export const ERROR_CODES = {
  PARSE_ERROR: { number: -32700, httpStatus: 400, retryable: false },
  BAD_REQUEST: { number: -32600, httpStatus: 400, retryable: false },
  INTERNAL_SERVER_ERROR: { number: -32603, httpStatus: 500, retryable: false },
  NOT_IMPLEMENTED: { number: -32603, httpStatus: 501, retryable: false },
  BAD_GATEWAY: { number: -32603, httpStatus: 502, retryable: true },
  SERVICE_UNAVAILABLE: { number: -32603, httpStatus: 503, retryable: true },
  GATEWAY_TIMEOUT: { number: -32603, httpStatus: 504, retryable: true },
  UNAUTHORIZED: { number: -32001, httpStatus: 401, retryable: false },
  PAYMENT_REQUIRED: { number: -32002, httpStatus: 402, retryable: false },
  FORBIDDEN: { number: -32003, httpStatus: 403, retryable: false },
  NOT_FOUND: { number: -32004, httpStatus: 404, retryable: false },
  METHOD_NOT_SUPPORTED: { number: -32005, httpStatus: 405, retryable: false },
  TIMEOUT: { number: -32008, httpStatus: 408, retryable: true },
  CONFLICT: { number: -32009, httpStatus: 409, retryable: false },
  PRECONDITION_FAILED: { number: -32012, httpStatus: 412, retryable: false },
  PAYLOAD_TOO_LARGE: { number: -32013, httpStatus: 413, retryable: false },
  UNSUPPORTED_MEDIA_TYPE: { number: -32015, httpStatus: 415, retryable: false },
  UNPROCESSABLE_CONTENT: { number: -32022, httpStatus: 422, retryable: false },
  FAILED_DEPENDENCY: { number: -32024, httpStatus: 424, retryable: false },
  PRECONDITION_REQUIRED: { number: -32028, httpStatus: 428, retryable: false },
  TOO_MANY_REQUESTS: { number: -32029, httpStatus: 429, retryable: true },
  CLIENT_CLOSED_REQUEST: { number: -32099, httpStatus: 499, retryable: false },
} as const satisfies Readonly<Record<string, CodeRow>>;

/** A code that travels on the wire. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** Whether a text is a wire code. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_CODES, text);
}
