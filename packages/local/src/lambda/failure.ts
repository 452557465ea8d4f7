/**
 * The JSON that a caller gets when a function fails, in the words of Lambda and of its Node.js runtime.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
 */

/** `errorType` and `errorMessage` as on AWS; `trace` where the runtime still had a say. */
export interface Failure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** What was thrown, whatever it was. */
export function failureOf(thrown: unknown): Failure {
  if (isErrorLike(thrown)) {
    return { errorType: thrown.name, errorMessage: thrown.message, trace: (thrown.stack ?? '').split('\n') };
  }
  return { errorType: typeof thrown, errorMessage: printed(thrown), trace: [] };
}

/** The sandbox was killed at the function's timeout. */
export function timedOut(requestId: string, timeoutMs: number): Failure {
  const seconds = (timeoutMs / 1000).toFixed(2);
  return { errorType: 'Sandbox.Timedout', errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds` };
}

/** The sandbox ended by itself: `process.exit`, a crash, or no memory left. */
export function exited(requestId: string, cause: { readonly exitCode: number } | 'out-of-memory'): Failure {
  const reason =
    cause === 'out-of-memory'
      ? 'Runtime exited with error: signal: killed'
      : cause.exitCode === 0
        ? 'Runtime exited without providing a reason'
        : `Runtime exited with error: exit status ${cause.exitCode}`;
  return { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: ${reason}` };
}

/** Bytes of the largest answer of a synchronous call, as in the error text that AWS sends. */
export const maxResponseBytes = 6_291_556;

/** Bytes of the largest request of a synchronous call (6 MB) and of an `Event` call (1 MB): https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const maxRequestBytes = { RequestResponse: 6_291_456, Event: 1_048_576 } as const;

/** The answer was too large to send. */
export function responseTooLarge(): Failure {
  return {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${maxResponseBytes} bytes).`,
  };
}

/** Errors of other realms (a `vm` context, a bundled polyfill) count as well. */
function isErrorLike(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

function printed(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
