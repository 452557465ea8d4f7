/** S3 tells that a key is absent only to those who may list the bucket. */
import type { AwsError } from '../../wire/aws-error.js';
import { bucketArn, type S3Request } from './call.js';
import { s3Error } from './errors.js';

/** `NoSuchKey`, or `AccessDenied` for whoever may not know. */
export function missingKey(request: Pick<S3Request, 'bucketName' | 'key' | 'allows'>): AwsError {
  const mayList = request.allows('s3:ListBucket', bucketArn(request.bucketName));
  return mayList ? s3Error('NoSuchKey', { Key: request.key }) : s3Error('AccessDenied');
}
