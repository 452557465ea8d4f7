/**
 * Multipart uploads: parts go straight to S3 by signed URLs (`bucket-signing.ts`), and nothing is visible before they are put together.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
 */

import type { Part } from '@aws-sdk/client-s3';
import { GatewayError } from '@org/gateway-core/errors';
import type { BucketClient, UploadedPart } from '../service/bucket.js';
import { type BucketParts, unless } from './bucket-parts.js';
import { sdkErrorName } from './sdk-failure.js';

/** S3's answers to parts that do not make an object; MalformedXML is the one to no parts at all. */
const BAD_PARTS = new Set(['InvalidPart', 'InvalidPartOrder', 'EntityTooSmall', 'MalformedXML']);

/** The operations of a multipart upload. */
export function bucketUploads({
  run,
  at,
}: BucketParts): Pick<BucketClient, 'createUpload' | 'listParts' | 'completeUpload' | 'abortUpload'> {
  return {
    createUpload: (key, { contentType, metadata = {}, checksums = false }) =>
      run('createUpload', async (client) => {
        const input = { ...at(key), ContentType: contentType, Metadata: { ...metadata } };
        const { UploadId } = await client.createUpload(checksums ? { ...input, ChecksumAlgorithm: 'SHA256' } : input);
        return { uploadId: UploadId ?? '' };
      }),
    listParts: (key, uploadId) =>
      run('listParts', (client) =>
        unless(['NoSuchUpload'], async () => {
          const parts: UploadedPart[] = [];
          let marker: string | undefined;
          do {
            const page = await client.listParts({
              ...at(key),
              UploadId: uploadId,
              ...(marker === undefined ? {} : { PartNumberMarker: marker }),
            });
            parts.push(...(page.Parts ?? []).map(uploadedPart));
            marker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
          } while (marker !== undefined);
          return parts;
        }),
      ),
    completeUpload: (key, uploadId, parts) =>
      run('completeUpload', async (client) => {
        const inOrder = [...parts].sort((one, other) => one.partNumber - other.partNumber);
        const Parts = inOrder.map(({ partNumber, etag, sha256 }) => ({
          PartNumber: partNumber,
          ETag: etag,
          ...(sha256 === undefined ? {} : { ChecksumSHA256: sha256 }),
        }));
        try {
          await client.completeUpload({ ...at(key), UploadId: uploadId, MultipartUpload: { Parts } });
        } catch (cause) {
          throw uploadFailure(cause);
        }
      }),
    abortUpload: (key, uploadId) =>
      run('abortUpload', async (client) => {
        await unless(['NoSuchUpload'], () => client.abortUpload({ ...at(key), UploadId: uploadId }));
      }),
  };
}

function uploadedPart({ PartNumber = 0, ETag = '', Size = 0, ChecksumSHA256 }: Part): UploadedPart {
  const part = { partNumber: PartNumber, etag: ETag, bytes: Size };
  return ChecksumSHA256 === undefined ? part : { ...part, sha256: ChecksumSHA256 };
}

/** Keys are made by services, so callers are not told them. */
function uploadFailure(cause: unknown): unknown {
  const name = sdkErrorName(cause) ?? '';
  if (name === 'NoSuchUpload') return new GatewayError('NOT_FOUND', '[NOT_FOUND] no such upload; begin a new one', { cause });
  if (!BAD_PARTS.has(name)) return cause;
  return new GatewayError(
    'BAD_REQUEST',
    '[BAD_REQUEST] the parts make no object; expected every part that was sent, with its etag, of at least 5 MiB but for the last',
    { cause },
  );
}
