/**
 * A request to S3 as it is passed on: without the caller's signature, with the parameters of a presigned URL as headers, and with the
 * declaration of its body as it came, `aws-chunked` included. The endpoint that stands in compares the body with it.
 */
import type { S3Request } from '../services/s3/call.js';
import { headerText } from '../services/s3/object-headers.js';
import { readBodyDeclaration } from '../services/s3/request-body.js';
import { encodeUri, readQuery, splitUrl } from '../wire/uri-encoding.js';
import type { StandInRequest } from './client.js';

/** Passed on beside `x-amz-*`. */
const passedHeaders = new Set(
  (
    'cache-control content-disposition content-encoding content-language content-length content-md5 content-type expires if-match ' +
    'if-modified-since if-none-match if-unmodified-since range'
  ).split(' '),
);

/** Parts of a signature, and a choice of checksum that says nothing without one. */
const droppedHeaders = new Set(
  (
    'x-amz-algorithm x-amz-content-sha256 x-amz-credential x-amz-date x-amz-expires x-amz-sdk-checksum-algorithm x-amz-security-token ' +
    'x-amz-signature x-amz-signedheaders'
  ).split(' '),
);

/** @throws AwsError `NotImplemented` for chunks that are signed one by one, `InvalidDigest`, `InvalidRequest`, `EntityTooLarge` */
export function toStandInRequest(request: S3Request): StandInRequest {
  const { method, headers } = request;
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  if (hasBody) readBodyDeclaration(request.header);
  const declared = headers['x-amz-content-sha256'];
  const payloadHash = typeof declared === 'string' ? declared : 'UNSIGNED-PAYLOAD';
  const passed = [...request.metadataHeaders()].flatMap(([name, value]) => (isPassed(name) ? [[name, headerText(value)] as const] : []));
  return {
    service: 's3',
    method,
    url: withoutSignature(request.url),
    headers: { ...Object.fromEntries(passed), 'x-amz-content-sha256': payloadHash },
    payloadHash,
    ...(hasBody ? { body: request.body } : {}),
  };
}

function isPassed(name: string): boolean {
  return passedHeaders.has(name) || (name.startsWith('x-amz-') && !droppedHeaders.has(name));
}

function withoutSignature(url: string): string {
  const { path, query } = splitUrl(url);
  const pairs = readQuery(query).filter(([name]) => !name.toLowerCase().startsWith('x-amz-'));
  const text = pairs.map(([name, value]) => (value === '' ? encodeUri(name) : `${encodeUri(name)}=${encodeUri(value)}`)).join('&');
  return text === '' ? path : `${path}?${text}`;
}
