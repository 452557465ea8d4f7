/**
 * An S3 bucket as a service declares it, with the operations each service may use under a key prefix. A signed URL carries the rights
 * of the function that signed it, so `presignPut` is the right to put.
 */

import { type BucketResource, checkResourceName, type Grant } from './grant.js';

/** An object's facts. */
export interface ObjectInfo {
  readonly key: string;
  readonly bytes: number;
  readonly contentType: string;
  readonly etag: string;
  readonly modifiedAtMs: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What is stored with an object. */
export interface ObjectOptions {
  readonly contentType: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A signed URL and the headers its request must carry. */
export interface SignedUrl {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAtMs: number;
}

/** The operations of a bucket. Keys are below the granted prefix. */
export interface BucketClient {
  /** The whole object, or undefined. */
  get(key: string): Promise<(ObjectInfo & { readonly body: Uint8Array }) | undefined>;
  /** The object's facts, or undefined. */
  head(key: string): Promise<ObjectInfo | undefined>;
  put(key: string, body: Uint8Array | string, options: ObjectOptions): Promise<void>;
  /** Succeeds whether or not the object exists. */
  delete(key: string): Promise<void>;
  /** A URL that downloads the object. */
  presignGet(key: string, options: { readonly expiresInSeconds: number; readonly downloadAs?: string }): Promise<SignedUrl>;
  /** A URL that takes exactly one body of this type and size. */
  presignPut(key: string, options: ObjectOptions & { readonly bytes: number; readonly expiresInSeconds: number }): Promise<SignedUrl>;
}

export type BucketOperation = keyof BucketClient;

export interface BucketGrant<TClient> extends Grant<TClient> {
  readonly resource: BucketResource;
  readonly prefix: string;
}

/** A declared bucket. */
export interface Bucket {
  readonly resource: BucketResource;
  /** The right to these operations on every object. */
  allow<const TOperations extends readonly BucketOperation[]>(
    ...operations: TOperations
  ): BucketGrant<Pick<BucketClient, TOperations[number]>>;
  /** The right to these operations on objects under a prefix such as `avatars/`; keys are given without it. */
  allowUnder<const TOperations extends readonly BucketOperation[]>(
    prefix: `${string}/`,
    ...operations: TOperations
  ): BucketGrant<Pick<BucketClient, TOperations[number]>>;
}

/** S3 API actions; HeadObject is authorized as GetObject (S3 user guide, "Required permissions for S3 API operations"). */
const ACTIONS = {
  get: 's3:GetObject',
  head: 's3:GetObject',
  put: 's3:PutObject',
  delete: 's3:DeleteObject',
  presignGet: 's3:GetObject',
  presignPut: 's3:PutObject',
} as const satisfies Record<BucketOperation, string>;

/** Without the right to list, S3 answers 403 for an object that is not there, and `undefined` could not be told from a denial. */
const MISSING_IS_KNOWN = { actions: ['s3:ListBucket'], targets: [{ part: 'self' as const }] };

/**
 * Declares a bucket.
 *
 * @throws TypeError for a name that is no logical id.
 */
export function bucket(name: string, options: { readonly browserUploads?: boolean } = {}): Bucket {
  checkResourceName('bucket', name);
  const resource: BucketResource = { kind: 'bucket', name, browserUploads: options.browserUploads ?? false };
  return {
    resource,
    allow: (...operations) => grantOf(resource, '', operations),
    allowUnder: (prefix, ...operations) => grantOf(resource, prefix, operations),
  };
}

function grantOf<TClient>(resource: BucketResource, prefix: string, operations: readonly BucketOperation[]): BucketGrant<TClient> {
  const actions = [...new Set(operations.map((operation) => ACTIONS[operation]))].sort();
  const objects = { actions, targets: [{ part: 'objects' as const, prefix }] };
  const looksUp = operations.includes('get') || operations.includes('head');
  return { resource, prefix, operations, statements: looksUp ? [objects, MISSING_IS_KNOWN] : [objects] };
}
