/**
 * What an upload ends with when it fails: GatewayErrors, which `isGatewayError(failure, upload, 'INTERRUPTED')` tells apart with their data.
 * Errors of the procedures that stand for none of these pass as they are.
 */

import { type ClientErrorCode, type ErrorCode, GatewayError } from '@org/gateway-core/errors';
import { failure } from '../failure.js';
import { ConnectionLost, Refused } from './send-bytes.js';

/** With it another run of the uploader goes on with an upload, also after a reload and from another page. */
export interface ResumeToken {
  readonly key: string;
}

/** Names of the errors, with their data. */
export interface UploadErrors {
  /** PAYLOAD_TOO_LARGE; the limit where it is known to the uploader. Nothing of the file was sent. */
  readonly TOO_LARGE: { readonly bytes: number; readonly maxBytes?: number | undefined };
  /** UNSUPPORTED_MEDIA_TYPE; what is accepted where it is known to the uploader. Nothing of the file was sent. */
  readonly WRONG_TYPE: { readonly contentType: string; readonly accept?: readonly string[] | undefined };
  /** UNPROCESSABLE_CONTENT: what arrived was not what had been sent, each time. */
  readonly CHECKSUM_MISMATCH: { readonly resumeFrom?: ResumeToken | undefined };
  /** NETWORK_ERROR: the connection was lost, to the bucket or to the gateway. Without a token the upload begins anew. */
  readonly INTERRUPTED: { readonly resumeFrom?: ResumeToken | undefined };
  /** CLIENT_CLOSED_REQUEST: the signal was aborted. What had arrived has been removed. */
  readonly ABORTED: null;
  /** NOT_FOUND: the upload that was to be resumed is no more. It begins anew without the token. */
  readonly GONE: ResumeToken;
  /** FAILED_DEPENDENCY: the bucket does not take it. */
  readonly REFUSED: { readonly status: number; readonly reason: string };
}

const CODES = {
  TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  WRONG_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  CHECKSUM_MISMATCH: 'UNPROCESSABLE_CONTENT',
  INTERRUPTED: 'NETWORK_ERROR',
  ABORTED: 'CLIENT_CLOSED_REQUEST',
  GONE: 'NOT_FOUND',
  REFUSED: 'FAILED_DEPENDENCY',
} as const satisfies Record<keyof UploadErrors, ErrorCode | ClientErrorCode>;

/** Codes of calls that may succeed later. PROTOCOL.md section 4. */
const MAY_PASS = new Set<string>([
  'NETWORK_ERROR',
  'TIMEOUT',
  'TOO_MANY_REQUESTS',
  'BAD_GATEWAY',
  'SERVICE_UNAVAILABLE',
  'GATEWAY_TIMEOUT',
]);

/** What is known when an upload fails. */
export interface FailedUpload {
  readonly path: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly signal: AbortSignal;
  readonly resumeFrom: ResumeToken | undefined;
}

/** An error of an upload. */
export function uploadError<TName extends keyof UploadErrors>(
  name: TName,
  path: string,
  text: string,
  more: { readonly data: UploadErrors[TName]; readonly cause?: unknown },
): GatewayError {
  return failure(CODES[name], path, text, { error: name, ...more });
}

/** Whether trying again may help. */
export function mayPass(cause: unknown): boolean {
  if (cause instanceof Refused) return cause.status >= 500 || [403, 408, 429].includes(cause.status) || isCorrupted(cause);
  return cause instanceof ConnectionLost || (cause instanceof GatewayError && MAY_PASS.has(cause.code));
}

/** What an upload fails with, of what its steps threw. */
export function failureOf(cause: unknown, { path, contentType, bytes, signal, resumeFrom }: FailedUpload): unknown {
  if (signal.aborted) return uploadError('ABORTED', path, 'was aborted', { data: null, cause: signal.reason });
  if (cause instanceof Refused) {
    if (isCorrupted(cause)) return uploadError('CHECKSUM_MISMATCH', path, 'arrived as something else', { data: { resumeFrom }, cause });
    const { status, reason } = cause;
    if (status < 500) return uploadError('REFUSED', path, `was refused: ${cause.message}`, { data: { status, reason }, cause });
  }
  if (mayPass(cause)) {
    const text = `was interrupted: ${(cause as Error).message}; go on with it later`;
    return uploadError('INTERRUPTED', path, text, { data: { resumeFrom }, cause });
  }
  if (!(cause instanceof GatewayError)) return cause;
  if (cause.error === 'NOT_FOUND' && resumeFrom) return uploadError('GONE', path, 'is no more; begin anew', { data: resumeFrom, cause });
  const isAbout = (field: string) => cause.code === 'BAD_REQUEST' && cause.issues?.some((issue) => issue.path[0] === field);
  if (isAbout('bytes') && bytes > 0) return tooLarge(path, { bytes }, cause);
  return isAbout('contentType') ? wrongType(path, { contentType }, cause) : cause;
}

/** The error of a file that is too large. */
export function tooLarge(path: string, data: UploadErrors['TOO_LARGE'], cause?: unknown): GatewayError {
  const limit = data.maxBytes === undefined ? 'fewer' : `at most ${data.maxBytes}`;
  return uploadError('TOO_LARGE', path, `got a file of ${data.bytes} bytes, expected ${limit}`, { data, cause });
}

/** The error of a file of another type. */
export function wrongType(path: string, data: UploadErrors['WRONG_TYPE'], cause?: unknown): GatewayError {
  const expected = data.accept?.join(' or ') ?? 'another type';
  return uploadError('WRONG_TYPE', path, `got ${data.contentType}, expected ${expected}`, { data, cause });
}

/** The bytes have another checksum than was signed. */
function isCorrupted({ reason }: Refused): boolean {
  return reason === 'BadDigest' || reason === 'XAmzContentChecksumMismatch';
}
