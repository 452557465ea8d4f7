/**
 * What an S3 operation gets and gives back. Operations throw `AwsError`; the service writes it as XML.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock, Environment, Principal } from '../../parts.js';
import type { Bucket } from './bucket.js';
import type { BucketStore } from './bucket-store.js';
import type { HeaderReader } from './request-body.js';

/** One request after its signature was checked. */
export interface S3Request {
  readonly environment: Environment;
  readonly clock: Clock;
  readonly method: string;
  /** Path and query as received. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Absent only for a POST form, which carries its own signature. */
  readonly principal: Principal | undefined;
  readonly bucketName: string;
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  /** A header, or for a presigned URL the `x-amz-*` parameter of that name. */
  readonly header: HeaderReader;
  /** Every header of the request, with the `x-amz-*` parameters of a presigned query. */
  metadataHeaders(): Iterable<readonly [name: string, value: string]>;
  readonly body: AsyncIterable<Buffer>;
  /** `http://host` of the request, for `Location`. */
  readonly origin: string;
  /** Asks IAM; throws `AccessDenied`. */
  authorize(action: string, resource: string, context?: Readonly<Record<string, string>>): void;
  /** The same as a question. */
  allows(action: string, resource: string): boolean;
}

/** A request to buckets that are kept here. */
export interface S3Call extends S3Request {
  readonly store: BucketStore;
  /** The bucket; throws `NoSuchBucket`. */
  bucket(): Bucket;
}

export interface S3Result {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is XML. A stream's length must be in `headers`. */
  readonly body?: string | AsyncIterable<Buffer>;
}

export type S3Operation = (call: S3Call) => Promise<S3Result>;

/** ARN of a bucket. */
export function bucketArn(bucketName: string): string {
  return `arn:aws:s3:::${bucketName}`;
}

/** ARN of the object that a call is about. */
export function objectArn(call: Pick<S3Request, 'bucketName' | 'key'>): string {
  return `${bucketArn(call.bucketName)}/${call.key}`;
}
