/** What a failed signature is called on the S3 wire. */
import { UNSIGNED_HEADERS_MESSAGE } from '../../iam/sigv4.js';
import type { SignatureResult } from '../../parts.js';
import type { AwsError } from '../../wire/aws-error.js';
import { s3Error } from './errors.js';

/** The S3 error of a failed signature. */
export function signatureError(failure: Extract<SignatureResult, { ok: false }>, url: string): AwsError {
  const presigned = url.includes('X-Amz-Signature=') || url.includes('X-Amz-Credential=');
  switch (failure.code) {
    case 'MissingAuthenticationToken':
      return s3Error('AccessDenied');
    case 'InvalidClientTokenId':
      return s3Error(failure.message.startsWith('The provided token') ? 'InvalidToken' : 'InvalidAccessKeyId', {}, failure.message);
    case 'SignatureDoesNotMatch':
      return s3Error(failure.message === UNSIGNED_HEADERS_MESSAGE ? 'AccessDenied' : 'SignatureDoesNotMatch', {}, failure.message);
    case 'RequestExpired':
      return s3Error(presigned ? 'AccessDenied' : 'RequestTimeTooSkewed', {}, failure.message);
    case 'ExpiredToken':
      return s3Error('ExpiredToken');
    case 'IncompleteSignature':
      return s3Error(presigned ? 'AuthorizationQueryParametersError' : 'AuthorizationHeaderMalformed', {}, failure.message);
    default:
      return failure.code satisfies never;
  }
}
