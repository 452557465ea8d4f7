/**
 * What the operations of a bucket's client are made of: keys below the granted prefix, and `run`, which turns what the SDK throws into a
 * GatewayError.
 */

import { GatewayError } from '@org/gateway-core/errors';
import { type BucketGrant, type BucketOperation, OBJECT_ACTIONS } from '../service/bucket.js';
import { backendFailure } from './backend-failure.js';
import type { S3, SigningTime } from './s3.js';
import { sdkErrorName } from './sdk-failure.js';

export interface BucketClientOptions {
  readonly grant: BucketGrant<unknown>;
  /** The bucket's deployed name. */
  readonly bucketName: string;
  readonly s3: () => Promise<S3>;
  readonly now: () => number;
}

export interface BucketParts extends BucketClientOptions {
  run<TResult>(operation: BucketOperation, request: (s3: S3) => Promise<TResult>): Promise<TResult>;
  /** Bucket and whole key. */
  at(key: string): { readonly Bucket: string; readonly Key: string };
  /** Begins now. */
  signingTime(expiresInSeconds: number): SigningTime;
}

/** The parts of one bucket's client. */
export function bucketParts(options: BucketClientOptions): BucketParts {
  const { grant, bucketName, s3, now } = options;
  return {
    ...options,
    run: async (operation, request) => {
      try {
        return await request(await s3());
      } catch (cause) {
        // Listing is the one operation that is about no object.
        const action = OBJECT_ACTIONS[operation][0] ?? 's3:ListBucket';
        throw backendFailure(cause, { resource: grant.resource, physicalName: bucketName, operation, action });
      }
    },
    at: (key) => ({ Bucket: bucketName, Key: fullKey(grant.prefix, key) }),
    signingTime: (expiresInSeconds) => ({ signedAtMs: now(), expiresInSeconds }),
  };
}

/** What is read, or undefined when S3 answers with one of these errors. */
export async function unless<TResult>(names: readonly string[], read: () => Promise<TResult>): Promise<TResult | undefined> {
  try {
    return await read();
  } catch (thrown) {
    if (names.includes(sdkErrorName(thrown) ?? '')) return undefined;
    throw thrown;
  }
}

/** When a signed URL ends; a signature's date has whole seconds. */
export function expiryMs({ signedAtMs, expiresInSeconds }: SigningTime): number {
  return (Math.floor(signedAtMs / 1_000) + expiresInSeconds) * 1_000;
}

/** S3's limit for a key, in UTF-8 bytes. */
const MAX_KEY_BYTES = 1_024;

function fullKey(prefix: string, key: string): string {
  const full = `${prefix}${key}`;
  if (key !== '' && Buffer.byteLength(full) <= MAX_KEY_BYTES) return full;
  throw new GatewayError(
    'INTERNAL_SERVER_ERROR',
    `bad object key below "${prefix}": got ${key === '' ? 'an empty text' : `${Buffer.byteLength(full)} bytes`}, expected 1 to ${MAX_KEY_BYTES} bytes`,
  );
}
