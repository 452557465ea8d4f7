/**
 * Signed URLs and forms: what a browser sends straight to S3. A signature covers media type, size and checksum, so that S3 refuses a body
 * of another type, size or content.
 */

import type { BucketClient } from '../service/bucket.js';
import { type BucketParts, expiryMs } from './bucket-parts.js';

/** The operations that sign. */
export function bucketSigning({
  run,
  at,
  bucketName,
  signingTime,
}: BucketParts): Pick<BucketClient, 'presignGet' | 'presignPut' | 'presignPost' | 'presignPart'> {
  return {
    presignGet: (key, { expiresInSeconds, downloadAs }) =>
      run('presignGet', async (client) => {
        const time = signingTime(expiresInSeconds);
        const input = { ...at(key), ...(downloadAs === undefined ? {} : { ResponseContentDisposition: attachment(downloadAs) }) };
        return { url: await client.signGet(input, time), headers: {}, expiresAtMs: expiryMs(time) };
      }),
    presignPut: (key, { contentType, bytes, metadata = {}, expiresInSeconds, sha256 }) =>
      run('presignPut', async (client) => {
        const time = signingTime(expiresInSeconds);
        const checksum = sha256 === undefined ? {} : { ChecksumSHA256: sha256 };
        const input = { ...at(key), ContentType: contentType, ContentLength: bytes, Metadata: { ...metadata }, ...checksum };
        const headers = { ...uploadHeaders(contentType, metadata), ...checksumHeader(sha256) };
        return { url: await client.signPut(input, time), headers, expiresAtMs: expiryMs(time) };
      }),
    presignPost: (key, { contentType, maxBytes, metadata = {}, expiresInSeconds }) =>
      run('presignPost', async (client) => {
        const time = signingTime(expiresInSeconds);
        const form = await client.signForm({ bucket: bucketName, key: at(key).Key, contentType, metadata, maxBytes }, time);
        return { ...form, expiresAtMs: expiryMs(time) };
      }),
    presignPart: (key, { uploadId, partNumber, bytes, expiresInSeconds, sha256 }) =>
      run('presignPart', async (client) => {
        const time = signingTime(expiresInSeconds);
        const checksum = sha256 === undefined ? {} : { ChecksumSHA256: sha256 };
        const input = { ...at(key), UploadId: uploadId, PartNumber: partNumber, ContentLength: bytes, ...checksum };
        return { url: await client.signPart(input, time), headers: checksumHeader(sha256), expiresAtMs: expiryMs(time) };
      }),
  };
}

/** `content-length` is signed too, but every HTTP client sends it by itself and browsers let nobody else set it. */
function uploadHeaders(contentType: string, metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const fields = Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name.toLowerCase()}`, value] as const);
  return { 'content-type': contentType, ...Object.fromEntries(fields) };
}

function checksumHeader(sha256: string | undefined): Readonly<Record<string, string>> {
  return sha256 === undefined ? {} : { 'x-amz-checksum-sha256': sha256 };
}

/** `content-disposition` for any name: RFC 6266 with RFC 5987's encoding. */
function attachment(name: string): string {
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename*=UTF-8''${encoded}`;
}
