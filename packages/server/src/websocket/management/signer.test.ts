import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from 'vitest';
import { connectionPaths } from './connection-path.js';
import { makePayload } from './payload.js';
import { createSigner } from './signer.js';

const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const HOST = 'abc.execute-api.eu-west-1.amazonaws.com';
/** 2024-05-01T12:00:00Z */
const AT_MS = 1_714_564_800_000;

/** Values that AWS published: `aws-sig-v4-test-suite`, post-vanilla, get-vanilla and post-sts-header-before. */
describe("AWS's test suite", () => {
  const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
  const sessionToken =
    'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==';
  const sign = createSigner({
    service: 'service',
    region: 'us-east-1',
    host: 'example.amazonaws.com',
    // 2015-08-30T12:36:00Z
    now: () => 1_440_938_160_000,
  });

  it.each([
    ['POST', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
    ['GET', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ] as const)('signs a vanilla %s', (method, signature) => {
    expect(sign({ method, canonicalPath: '/', payloadHash: EMPTY_HASH }, keys)).toBe(
      'x-amz-date: 20150830T123600Z\r\n' +
        `authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}\r\n`,
    );
  });

  it('signs the session token', () => {
    const headers = sign({ method: 'POST', canonicalPath: '/', payloadHash: EMPTY_HASH }, { ...keys, sessionToken });
    expect(headers).toContain(`x-amz-security-token: ${sessionToken}\r\n`);
    expect(headers).toContain(
      'SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead\r\n',
    );
  });
});

describe('a frame to a connection', () => {
  const keys = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' };
  const { path, canonicalPath } = connectionPaths('/prod')('L0SM9cOFvHcCIhw=');
  const { hash } = makePayload('{"title":"ü"}');

  /**
   * Computed with openssl alone: `printf 'AWS4secret' | xxd -p`, then `openssl dgst -sha256 -mac HMAC -macopt hexkey:…` over 20240501,
   * eu-west-1, execute-api, aws4_request and the string to sign, whose last line is `openssl dgst -sha256` of
   *
   *   POST
   *   /prod/%40connections/L0SM9cOFvHcCIhw%253D
   *   (empty)
   *   host:abc.execute-api.eu-west-1.amazonaws.com
   *   x-amz-date:20240501T120000Z
   *   x-amz-security-token:token
   *   (empty)
   *   host;x-amz-date;x-amz-security-token
   *   e40f94b2586fcaee7659bb73d4240c8279bfbc429e8e364e17c13c3364e89fd6
   */
  it('has the signature that openssl computes', () => {
    expect(path).toBe('/prod/@connections/L0SM9cOFvHcCIhw%3D');
    expect(canonicalPath).toBe('/prod/%40connections/L0SM9cOFvHcCIhw%253D');
    expect(hash).toBe('e40f94b2586fcaee7659bb73d4240c8279bfbc429e8e364e17c13c3364e89fd6');
    const sign = createSigner({ service: 'execute-api', region: 'eu-west-1', host: HOST, now: () => AT_MS });
    expect(sign({ method: 'POST', canonicalPath, payloadHash: hash }, keys)).toContain(
      'Credential=AKID/20240501/eu-west-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, ' +
        'Signature=01dfd314f62e538ff12f12115736d78465c2eaaa119b7b07598c894f2e5655c0\r\n',
    );
  });

  it("signs as AWS's own signer does: any id, method, key, second and day, in any order", async () => {
    let nowMs = AT_MS;
    const sign = createSigner({ service: 'execute-api', region: 'eu-west-1', host: HOST, now: () => nowMs });
    const others = { accessKeyId: 'AKIDOTHER', secretAccessKey: 'another' };
    const stages = ['/prod', '', '/a b(1)*'];
    const cases = ['L0SM9cOFvHcCIhw=', 'a+b/c==', 'plain', "it's(1)!*~", 'ü', 'a.b'].flatMap((id) =>
      (['POST', 'DELETE'] as const).flatMap((method) => [keys, others].map((credentials) => ({ id, method, credentials }))),
    );
    for (const [at, { id, method, credentials }] of cases.entries()) {
      nowMs += at % 3 === 0 ? 11 * 3_600_000 : 400;
      const paths = connectionPaths(encodeURI(stages[at % 3] as string))(id);
      const body = `{"n":${at}}`;
      const signer = new SignatureV4({ service: 'execute-api', region: 'eu-west-1', credentials, sha256: Sha256 });
      const request = { method, protocol: 'https:', hostname: HOST, path: paths.path, headers: { host: HOST }, body };
      // The header of the body's hash is S3's, and signed where it is sent.
      const theirs = await signer.sign(request, { signingDate: new Date(nowMs), unsignableHeaders: new Set(['x-amz-content-sha256']) });
      const ours = sign({ method, canonicalPath: paths.canonicalPath, payloadHash: makePayload(body).hash }, credentials);
      expect(ours).toContain(`x-amz-date: ${theirs.headers['x-amz-date']}\r\n`);
      expect(ours).toContain(`authorization: ${theirs.headers.authorization}\r\n`);
    }
  });
});

describe('paths', () => {
  it.each(['', '.', '..'])('refuses %j, which is no segment of a path', (id) => {
    expect(() => connectionPaths('/prod')(id)).toThrow(expect.objectContaining({ kind: 'refused' }));
  });

  it('belong to the root where the endpoint has no stage in its path', () => {
    expect(connectionPaths('/')('abc=')).toEqual({ path: '/@connections/abc%3D', canonicalPath: '/%40connections/abc%253D' });
  });
});
