/**
 * `BucketClient` on S3: whole objects below a prefix, and signed URLs. An upload URL's signature covers media type and length, so that
 * S3 refuses (403) a body of another type or size. No listing, no ranges, no multipart uploads.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { BucketClient, BucketGrant, BucketOperation, ObjectInfo } from '../service/bucket.js';
import type { S3, SigningTime } from './s3.js';
import { sdkErrorName, sdkFailure } from './sdk-failure.js';

export interface BucketClientOptions {
  readonly grant: BucketGrant<unknown>;
  /** The bucket's deployed name. */
  readonly bucketName: string;
  readonly s3: () => Promise<S3>;
  readonly now: () => number;
}

const ACTIONS: Readonly<Record<BucketOperation, string>> = {
  get: 's3:GetObject',
  head: 's3:GetObject',
  put: 's3:PutObject',
  delete: 's3:DeleteObject',
  presignGet: 's3:GetObject',
  presignPut: 's3:PutObject',
};

/** S3's limit for a key, in UTF-8 bytes. */
const MAX_KEY_BYTES = 1_024;

/** A client with every operation; `createClients` hands out the granted ones. */
export function createBucketClient({ grant, bucketName, s3, now }: BucketClientOptions): BucketClient {
  const { resource, prefix } = grant;

  const run = async <TResult>(operation: BucketOperation, request: (s3: S3) => Promise<TResult>): Promise<TResult> => {
    try {
      return await request(await s3());
    } catch (cause) {
      throw sdkFailure(cause, { resource, physicalName: bucketName, operation, action: ACTIONS[operation] });
    }
  };

  const at = (key: string) => ({ Bucket: bucketName, Key: fullKey(prefix, key) });

  return {
    get: (key) =>
      run('get', (client) =>
        unlessMissing(async () => {
          const found = await client.get(at(key));
          return { ...objectInfo(key, found), body: (await found.Body?.transformToByteArray()) ?? new Uint8Array() };
        }),
      ),
    head: (key) => run('head', (client) => unlessMissing(async () => objectInfo(key, await client.head(at(key))))),
    put: (key, body, { contentType, metadata }) =>
      run('put', async (client) => {
        // The SDK takes an empty text for a stream of unknown length.
        const bytes = typeof body === 'string' ? Buffer.from(body) : body;
        const input = { ...at(key), Body: bytes, ContentLength: bytes.byteLength, ContentType: contentType };
        await client.put(metadata ? { ...input, Metadata: { ...metadata } } : input);
      }),
    delete: (key) =>
      run('delete', async (client) => {
        await client.delete(at(key));
      }),
    presignGet: (key, { expiresInSeconds, downloadAs }) =>
      run('presignGet', async (client) => {
        const time = { signedAtMs: now(), expiresInSeconds };
        const input = { ...at(key), ...(downloadAs === undefined ? {} : { ResponseContentDisposition: attachment(downloadAs) }) };
        return { url: await client.signGet(input, time), headers: {}, expiresAtMs: expiryMs(time) };
      }),
    presignPut: (key, { contentType, bytes, metadata = {}, expiresInSeconds }) =>
      run('presignPut', async (client) => {
        const time = { signedAtMs: now(), expiresInSeconds };
        const input = { ...at(key), ContentType: contentType, ContentLength: bytes, Metadata: { ...metadata } };
        return { url: await client.signPut(input, time), headers: uploadHeaders(contentType, metadata), expiresAtMs: expiryMs(time) };
      }),
  };
}

/** `content-length` is signed too, but every HTTP client sends it by itself and browsers let nobody else set it. */
function uploadHeaders(contentType: string, metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const fields = Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name.toLowerCase()}`, value] as const);
  return { 'content-type': contentType, ...Object.fromEntries(fields) };
}

/** A signature's date has whole seconds. */
function expiryMs({ signedAtMs, expiresInSeconds }: SigningTime): number {
  return (Math.floor(signedAtMs / 1_000) + expiresInSeconds) * 1_000;
}

/** `content-disposition` for any name: RFC 6266 with RFC 5987's encoding. */
function attachment(name: string): string {
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename*=UTF-8''${encoded}`;
}

/** HeadObject has no body to say NoSuchKey in: its error is NotFound. */
async function unlessMissing<TResult>(read: () => Promise<TResult>): Promise<TResult | undefined> {
  try {
    return await read();
  } catch (thrown) {
    const name = sdkErrorName(thrown);
    if (name === 'NoSuchKey' || name === 'NotFound') return undefined;
    throw thrown;
  }
}

interface FoundObject {
  readonly ContentLength?: number | undefined;
  readonly ContentType?: string | undefined;
  readonly ETag?: string | undefined;
  readonly LastModified?: Date | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
}

function objectInfo(key: string, found: FoundObject): ObjectInfo {
  return {
    key,
    bytes: found.ContentLength ?? 0,
    contentType: found.ContentType ?? 'binary/octet-stream',
    etag: found.ETag ?? '',
    modifiedAtMs: found.LastModified?.getTime() ?? 0,
    metadata: found.Metadata ?? {},
  };
}

function fullKey(prefix: string, key: string): string {
  const full = `${prefix}${key}`;
  if (key !== '' && Buffer.byteLength(full) <= MAX_KEY_BYTES) return full;
  throw new GatewayError(
    'INTERNAL_SERVER_ERROR',
    `bad object key below "${prefix}": got ${key === '' ? 'an empty text' : `${Buffer.byteLength(full)} bytes`}, expected 1 to ${MAX_KEY_BYTES} bytes`,
  );
}
