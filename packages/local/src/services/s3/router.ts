/**
 * Which S3 operation a request is: method, bucket or object, and the sub-resource in the query.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */
import {
  createBucket,
  deleteBucket,
  deleteObjects,
  getBucketLocation,
  headBucket,
  listBuckets,
  listObjectsV1,
  listObjectsV2,
} from './bucket-operations.js';
import type { S3Operation } from './call.js';
import { completeMultipartUpload } from './complete-upload.js';
import {
  abortMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
  uploadPartCopy,
} from './multipart-operations.js';
import { copyObject, deleteObject, getObject, headObject, putObject } from './object-operations.js';
import { type Asks, copying, listing, onAll, onBucket, onObject, perKey } from './questions.js';
import type { HeaderReader } from './request-body.js';

/** An operation: what it answers to, which rights it needs, and what runs it when the objects are kept here. */
export interface Route {
  readonly method: string;
  readonly level: 'service' | 'bucket' | 'object';
  /** Query parameters that must be there. */
  readonly query?: readonly string[];
  /** `list-type` must be 2, or a header must be there. */
  readonly when?: (query: ReadonlyMap<string, string>, header: HeaderReader) => boolean;
  readonly asks: Asks;
  readonly run: S3Operation;
}

const copies = (_: ReadonlyMap<string, string>, header: HeaderReader): boolean => header('x-amz-copy-source') !== undefined;

/** In order: the first that matches is it, so routes with a query stand in front of those without. */
const ROUTES: readonly Route[] = [
  { method: 'GET', level: 'service', asks: onAll('s3:ListAllMyBuckets'), run: listBuckets },
  { method: 'GET', level: 'bucket', when: (query) => query.get('list-type') === '2', asks: listing, run: listObjectsV2 },
  { method: 'GET', level: 'bucket', query: ['uploads'], asks: onBucket('s3:ListBucketMultipartUploads'), run: listMultipartUploads },
  { method: 'GET', level: 'bucket', query: ['location'], asks: onBucket('s3:GetBucketLocation'), run: getBucketLocation },
  { method: 'GET', level: 'bucket', asks: listing, run: listObjectsV1 },
  { method: 'HEAD', level: 'bucket', asks: onBucket('s3:ListBucket'), run: headBucket },
  { method: 'PUT', level: 'bucket', asks: onBucket('s3:CreateBucket'), run: createBucket },
  { method: 'DELETE', level: 'bucket', asks: onBucket('s3:DeleteBucket'), run: deleteBucket },
  { method: 'POST', level: 'bucket', query: ['delete'], asks: perKey, run: deleteObjects },
  { method: 'GET', level: 'object', query: ['uploadId'], asks: onObject('s3:ListMultipartUploadParts'), run: listParts },
  { method: 'GET', level: 'object', asks: onObject('s3:GetObject'), run: getObject },
  { method: 'HEAD', level: 'object', asks: onObject('s3:GetObject'), run: headObject },
  { method: 'PUT', level: 'object', query: ['partNumber', 'uploadId'], when: copies, asks: copying, run: uploadPartCopy },
  { method: 'PUT', level: 'object', query: ['partNumber', 'uploadId'], asks: onObject('s3:PutObject'), run: uploadPart },
  { method: 'PUT', level: 'object', when: copies, asks: copying, run: copyObject },
  { method: 'PUT', level: 'object', asks: onObject('s3:PutObject'), run: putObject },
  { method: 'POST', level: 'object', query: ['uploads'], asks: onObject('s3:PutObject'), run: createMultipartUpload },
  { method: 'POST', level: 'object', query: ['uploadId'], asks: onObject('s3:PutObject'), run: completeMultipartUpload },
  { method: 'DELETE', level: 'object', query: ['uploadId'], asks: onObject('s3:AbortMultipartUpload'), run: abortMultipartUpload },
  { method: 'DELETE', level: 'object', asks: onObject('s3:DeleteObject'), run: deleteObject },
];

/** Sub-resources of S3 that this stage does not have; without this list `GET /bucket?acl` would list the bucket. */
const UNSUPPORTED = new Set(
  (
    'accelerate acl analytics attributes cors encryption intelligent-tiering inventory legal-hold lifecycle logging metrics notification ' +
    'object-lock ownershipControls policy policyStatus publicAccessBlock replication requestPayment restore retention select session tagging ' +
    'torrent versioning versions versionId website'
  ).split(' '),
);

export interface RoutedRequest {
  readonly method: string;
  readonly bucketName: string;
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly header: HeaderReader;
}

/** The operation, or why there is none. */
export type Routing = { readonly route: Route } | { readonly unsupported: string } | 'method-not-allowed';

export function routeRequest(request: RoutedRequest): Routing {
  const { method, bucketName, key, query, header } = request;
  const unsupported = [...query.keys()].find((name) => UNSUPPORTED.has(name) && !(name === 'versionId' && query.get(name) === 'null'));
  if (unsupported !== undefined) return { unsupported };
  const level = bucketName === '' ? 'service' : key === '' ? 'bucket' : 'object';
  const route = ROUTES.find(
    (each) =>
      each.method === method &&
      each.level === level &&
      (each.query ?? []).every((name) => query.has(name)) &&
      (each.when?.(query, header) ?? true),
  );
  return route ? { route } : 'method-not-allowed';
}
