import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { expect, it } from 'vitest';
import { signRequest } from './sign.js';

class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** SHA-256 of `{}`. */
const payloadHash = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';
const nowMs = 1_700_000_000_123;
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', sessionToken: 'session' };

it.each([
  ['dynamodb', '/', {}],
  ['s3', '/bucket/a%20b/%C3%BC.txt', { 'list-type': '2', prefix: 'a/b c' }],
])("signs a request of %s as AWS's own signer does", async (service, path, query: Record<string, string>) => {
  const headers = { host: '127.0.0.1:9297', 'content-type': 'application/x-amz-json-1.0', 'x-amz-content-sha256': payloadHash };
  const search = new URLSearchParams(query).toString().replaceAll('+', '%20').replaceAll('%2F', '/');
  const signed = signRequest(
    { method: 'POST', url: search === '' ? path : `${path}?${search}`, headers, payloadHash },
    { credentials, region: 'eu-west-1', service, nowMs },
  );
  const signer = new SignatureV4({ credentials, region: 'eu-west-1', service, sha256: Sha256, uriEscapePath: service !== 's3' });
  const request = { method: 'POST', protocol: 'http:', hostname: '127.0.0.1', port: 9297, path, query, headers, body: '{}' };
  const expected = await signer.sign(request, { signingDate: new Date(nowMs) });
  expect(signed.authorization).toBe(expected.headers.authorization);
  expect([signed['x-amz-date'], signed['x-amz-security-token']]).toEqual(['20231114T221320Z', 'session']);
});
