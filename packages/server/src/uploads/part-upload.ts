/**
 * Uploads in parts. The record knows S3's id of the upload, so that a caller needs only the key, also to go on after a week. Which parts
 * arrived is asked of S3 alone.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { BucketClient, UploadedPart } from '../service/bucket.js';
import { type PartPlan, partPlan } from './part-plan.js';
import { type UploadRecord, type UploadRecords, URL_LIFETIME_SECONDS } from './upload-record.js';

/** The operations of a bucket that uploads need. */
export type UploadBucket = Pick<
  BucketClient,
  'head' | 'delete' | 'presignPut' | 'createUpload' | 'presignPart' | 'listParts' | 'completeUpload' | 'abortUpload'
>;

/** Where an upload goes and is remembered. */
export interface UploadPlace {
  readonly bucket: UploadBucket;
  readonly records: UploadRecords;
}

/** The record of an upload in parts. */
export type PartsRecord = UploadRecord & { readonly uploadId: string };

/** An upload in parts: its record, its plan and what arrived. */
export interface PartUpload {
  readonly record: PartsRecord;
  readonly plan: PartPlan;
  /** Parts of the right size. */
  readonly arrived: readonly UploadedPart[];
  readonly missing: readonly number[];
}

/** The record of an upload in parts, under way or completed. */
export async function partsRecord({ records }: UploadPlace, key: string): Promise<PartsRecord | undefined> {
  const record = await records.get(key);
  return record?.uploadId === undefined ? undefined : { ...record, uploadId: record.uploadId };
}

/** The upload under way for a key, or undefined. */
export async function findUpload(place: UploadPlace, key: string): Promise<PartUpload | undefined> {
  const record = await partsRecord(place, key);
  if (record === undefined) return undefined;
  const parts = await place.bucket.listParts(key, record.uploadId);
  if (parts === undefined) return undefined;
  const plan = partPlan(record.bytes);
  const arrived = parts.filter(({ partNumber, bytes }) => partNumber <= plan.count && bytes === plan.sizeOf(partNumber));
  const numbers = new Set(arrived.map(({ partNumber }) => partNumber));
  const missing = Array.from({ length: plan.count }, (_, at) => at + 1).filter((partNumber) => !numbers.has(partNumber));
  return { record, plan, arrived, missing };
}

/** Signed URLs for parts, each once; `sha256` has the checksums in the order of the numbers. */
export async function signParts(
  { bucket }: UploadPlace,
  { key, uploadId, bytes }: PartsRecord,
  { numbers, sha256 }: { readonly numbers: readonly number[]; readonly sha256?: readonly string[] | undefined },
) {
  const plan = partPlan(bytes);
  return Promise.all(
    [...new Map(numbers.map((part, at) => [part, sha256?.[at]]))].map(async ([part, checksum]) => {
      const size = plan.sizeOf(part);
      const signed = await bucket.presignPart(key, {
        uploadId,
        partNumber: part,
        bytes: size,
        expiresInSeconds: URL_LIFETIME_SECONDS,
        sha256: checksum,
      });
      return { part, bytes: size, url: signed.url, headers: { ...signed.headers }, expiresAtMs: signed.expiresAtMs };
    }),
  );
}

/**
 * Makes the object of the parts. Resolves with the numbers of those that are missing, and has done nothing then. Without an upload under way
 * there is nothing to do: the object tells whether it was completed before.
 */
export async function completeParts(place: UploadPlace, key: string): Promise<readonly number[]> {
  const upload = await findUpload(place, key);
  if (upload === undefined || upload.missing.length > 0) return upload?.missing ?? [];
  try {
    await place.bucket.completeUpload(key, upload.record.uploadId, upload.arrived);
  } catch (cause) {
    // Somebody else completed it just now.
    if (!(cause instanceof GatewayError && cause.code === 'NOT_FOUND')) throw cause;
  }
  return [];
}
