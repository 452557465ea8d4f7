/**
 * The part of the S3 SDK that buckets need. Only `sdk.ts` loads this module, on the first operation: see `dynamo.ts`. Import its types
 * only.
 */

import {
  AbortMultipartUploadCommand,
  type AbortMultipartUploadCommandInput,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  type CreateMultipartUploadCommandOutput,
  DeleteObjectCommand,
  type DeleteObjectCommandInput,
  GetObjectCommand,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
  HeadBucketCommand,
  HeadObjectCommand,
  type HeadObjectCommandInput,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
  ListPartsCommand,
  type ListPartsCommandInput,
  type ListPartsCommandOutput,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  UploadPartCommand,
  type UploadPartCommandInput,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { SignatureV4 } from '@smithy/signature-v4';
import { type AwsOptions, sdkConfig } from './aws-options.js';
import { type FormPolicy, formFields } from './s3-form.js';

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
  list(input: ListObjectsV2CommandInput): Promise<ListObjectsV2CommandOutput>;
  createUpload(input: CreateMultipartUploadCommandInput): Promise<CreateMultipartUploadCommandOutput>;
  listParts(input: ListPartsCommandInput): Promise<ListPartsCommandOutput>;
  completeUpload(input: CompleteMultipartUploadCommandInput): Promise<unknown>;
  abortUpload(input: AbortMultipartUploadCommandInput): Promise<unknown>;
  signGet(input: GetObjectCommandInput, time: SigningTime): Promise<string>;
  /** Type, length, metadata and checksum are part of the signature, as headers. */
  signPut(input: PutObjectCommandInput, time: SigningTime): Promise<string>;
  /** Length and checksum are part of the signature, as headers. */
  signPart(input: UploadPartCommandInput, time: SigningTime): Promise<string>;
  signForm(policy: FormPolicy, time: SigningTime): Promise<{ readonly url: string; readonly fields: Readonly<Record<string, string>> }>;
  close(): void;
}

const ATTEMPTS = { maxAttempts: 3, timeoutMs: 8_000 };

/** Opens the SDK; nothing is sent yet. */
export function openS3(options: AwsOptions): S3 {
  const client = new S3Client({
    ...sdkConfig(options, ATTEMPTS),
    // Checksums are left to SigV4, which signs the body's SHA-256: the SDK's own default would sign the checksum of an empty body into
    // every upload URL, and no upload would match it.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    forcePathStyle: options.endpoint !== undefined,
  });
  return {
    get: (input) => client.send(new GetObjectCommand(input)),
    head: (input) => client.send(new HeadObjectCommand(input)),
    put: (input) => client.send(new PutObjectCommand(input)),
    delete: (input) => client.send(new DeleteObjectCommand(input)),
    list: (input) => client.send(new ListObjectsV2Command(input)),
    createUpload: (input) => client.send(new CreateMultipartUploadCommand(input)),
    listParts: (input) => client.send(new ListPartsCommand(input)),
    completeUpload: (input) => client.send(new CompleteMultipartUploadCommand(input)),
    abortUpload: (input) => client.send(new AbortMultipartUploadCommand(input)),
    signGet: (input, time) => getSignedUrl(client, new GetObjectCommand(input), signingOptions(time)),
    signPut: (input, time) =>
      getSignedUrl(client, new PutObjectCommand(input), {
        ...signingOptions(time),
        // Left to itself the presigner leaves the type out of the signature and moves metadata and checksum to the query string.
        signableHeaders: new Set(['host', 'content-type', 'content-length']),
        unhoistableHeaders: new Set([
          CHECKSUM_HEADER,
          ...Object.keys(input.Metadata ?? {}).map((name) => `x-amz-meta-${name.toLowerCase()}`),
        ]),
      }),
    signPart: (input, time) =>
      getSignedUrl(client, new UploadPartCommand(input), {
        ...signingOptions(time),
        signableHeaders: new Set(['host', 'content-length']),
        unhoistableHeaders: new Set([CHECKSUM_HEADER]),
      }),
    signForm: (policy, time) => signForm(client, policy, time),
    close: () => client.destroy(),
  };
}

const CHECKSUM_HEADER = 'x-amz-checksum-sha256';

function signingOptions({ signedAtMs, expiresInSeconds }: SigningTime) {
  return { signingDate: new Date(signedAtMs), expiresIn: expiresInSeconds };
}

async function signForm(client: S3Client, policy: FormPolicy, time: SigningTime) {
  const { sha256, credentials } = client.config;
  const region = await client.config.region();
  const identity = await credentials();
  const signer = new SignatureV4({ service: 's3', region, credentials: identity, sha256 });
  const fields = await formFields(policy, {
    ...time,
    region,
    identity,
    sign: (text, signingDate) => signer.sign(text, { signingDate }),
  });
  // The bucket's own address, in whichever style the SDK chose.
  const { origin, pathname } = new URL(await getSignedUrl(client, new HeadBucketCommand({ Bucket: policy.bucket })));
  return { url: origin + pathname, fields };
}
