/**
 * Listings of a bucket, below the granted prefix. A cursor is the last key of the page before: a position, not S3's own token, so that it
 * can be checked and never goes stale.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { BucketClient } from '../service/bucket.js';
import type { BucketParts } from './bucket-parts.js';

/** S3's limit for a page. */
const MAX_LIMIT = 1_000;

/** The operation that lists. */
export function bucketListing({ run, at, bucketName, grant: { prefix } }: BucketParts): Pick<BucketClient, 'list'> {
  return {
    list: ({ under = '', limit = MAX_LIMIT, cursor } = {}) =>
      run('list', async (client) => {
        const after = cursor === undefined ? {} : { StartAfter: at(decodeCursor(cursor, under)).Key };
        const request = { Bucket: bucketName, Prefix: prefix + under, MaxKeys: Math.min(limit, MAX_LIMIT), ...after };
        const { Contents = [], IsTruncated } = await client.list(request);
        const objects = Contents.map(({ Key = '', Size = 0, ETag = '', LastModified }) => ({
          key: Key.slice(prefix.length),
          bytes: Size,
          etag: ETag,
          modifiedAtMs: LastModified?.getTime() ?? 0,
        }));
        const last = objects.at(-1);
        return { objects, cursor: IsTruncated && last ? Buffer.from(last.key).toString('base64url') : null };
      }),
  };
}

function decodeCursor(cursor: string, under: string): string {
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  if (key !== '' && key.startsWith(under) && Buffer.from(key).toString('base64url') === cursor && Buffer.byteLength(key) <= 1_024)
    return key;
  throw new GatewayError(
    'BAD_REQUEST',
    '[BAD_REQUEST] the cursor is not of this listing: expected the cursor of the page before, with the same options; leave it out to begin again',
  );
}
