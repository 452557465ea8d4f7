/**
 * Signature Version 4 of requests to `@connections`, by their headers. What does not change is kept: the signing key for a day, the text
 * before the request's own hash for a second; so a signature costs three hashes and no HMAC object.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */

import { createHmac, hash } from 'node:crypto';
import type { AwsCredentials } from '../../resources/aws-options.js';

export interface SignerOptions {
  /** `execute-api` */
  readonly service: string;
  readonly region: string;
  /** As it is sent: with the port, unless it is the scheme's own. */
  readonly host: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface RequestToSign {
  readonly method: 'POST' | 'DELETE' | 'GET';
  /** Each segment of the path as it is sent, encoded once more: every service but S3 wants that. See `connection-path.ts`. */
  readonly canonicalPath: string;
  /** SHA-256 of the body, hexadecimal. */
  readonly payloadHash: string;
}

/** Header lines to send besides `host`, each ending in CRLF. */
export type Signer = (request: RequestToSign, credentials: AwsCredentials) => string;

/** HMAC's block of SHA-256. https://www.rfc-editor.org/rfc/rfc2104#section-2 */
const BLOCK_BYTES = 64;
const HASH_BYTES = 32;

/** A signer that keeps the last key and second. */
export function createSigner({ service, region, host, now }: SignerOptions): Signer {
  let key: DayKey | undefined;
  let second: Second | undefined;

  const secondOf = (credentials: AwsCredentials): Second => {
    const atSecond = Math.floor(now() / 1_000);
    if (second?.atSecond === atSecond && second.credentials === credentials) return second;
    const date = amzDate(atSecond);
    const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
    if (key?.scope !== scope || key.credentials !== credentials) key = dayKey(credentials, scope);
    second = makeSecond(key, { atSecond, date, host });
    return second;
  };

  return ({ method, canonicalPath, payloadHash }, credentials) => {
    const { canonicalTail, headers, inner, outer } = secondOf(credentials);
    // HMAC(key, text) is H(outer pad, H(inner pad, text)); the text ends with the hash of the canonical request.
    inner.write(
      hash('sha256', `${method}\n${canonicalPath}\n${canonicalTail}${payloadHash}`, 'hex'),
      inner.length - 2 * HASH_BYTES,
      'latin1',
    );
    outer.write(hash('sha256', inner, 'binary'), BLOCK_BYTES, 'latin1');
    return `${headers}${hash('sha256', outer, 'hex')}\r\n`;
  };
}

/** The key of one day for one region and service, as the two blocks that HMAC puts before what it hashes. */
interface DayKey {
  readonly scope: string;
  readonly credentials: AwsCredentials;
  readonly innerPad: Buffer;
  readonly outerPad: Buffer;
}

function dayKey(credentials: AwsCredentials, scope: string): DayKey {
  const parts = scope.split('/');
  const signingKey = parts.reduce<string | Buffer>(
    (above, part) => createHmac('sha256', above).update(part).digest(),
    `AWS4${credentials.secretAccessKey}`,
  ) as Buffer;
  const pad = (byte: number) => Buffer.from(Array.from({ length: BLOCK_BYTES }, (_, at) => byte ^ (signingKey[at] ?? 0)));
  return { scope, credentials, innerPad: pad(0x36), outerPad: pad(0x5c) };
}

/** All of a signature that is the same for a second. */
interface Second {
  readonly atSecond: number;
  readonly credentials: AwsCredentials;
  /** The canonical request between the path and the payload's hash. */
  readonly canonicalTail: string;
  /** Header lines up to the signature's value. */
  readonly headers: string;
  /** Inner pad, string to sign; its last 64 bytes are written over for each request. */
  readonly inner: Buffer;
  /** Outer pad, inner hash; likewise. */
  readonly outer: Buffer;
}

function makeSecond(key: DayKey, { atSecond, date, host }: { atSecond: number; date: string; host: string }): Second {
  const { credentials, scope } = key;
  const { accessKeyId, sessionToken: token } = credentials;
  const signed = token === undefined ? 'host;x-amz-date' : 'host;x-amz-date;x-amz-security-token';
  const tokenLine = token === undefined ? '' : `x-amz-security-token:${token}\n`;
  const text = Buffer.from(`AWS4-HMAC-SHA256\n${date}\n${scope}\n`);
  return {
    atSecond,
    credentials,
    canonicalTail: `\nhost:${host}\nx-amz-date:${date}\n${tokenLine}\n${signed}\n`,
    headers:
      `x-amz-date: ${date}\r\n${token === undefined ? '' : `x-amz-security-token: ${token}\r\n`}` +
      `authorization: AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=`,
    inner: Buffer.concat([key.innerPad, text, Buffer.alloc(2 * HASH_BYTES)]),
    outer: Buffer.concat([key.outerPad, Buffer.alloc(HASH_BYTES)]),
  };
}

/** `20261126T020000Z` */
function amzDate(atSecond: number): string {
  return `${new Date(atSecond * 1_000).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}
