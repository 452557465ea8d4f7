/** The object that `x-amz-copy-source` names. */
import { decodeUri } from '../../wire/uri-encoding.js';
import { s3Error } from './errors.js';
import type { HeaderReader } from './request-body.js';

/** Bucket and key. @throws AwsError `InvalidArgument` */
export function readCopySource(header: HeaderReader): { readonly bucketName: string; readonly key: string } {
  const text = decodeUri((header('x-amz-copy-source') ?? '').replace(/\?versionId=null$/, '')).replace(/^\//, '');
  const slash = text.indexOf('/');
  if (slash < 1) throw s3Error('InvalidArgument', {}, 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  return { bucketName: text.slice(0, slash), key: text.slice(slash + 1) };
}
