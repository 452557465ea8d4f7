/**
 * An S3 bucket as a service declares it, with the operations each service may use under a key prefix. A signed URL carries the rights
 * of the function that signed it, so `presignPut` is the right to put.
 */

import { actionsOf, checkResourceName, type Grant, type GrantStatement, type InAccount, inAccount } from './grant.js';

/** A bucket as infra deploys it. */
export interface BucketResource extends InAccount {
  readonly kind: 'bucket';
  readonly name: string;
  /** Browsers PUT and POST to signed URLs from other origins. */
  readonly browserUploads: boolean;
}

/** An object's facts. */
export interface ObjectInfo {
  readonly key: string;
  readonly bytes: number;
  readonly contentType: string;
  readonly etag: string;
  readonly modifiedAtMs: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** An object in a listing; S3 tells no more there. */
export type ListedObject = Pick<ObjectInfo, 'key' | 'bytes' | 'etag' | 'modifiedAtMs'>;

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

/** A signed form: POST these fields and then the `file` as `multipart/form-data`. */
export interface SignedForm {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly expiresAtMs: number;
}

/** A part of a multipart upload that a URL is to be signed for. */
export interface PartToSign {
  readonly uploadId: string;
  /** From 1 to 10,000. */
  readonly partNumber: number;
  readonly bytes: number;
  readonly expiresInSeconds: number;
  /** Of an upload with checksums: base64. */
  readonly sha256?: string | undefined;
}

/** A part of a multipart upload that arrived. */
export interface UploadedPart {
  /** From 1 to 10,000. */
  readonly partNumber: number;
  readonly etag: string;
  readonly bytes: number;
  /** Base64, of a part of an upload with checksums. */
  readonly sha256?: string;
}

/**
 * The operations of a bucket. Keys are below the granted prefix. Each rejects with a GatewayError: SERVICE_UNAVAILABLE when S3 is busy or out
 * of reach, INTERNAL_SERVER_ERROR otherwise where nothing else is said.
 */
export interface BucketClient {
  /** The whole object, or undefined. */
  get(key: string): Promise<(ObjectInfo & { readonly body: Uint8Array }) | undefined>;
  /**
   * Bytes `from` to `to`, both included and counted from 0, or to the end; `bytes` is still the size of the whole. Undefined when there is
   * no object; rejects with BAD_REQUEST for a range that begins behind its end.
   */
  getRange(
    key: string,
    range: { readonly from: number; readonly to?: number },
  ): Promise<(ObjectInfo & { readonly body: Uint8Array }) | undefined>;
  /** The object's facts, or undefined. */
  head(key: string): Promise<ObjectInfo | undefined>;
  /** Objects in the order of their keys. A cursor of another listing is a BAD_REQUEST. @default limit 1,000, and at most */
  list(options?: {
    readonly under?: string;
    readonly limit?: number;
    readonly cursor?: string | undefined;
  }): Promise<{ readonly objects: readonly ListedObject[]; readonly cursor: string | null }>;
  put(key: string, body: Uint8Array | string, options: ObjectOptions): Promise<void>;
  /** Succeeds whether or not the object exists. */
  delete(key: string): Promise<void>;
  /** A URL that downloads the object. */
  presignGet(key: string, options: { readonly expiresInSeconds: number; readonly downloadAs?: string }): Promise<SignedUrl>;
  /** A URL that takes exactly one body of this type and size. With a checksum (base64 SHA-256) S3 refuses any other content. */
  presignPut(
    key: string,
    options: ObjectOptions & { readonly bytes: number; readonly expiresInSeconds: number; readonly sha256?: string },
  ): Promise<SignedUrl>;
  /** A form that takes a body of this type of 1 to `maxBytes`; S3 refuses everything else. */
  presignPost(key: string, options: ObjectOptions & { readonly maxBytes: number; readonly expiresInSeconds: number }): Promise<SignedForm>;
  /** Begins a multipart upload; nothing is visible before `completeUpload`. With checksums S3 takes no part without its SHA-256. */
  createUpload(key: string, options: ObjectOptions & { readonly checksums?: boolean }): Promise<{ readonly uploadId: string }>;
  /** A URL that takes one part of exactly this size: at least 5 MiB, but for the last. With a checksum (base64 SHA-256) no other content. */
  presignPart(key: string, options: PartToSign): Promise<SignedUrl>;
  /** The parts that arrived, in order; undefined when there is no such upload. */
  listParts(key: string, uploadId: string): Promise<readonly UploadedPart[] | undefined>;
  /**
   * Makes the object of the parts. Rejects with NOT_FOUND when there is no such upload, BAD_REQUEST when parts are missing, too small or
   * changed; the upload stays then.
   */
  completeUpload(key: string, uploadId: string, parts: readonly Omit<UploadedPart, 'bytes'>[]): Promise<void>;
  /** Removes what arrived. Succeeds whether or not there is such an upload. */
  abortUpload(key: string, uploadId: string): Promise<void>;
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

/**
 * S3 API actions; HeadObject is authorized as GetObject, and the steps of a multipart upload as PutObject (S3 user guide, "Required
 * permissions for S3 API operations").
 */
export const OBJECT_ACTIONS: Readonly<Record<BucketOperation, readonly string[]>> = {
  get: ['s3:GetObject'],
  getRange: ['s3:GetObject'],
  head: ['s3:GetObject'],
  list: [],
  put: ['s3:PutObject'],
  delete: ['s3:DeleteObject'],
  presignGet: ['s3:GetObject'],
  presignPut: ['s3:PutObject'],
  presignPost: ['s3:PutObject'],
  createUpload: ['s3:PutObject'],
  presignPart: ['s3:PutObject'],
  listParts: ['s3:ListMultipartUploadParts'],
  completeUpload: ['s3:PutObject'],
  abortUpload: ['s3:AbortMultipartUpload'],
};

/** Operations that ask for an object that may not be there. */
export const LOOKS_UP: readonly BucketOperation[] = ['get', 'getRange', 'head'];

/**
 * Declares a bucket.
 *
 * @throws TypeError for a name that is no logical id.
 */
export function bucket(name: string, options: { readonly browserUploads?: boolean; readonly account?: string } = {}): Bucket {
  checkResourceName('bucket', name);
  const resource: BucketResource = { kind: 'bucket', name, browserUploads: options.browserUploads ?? false, ...inAccount(options.account) };
  return {
    resource,
    allow: (...operations) => grantOf(resource, '', operations),
    allowUnder: (prefix, ...operations) => grantOf(resource, prefix, operations),
  };
}

function grantOf<TClient>(resource: BucketResource, prefix: string, operations: readonly BucketOperation[]): BucketGrant<TClient> {
  const actions = actionsOf(OBJECT_ACTIONS, operations);
  const objects: readonly GrantStatement[] = actions.length === 0 ? [] : [{ actions, targets: [{ part: 'objects', prefix }] }];
  return { resource, prefix, operations, statements: [...objects, ...listing(prefix, operations)] };
}

/**
 * The right to list. Without it S3 answers 403 for an object that is not there, and `undefined` could not be told from a denial; a
 * GetObject carries no `s3:prefix`, so the condition on it can only stand where nothing is looked up.
 */
function listing(prefix: string, operations: readonly BucketOperation[]): readonly GrantStatement[] {
  const looksUp = LOOKS_UP.some((operation) => operations.includes(operation));
  if (!looksUp && !operations.includes('list')) return [];
  const statement: GrantStatement = { actions: ['s3:ListBucket'], targets: [{ part: 'self' }] };
  return looksUp || prefix === '' ? [statement] : [{ ...statement, conditions: { StringLike: { 's3:prefix': [`${prefix}*`] } } }];
}
