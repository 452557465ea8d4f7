/**
 * `BucketClient` on S3: objects below a prefix, whole or in ranges, and listings of them. Signed URLs and multipart uploads have files of
 * their own.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { BucketClient, ObjectInfo } from '../service/bucket.js';
import { bucketListing } from './bucket-listing.js';
import { type BucketClientOptions, bucketParts, unless } from './bucket-parts.js';
import { bucketSigning } from './bucket-signing.js';
import { bucketUploads } from './bucket-uploads.js';
import { sdkErrorName } from './sdk-failure.js';

/** HeadObject has no body to say NoSuchKey in: its error is NotFound. */
const MISSING = ['NoSuchKey', 'NotFound'];

/** A client with every operation; `createClients` hands out the granted ones. */
export function createBucketClient(options: BucketClientOptions): BucketClient {
  const parts = bucketParts(options);
  const { run, at } = parts;
  return {
    get: (key) =>
      run('get', (client) =>
        unless(MISSING, async () => {
          const found = await client.get(at(key));
          return { ...objectInfo(key, found), body: (await found.Body?.transformToByteArray()) ?? new Uint8Array() };
        }),
      ),
    getRange: (key, { from, to }) =>
      run('getRange', (client) =>
        unless(MISSING, async () => {
          const found = await client.get({ ...at(key), Range: `bytes=${from}-${to ?? ''}` }).catch((cause: unknown) => {
            throw rangeFailure(cause, from);
          });
          return { ...objectInfo(key, found), body: (await found.Body?.transformToByteArray()) ?? new Uint8Array() };
        }),
      ),
    head: (key) => run('head', (client) => unless(MISSING, async () => objectInfo(key, await client.head(at(key))))),
    put: (key, body, { contentType, metadata }) =>
      run('put', async (client) => {
        // The SDK takes an empty text for a stream of unknown length.
        const bytes = typeof body === 'string' ? Buffer.from(body) : body;
        const input = { ...at(key), Body: bytes, ContentLength: bytes.byteLength, ContentType: contentType };
        await client.put(metadata ? { ...input, Metadata: { ...metadata } } : input);
      }),
    delete: (key) =>
      run('delete', async (client) => {
        await client.delete(at(key));
      }),
    ...bucketListing(parts),
    ...bucketSigning(parts),
    ...bucketUploads(parts),
  };
}

function rangeFailure(cause: unknown, from: number): unknown {
  if (sdkErrorName(cause) !== 'InvalidRange') return cause;
  return new GatewayError(
    'BAD_REQUEST',
    `[BAD_REQUEST] the range begins behind the object's end: got byte ${from}; ask for an earlier one`,
    {
      cause,
    },
  );
}

interface FoundObject {
  readonly ContentLength?: number | undefined;
  /** `bytes 0-99/1234`, of a range. */
  readonly ContentRange?: string | undefined;
  readonly ContentType?: string | undefined;
  readonly ETag?: string | undefined;
  readonly LastModified?: Date | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
}

function objectInfo(key: string, found: FoundObject): ObjectInfo {
  const whole = found.ContentRange?.split('/')[1];
  return {
    key,
    bytes: whole === undefined ? (found.ContentLength ?? 0) : Number(whole),
    contentType: found.ContentType ?? 'binary/octet-stream',
    etag: found.ETag ?? '',
    modifiedAtMs: found.LastModified?.getTime() ?? 0,
    metadata: found.Metadata ?? {},
  };
}
