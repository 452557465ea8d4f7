/**
 * The canonical request, the string to sign and the signing key of SigV4, as the verifier computes them from a received request.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * S3 encodes the path once and keeps it as it is; every other service encodes it twice and removes dot segments first.
 */
import { createHash, createHmac } from 'node:crypto';
import type { SignedRequest } from '../parts.js';
import { decodeUri, encodeUri, encodeUriPath, readQuery, splitUrl } from '../wire/uri-encoding.js';
import type { SignatureParts } from './signature-parts.js';

/** The canonical request text, with `payloadHash` as its last line. */
export function canonicalRequest(request: SignedRequest, parts: SignatureParts, payloadHash: string): string {
  const { path, query } = splitUrl(request.url);
  const headers = parts.signedHeaders.map((name) => `${name}:${headerValue(request.headers[name])}\n`).join('');
  const canonicalPath = parts.service === 's3' ? encodeUriPath(decodeUri(path)) : encodeUriPath(withoutDotSegments(path));
  const lines = [
    request.method,
    canonicalPath || '/',
    canonicalQuery(query, parts.presigned),
    headers,
    parts.signedHeaders.join(';'),
    payloadHash,
  ];
  return lines.join('\n');
}

/** What is signed: algorithm, time, scope and the hash of the canonical request. */
export function stringToSign(parts: SignatureParts, canonical: string): string {
  const scope = `${parts.scopeDate}/${parts.region}/${parts.service}/aws4_request`;
  return ['AWS4-HMAC-SHA256', parts.timestamp, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
}

/** Hex HMAC of a text under the key derived for one day, region and service. */
export function signText(secretAccessKey: string, scope: Pick<SignatureParts, 'scopeDate' | 'region' | 'service'>, text: string): string {
  const date = hmac(`AWS4${secretAccessKey}`, scope.scopeDate);
  const key = hmac(hmac(hmac(date, scope.region), scope.service), 'aws4_request');
  return hmac(key, text).toString('hex');
}

function canonicalQuery(query: string, presigned: boolean): string {
  return readQuery(query)
    .filter(([name]) => !(presigned && name === 'X-Amz-Signature'))
    .map(([name, value]) => [encodeUri(name), encodeUri(value)] as const)
    .sort(([leftName, leftValue], [rightName, rightValue]) => compare(leftName, rightName) || compare(leftValue, rightValue))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function headerValue(value: string | string[] | undefined): string {
  const each = Array.isArray(value) ? value : [value ?? ''];
  return each.map((one) => one.trim().replace(/ +/g, ' ')).join(',');
}

/** Resolves `.`, `..` and double slashes; keeps a leading and a trailing slash. */
function withoutDotSegments(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  const trailing = segments.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${segments.join('/')}${trailing}`;
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
