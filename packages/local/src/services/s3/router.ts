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
import type { HeaderReader } from './request-body.js';

interface Route {
  readonly method: string;
  readonly level: 'service' | 'bucket' | 'object';
  /** Query parameters that must be there. */
  readonly query?: readonly string[];
  /** `list-type` must be 2, or a header must be there. */
  readonly when?: (query: ReadonlyMap<string, string>, header: HeaderReader) => boolean;
  readonly run: S3Operation;
}

const copies = (_: ReadonlyMap<string, string>, header: HeaderReader): boolean => header('x-amz-copy-source') !== undefined;

/** In order: the first that matches is it, so routes with a query stand in front of those without. */
const ROUTES: readonly Route[] = [
  { method: 'GET', level: 'service', run: listBuckets },
  { method: 'GET', level: 'bucket', when: (query) => query.get('list-type') === '2', run: listObjectsV2 },
  { method: 'GET', level: 'bucket', query: ['uploads'], run: listMultipartUploads },
  { method: 'GET', level: 'bucket', query: ['location'], run: getBucketLocation },
  { method: 'GET', level: 'bucket', run: listObjectsV1 },
  { method: 'HEAD', level: 'bucket', run: headBucket },
  { method: 'PUT', level: 'bucket', run: createBucket },
  { method: 'DELETE', level: 'bucket', run: deleteBucket },
  { method: 'POST', level: 'bucket', query: ['delete'], run: deleteObjects },
  { method: 'GET', level: 'object', query: ['uploadId'], run: listParts },
  { method: 'GET', level: 'object', run: getObject },
  { method: 'HEAD', level: 'object', run: headObject },
  { method: 'PUT', level: 'object', query: ['partNumber', 'uploadId'], when: copies, run: uploadPartCopy },
  { method: 'PUT', level: 'object', query: ['partNumber', 'uploadId'], run: uploadPart },
  { method: 'PUT', level: 'object', when: copies, run: copyObject },
  { method: 'PUT', level: 'object', run: putObject },
  { method: 'POST', level: 'object', query: ['uploads'], run: createMultipartUpload },
  { method: 'POST', level: 'object', query: ['uploadId'], run: completeMultipartUpload },
  { method: 'DELETE', level: 'object', query: ['uploadId'], run: abortMultipartUpload },
  { method: 'DELETE', level: 'object', run: deleteObject },
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
export type Routing = { readonly run: S3Operation } | { readonly unsupported: string } | 'method-not-allowed';

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
  return route ? { run: route.run } : 'method-not-allowed';
}
