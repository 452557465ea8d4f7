/**
 * What is remembered of an upload: it is recorded when it begins, and a file once its object is there, so the object decides what callers
 * see: its size, its type, and whether there is a file at all.
 */

import type { UploadedFile } from '@org/gateway-core';
import type { BucketClient, ObjectInfo } from '../service/bucket.js';

/** How long a signed URL is good for. */
export const URL_LIFETIME_SECONDS = 600;

/** An upload that was asked for. */
export interface UploadRecord {
  readonly key: string;
  readonly name: string;
  readonly contentType: string;
  /** Of the file, or the most it may have. */
  readonly bytes: number;
  /** Whether `bytes` is a limit and not the size. */
  readonly upTo?: boolean | undefined;
  /** S3's id of an upload in parts. */
  readonly uploadId?: string | undefined;
  /** Whether its parts have checksums. */
  readonly checksums?: boolean | undefined;
  readonly requestedAtMs: number;
}

/** Where uploads are remembered, read consistently. */
export interface UploadRecords {
  get(key: string): Promise<UploadRecord | undefined>;
  put(record: UploadRecord): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

/** What callers see: the name from the record, everything else from the object. */
export function uploadedFile({ key, name }: Pick<UploadRecord, 'key' | 'name'>, object: ObjectInfo): UploadedFile {
  return { key, name, contentType: object.contentType, bytes: object.bytes, uploadedAtMs: object.modifiedAtMs };
}

/** Records of a service that has no table for them: small objects beside the files. A record stays for as long as its file. */
export function bucketRecords(bucket: Pick<BucketClient, 'get' | 'put' | 'delete'>): UploadRecords {
  const at = (key: string) => `${key}.json`;
  return {
    get: async (key) => {
      const found = await bucket.get(at(key));
      return found && (JSON.parse(Buffer.from(found.body).toString()) as UploadRecord);
    },
    put: (record) => bucket.put(at(record.key), JSON.stringify(record), { contentType: 'application/json' }),
    delete: (key) => bucket.delete(at(key)),
  };
}
