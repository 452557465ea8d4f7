/**
 * The headers that belong to an object: what an upload sets, what a read answers.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
import { s3Error } from './errors.js';
import type { ObjectRecord } from './object-file.js';
import type { HeaderReader } from './request-body.js';

const STORED = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
  'x-amz-storage-class',
];

/** S3's limit for all of `x-amz-meta-*`. */
const MAX_METADATA_BYTES = 2048;

/** The headers of an upload that stay with the object; S3's default content type when none was sent. */
export function uploadHeaders(header: HeaderReader): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  for (const name of STORED) {
    const value = name === 'content-encoding' ? withoutAwsChunked(header(name)) : header(name);
    if (value !== undefined && value !== '') headers[name] = headerText(value);
  }
  return headers;
}

/** `x-amz-meta-*` of named values, without the prefix; throws `InvalidArgument` when they are too large. */
export function uploadMetadata(values: Iterable<readonly [name: string, value: string]>): Record<string, string> {
  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of values) {
    const lower = name.toLowerCase();
    if (!lower.startsWith('x-amz-meta-')) continue;
    metadata[lower.slice('x-amz-meta-'.length)] = headerText(value);
    bytes += Buffer.byteLength(lower.slice('x-amz-meta-'.length)) + Buffer.byteLength(value);
  }
  if (bytes > MAX_METADATA_BYTES) {
    throw s3Error(
      'InvalidArgument',
      { Size: bytes, MaxSizeAllowed: MAX_METADATA_BYTES },
      'Your metadata headers exceed the maximum allowed metadata size',
    );
  }
  return metadata;
}

/** The headers of GET and HEAD for a whole object, but for the length. */
export function readHeaders(record: ObjectRecord, options: { readonly checksum: boolean }): Record<string, string> {
  const metadata = Object.entries(record.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
  return {
    ...record.headers,
    ...Object.fromEntries(metadata),
    etag: `"${record.etag}"`,
    'last-modified': new Date(record.lastModifiedMs).toUTCString(),
    'accept-ranges': 'bytes',
    'x-amz-server-side-encryption': 'AES256',
    ...(options.checksum && checksumHeaders(record)),
  };
}

/** What GET and HEAD send next to the object when it has a checksum and the client asked for it. */
export function checksumHeaders({ checksum }: Pick<ObjectRecord, 'checksum'>): Record<string, string> {
  return checksum ? { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value, 'x-amz-checksum-type': checksum.type } : {};
}

/** `response-content-type` and the like of the query, by header name. */
export function responseOverrides(query: ReadonlyMap<string, string>): Record<string, string> {
  const names = ['content-type', 'content-language', 'expires', 'cache-control', 'content-disposition', 'content-encoding'];
  const given = names.map((name) => [name, query.get(`response-${name}`)] as const).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, headerText(value!)]));
}

/** Text as Node puts it on the wire: its UTF-8 bytes as Latin-1. A line break would start another header. */
export function headerText(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not stand in a header
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value))
    throw s3Error('InvalidArgument', {}, 'Header values must not contain control characters');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: text within Latin-1 came from a header and is right already
  return /^[\u0000-\u00ff]*$/.test(value) ? value : Buffer.from(value, 'utf8').toString('latin1');
}

function withoutAwsChunked(value: string | undefined): string | undefined {
  return value
    ?.split(',')
    .map((each) => each.trim())
    .filter((each) => each !== 'aws-chunked' && each !== '')
    .join(',');
}
