/**
 * Signs a request with SigV4 in its headers, the other half of what sigv4.ts verifies.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import type { Credentials } from '../parts.js';
import { canonicalRequest, signText, stringToSign } from './canonical-request.js';

export interface RequestToSign {
  readonly method: string;
  /** Path and query as they are sent. */
  readonly url: string;
  /** Lower-case names, `host` among them; `x-amz-date` is added. All of them are signed. */
  readonly headers: Readonly<Record<string, string>>;
  /** Hex SHA-256 of the body, or what `x-amz-content-sha256` declares instead. */
  readonly payloadHash: string;
}

export interface Signer {
  readonly credentials: Credentials;
  readonly region: string;
  readonly service: string;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

/** The headers to send, with `authorization` among them. */
export function signRequest(request: RequestToSign, { credentials, region, service, nowMs }: Signer): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const timestamp = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '');
  const headers = {
    ...request.headers,
    'x-amz-date': timestamp,
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
  };
  const scopeDate = timestamp.slice(0, 8);
  const signedHeaders = Object.keys(headers).sort();
  const parts = { presigned: false, accessKeyId, scopeDate, region, service, signedHeaders, signature: '', timestamp };
  const text = stringToSign(parts, canonicalRequest({ ...request, headers }, parts, request.payloadHash));
  const scope = `${scopeDate}/${region}/${service}/aws4_request`;
  const signature = signText(secretAccessKey, parts, text);
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
  return { ...headers, authorization };
}
