/**
 * What S3 tells policies of every request: how it was signed, and the headers that decide how an object is kept.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
 */
import type { HeaderReader } from './request-body.js';

const headers = [
  'x-amz-acl',
  'x-amz-content-sha256',
  'x-amz-copy-source',
  'x-amz-metadata-directive',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-storage-class',
];

/** The condition keys of a request. @param authType as `s3:authType` says it */
export function requestKeys(header: HeaderReader, authType: 'REST-HEADER' | 'REST-QUERY-STRING' | 'POST'): Record<string, string> {
  const sent = headers.flatMap((name) => {
    const value = header(name);
    return value === undefined ? [] : [[`s3:${name}`, value]];
  });
  return { 's3:authType': authType, 's3:signatureversion': 'AWS4-HMAC-SHA256', ...Object.fromEntries(sent) };
}
