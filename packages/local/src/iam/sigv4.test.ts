import { describe, expect, it } from 'vitest';
import type { Clock, CredentialStore, SignedRequest } from '../parts.js';
import { createVerifier, UNSIGNED_HEADERS_MESSAGE } from './sigv4.js';

/**
 * The signatures here are AWS's own examples: the S3 examples of
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html and `sigv4-query-string-auth.html`.
 */
const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const principal = { arn: 'arn:aws:iam::123456789012:user/example' };
const credentials: CredentialStore = { find: (id) => (id === keys.accessKeyId ? { credentials: keys, principal } : undefined) };

const at = (text: string): Clock => ({ now: () => Date.parse(text), after: () => () => undefined });
const verifyAt = (text: string, store = credentials) => createVerifier(store, at(text));

const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const getRequest: SignedRequest = {
  method: 'GET',
  url: '/test.txt',
  headers: {
    host: 'examplebucket.s3.amazonaws.com',
    range: 'bytes=0-9',
    'x-amz-content-sha256': EMPTY_SHA256,
    'x-amz-date': '20130524T000000Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
};

const presigned =
  '/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404';

const presignedRequest: SignedRequest = { method: 'GET', url: presigned, headers: { host: 'examplebucket.s3.amazonaws.com' } };

describe('the SigV4 verifier', () => {
  it("accepts AWS's example of a signed header and says who calls what", () => {
    expect(verifyAt('2013-05-24T00:05:00Z')(getRequest)).toEqual({
      ok: true,
      principal,
      service: 's3',
      region: 'us-east-1',
      presigned: false,
    });
  });

  it("accepts AWS's example with an odd key and a query", () => {
    const put: SignedRequest = {
      method: 'PUT',
      url: '/test$file.text',
      headers: {
        host: 'examplebucket.s3.amazonaws.com',
        date: 'Fri, 24 May 2013 00:00:00 GMT',
        'x-amz-date': '20130524T000000Z',
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
        'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
        authorization:
          'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
      },
      body: Buffer.from('Welcome to Amazon S3.'),
    };
    const list: SignedRequest = {
      method: 'GET',
      url: '/?max-keys=2&prefix=J',
      headers: {
        ...getRequest.headers,
        range: undefined,
        authorization:
          'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
      },
    };
    expect(verifyAt('2013-05-24T00:05:00Z')(put).ok).toBe(true);
    expect(verifyAt('2013-05-24T00:05:00Z')(list).ok).toBe(true);
    expect(verifyAt('2013-05-24T00:05:00Z')({ ...put, body: Buffer.from('Welcome to Amazon S4.') })).toMatchObject({
      code: 'SignatureDoesNotMatch',
    });
  });

  it("accepts AWS's example of a presigned URL until it expires", () => {
    expect(verifyAt('2013-05-24T23:59:59Z')(presignedRequest)).toMatchObject({ ok: true, presigned: true });
    expect(verifyAt('2013-05-25T00:00:01Z')(presignedRequest)).toEqual({
      ok: false,
      code: 'RequestExpired',
      message: 'Request has expired',
    });
  });

  it.each([
    ['another path', { ...presignedRequest, url: presigned.replace('/test.txt', '/other.txt') }],
    ['another method', { ...presignedRequest, method: 'PUT' }],
    ['a longer expiry', { ...presignedRequest, url: presigned.replace('86400', '86401') }],
    ['another parameter', { ...presignedRequest, url: `${presigned}&versionId=1` }],
    ['another host', { ...presignedRequest, headers: { host: 'evil.example' } }],
  ])('refuses a presigned URL with %s', (_, request) => {
    expect(verifyAt('2013-05-24T01:00:00Z')(request)).toMatchObject({ ok: false, code: 'SignatureDoesNotMatch' });
  });

  it('refuses requests more than 15 minutes off, either way', () => {
    const message = 'The difference between the request time and the current time is too large.';
    expect(verifyAt('2013-05-24T00:15:01Z')(getRequest)).toEqual({ ok: false, code: 'RequestExpired', message });
    expect(verifyAt('2013-05-23T23:44:59Z')(getRequest)).toEqual({ ok: false, code: 'RequestExpired', message });
    expect(verifyAt('2013-05-24T00:15:00Z')(getRequest).ok).toBe(true);
  });

  it('names an unknown key, a missing signature and an incomplete one', () => {
    const verify = verifyAt('2013-05-24T00:05:00Z', { find: () => undefined });
    expect(verify(getRequest)).toMatchObject({ code: 'InvalidClientTokenId' });
    expect(verify({ ...getRequest, headers: { host: 'x' } })).toEqual({
      ok: false,
      code: 'MissingAuthenticationToken',
      message: 'Request is missing Authentication Token',
    });
    const authorization = 'AWS4-HMAC-SHA256 Credential=AKIA/20130524/us-east-1/s3/aws4_request';
    expect(verify({ ...getRequest, headers: { host: 'x', authorization } })).toEqual({
      ok: false,
      code: 'IncompleteSignature',
      message:
        "Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=" +
        authorization,
    });
  });

  it('refuses a presigned URL that would hold for more than a week', () => {
    expect(verifyAt('2013-05-24T00:05:00Z')({ ...presignedRequest, url: presigned.replace('86400', '604801') })).toMatchObject({
      code: 'IncompleteSignature',
      message: 'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    });
  });

  it('refuses x-amz-* headers on S3 that are not signed', () => {
    const request = { ...presignedRequest, headers: { ...presignedRequest.headers, 'x-amz-acl': 'public-read' } };
    expect(verifyAt('2013-05-24T01:00:00Z')(request)).toEqual({
      ok: false,
      code: 'SignatureDoesNotMatch',
      message: UNSIGNED_HEADERS_MESSAGE,
    });
  });

  it('wants the session token that belongs to the key', () => {
    const store: CredentialStore = { find: () => ({ credentials: { ...keys, sessionToken: 'token' }, principal }) };
    expect(verifyAt('2013-05-24T00:05:00Z', store)(getRequest)).toMatchObject({ code: 'InvalidClientTokenId' });
  });

  it('never throws, whatever the header is', () => {
    const verify = verifyAt('2013-05-24T00:05:00Z');
    for (const authorization of [
      '',
      'AWS4-HMAC-SHA256',
      'AWS4-HMAC-SHA256 ,,=,',
      'AWS4-ECDSA-P256-SHA256 Credential=a',
      'Bearer x',
      'AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=;, Signature=%',
    ]) {
      expect(verify({ method: 'GET', url: '/%zz?%', headers: { authorization, 'x-amz-date': 'tomorrow' } }).ok).toBe(false);
    }
  });
});
