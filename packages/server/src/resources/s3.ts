/**
 * The part of the S3 SDK that buckets need. Only `sdk.ts` loads this module, on the first operation: see `dynamo.ts`. Import its types
 * only.
 */

import {
  DeleteObjectCommand,
  type DeleteObjectCommandInput,
  GetObjectCommand,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  type HeadObjectCommandInput,
  type HeadObjectCommandOutput,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { SdkOptions } from './sdk.js';

/** When a signature begins and how long it lasts. */
export interface SigningTime {
  readonly signedAtMs: number;
  readonly expiresInSeconds: number;
}

/** The operations; each rejects with the SDK's own error. */
export interface S3 {
  get(input: GetObjectCommandInput): Promise<GetObjectCommandOutput>;
  head(input: HeadObjectCommandInput): Promise<HeadObjectCommandOutput>;
  put(input: PutObjectCommandInput): Promise<unknown>;
  delete(input: DeleteObjectCommandInput): Promise<unknown>;
  signGet(input: GetObjectCommandInput, time: SigningTime): Promise<string>;
  /** Type, length and metadata are part of the signature, as headers. */
  signPut(input: PutObjectCommandInput, time: SigningTime): Promise<string>;
  close(): void;
}

/** Three attempts of these stay inside the 29 s that API Gateway waits. */
const MAX_ATTEMPTS = 3;
const TIMEOUTS = { connectionTimeout: 1_000, requestTimeout: 8_000, throwOnRequestTimeout: true };

/** Opens the SDK; nothing is sent yet. */
export function openS3({ region, endpoint, credentials }: SdkOptions): S3 {
  const client = new S3Client({
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: TIMEOUTS,
    // Checksums are left to SigV4, which signs the body's SHA-256: the SDK's own default would sign the checksum of an empty body into
    // every upload URL, and no upload would match it.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(credentials === undefined ? {} : { credentials }),
  });
  return {
    get: (input) => client.send(new GetObjectCommand(input)),
    head: (input) => client.send(new HeadObjectCommand(input)),
    put: (input) => client.send(new PutObjectCommand(input)),
    delete: (input) => client.send(new DeleteObjectCommand(input)),
    signGet: (input, time) => getSignedUrl(client, new GetObjectCommand(input), signingOptions(time)),
    signPut: (input, time) =>
      getSignedUrl(client, new PutObjectCommand(input), {
        ...signingOptions(time),
        // Left to itself the presigner leaves the type out of the signature and moves metadata to the query string.
        signableHeaders: new Set(['host', 'content-type', 'content-length']),
        unhoistableHeaders: new Set(Object.keys(input.Metadata ?? {}).map((name) => `x-amz-meta-${name.toLowerCase()}`)),
      }),
    close: () => client.destroy(),
  };
}

function signingOptions({ signedAtMs, expiresInSeconds }: SigningTime) {
  return { signingDate: new Date(signedAtMs), expiresIn: expiresInSeconds };
}
