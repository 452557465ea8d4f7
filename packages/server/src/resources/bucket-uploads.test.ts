/** Forms and multipart uploads: what is signed, what is sent, and what S3's answers mean. */

import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bucket } from '../service/bucket.js';
import { createBucketClient } from './bucket-client.js';
import { TEST_CREDENTIALS } from './dynalite.fixture.js';
import { type HttpRecorder, type RecordedAnswer, type RecordedRequest, startRecorder } from './http-recorder.fixture.js';
import { createSdk, type Sdk } from './sdk.js';

const grant = bucket('Uploads').allowUnder(
  'files/',
  'presignPost',
  'createUpload',
  'presignPart',
  'listParts',
  'completeUpload',
  'abortUpload',
);

/** 14 November 2023, 22:13:20.123 UTC. */
const NOW_MS = 1_700_000_000_123;

let recorder: HttpRecorder;
let sdk: Sdk;
let answer: (request: RecordedRequest) => RecordedAnswer;
beforeEach(async () => {
  recorder = await startRecorder((request) => answer(request));
  sdk = createSdk({ region: 'eu-west-1', endpoint: recorder.origin, credentials: TEST_CREDENTIALS, now: Date.now });
});
afterEach(async () => {
  await sdk.close();
  await recorder.close();
});

const uploads = () => createBucketClient({ grant, bucketName: 'uploads-1', s3: sdk.s3, now: () => NOW_MS });
const xml = (body: string): RecordedAnswer => ({ status: 200, headers: { 'content-type': 'application/xml' }, body });
const s3Error = (status: number, code: string): RecordedAnswer => ({
  status,
  body: `<Error><Code>${code}</Code><Message>no</Message></Error>`,
});

describe('presignPost', () => {
  const form = () =>
    uploads().presignPost('a b', { contentType: 'image/png', maxBytes: 5_000, expiresInSeconds: 600, metadata: { Owner: 'ann' } });

  test('is a form for the bucket, whose fields all stand in the policy, as do type and size', async () => {
    const { url, fields, expiresAtMs } = await form();
    expect(url).toBe(`${recorder.origin}/uploads-1/`);
    expect(expiresAtMs).toBe(1_700_000_600_000);
    const { Policy, 'X-Amz-Signature': signature, ...own } = fields;
    expect(own).toEqual({
      key: 'files/a b',
      'Content-Type': 'image/png',
      'x-amz-meta-owner': 'ann',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'AKIDEXAMPLE/20231114/eu-west-1/s3/aws4_request',
      'X-Amz-Date': '20231114T221320Z',
    });
    expect(JSON.parse(Buffer.from(Policy ?? '', 'base64').toString())).toEqual({
      expiration: '2023-11-14T22:23:20.000Z',
      conditions: [
        { bucket: 'uploads-1' },
        { key: 'files/a b' },
        { 'Content-Type': 'image/png' },
        { 'x-amz-meta-owner': 'ann' },
        { 'X-Amz-Algorithm': 'AWS4-HMAC-SHA256' },
        { 'X-Amz-Credential': 'AKIDEXAMPLE/20231114/eu-west-1/s3/aws4_request' },
        { 'X-Amz-Date': '20231114T221320Z' },
        ['content-length-range', 1, 5_000],
      ],
    });
    expect(signature).toMatch(/^[0-9a-f]{64}$/);
    expect(recorder.requests).toEqual([]);
  });

  test("signs the policy with the day's key for S3, as AWS's page says", async () => {
    const { fields } = await form();
    const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
    const key = ['20231114', 'eu-west-1', 's3', 'aws4_request'].reduce<string | Buffer>(hmac, 'AWS4secret') as Buffer;
    expect(fields['X-Amz-Signature']).toBe(hmac(key, fields.Policy ?? '').toString('hex'));
  });

  test("a role's session token is a field, and in the policy", async () => {
    const role = createSdk({
      region: 'eu-west-1',
      endpoint: recorder.origin,
      credentials: { ...TEST_CREDENTIALS, sessionToken: 'token' },
      now: Date.now,
    });
    const client = createBucketClient({ grant, bucketName: 'uploads-1', s3: role.s3, now: () => NOW_MS });
    const { fields } = await client.presignPost('a', { contentType: 'image/png', maxBytes: 1, expiresInSeconds: 60 });
    await role.close();
    expect(fields['X-Amz-Security-Token']).toBe('token');
    expect(JSON.parse(Buffer.from(fields.Policy ?? '', 'base64').toString()).conditions).toContainEqual({
      'X-Amz-Security-Token': 'token',
    });
  });
});

describe('multipart uploads', () => {
  test('begin with type and metadata', async () => {
    answer = () => xml('<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>');
    expect(await uploads().createUpload('big', { contentType: 'video/mp4', metadata: { owner: 'ann' } })).toEqual({ uploadId: 'u1' });
    expect(recorder.requests).toMatchObject([
      { method: 'POST', path: '/uploads-1/files/big', headers: { 'content-type': 'video/mp4', 'x-amz-meta-owner': 'ann' } },
    ]);
    expect(recorder.requests[0]?.query.has('uploads')).toBe(true);
  });

  test('a part has a URL that signs its size', async () => {
    const signed = await uploads().presignPart('big', { uploadId: 'u1', partNumber: 2, bytes: 5_242_880, expiresInSeconds: 600 });
    const { pathname, searchParams } = new URL(signed.url);
    expect(pathname).toBe('/uploads-1/files/big');
    expect(Object.fromEntries(searchParams)).toMatchObject({
      uploadId: 'u1',
      partNumber: '2',
      'X-Amz-SignedHeaders': 'content-length;host',
      'X-Amz-Date': '20231114T221320Z',
      'X-Amz-Expires': '600',
    });
    expect([...searchParams.keys()].filter((name) => name.includes('checksum'))).toEqual([]);
    expect(signed).toMatchObject({ headers: {}, expiresAtMs: 1_700_000_600_000 });
  });

  test('lists the parts of all pages, and is undefined when there is no such upload', async () => {
    const part = (partNumber: number) => `<Part><PartNumber>${partNumber}</PartNumber><ETag>"e${partNumber}"</ETag><Size>5</Size></Part>`;
    answer = ({ query }) =>
      xml(
        query.has('part-number-marker')
          ? `<ListPartsResult><IsTruncated>false</IsTruncated>${part(2)}</ListPartsResult>`
          : `<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>1</NextPartNumberMarker>${part(1)}</ListPartsResult>`,
      );
    expect(await uploads().listParts('big', 'u1')).toEqual([
      { partNumber: 1, etag: '"e1"', bytes: 5 },
      { partNumber: 2, etag: '"e2"', bytes: 5 },
    ]);
    answer = () => s3Error(404, 'NoSuchUpload');
    expect(await uploads().listParts('big', 'u1')).toBeUndefined();
  });

  test('completes with the parts in order', async () => {
    answer = () => xml('<CompleteMultipartUploadResult><Key>files/big</Key></CompleteMultipartUploadResult>');
    const parts = [2, 1].map((partNumber) => ({ partNumber, etag: `"e${partNumber}"` }));
    await uploads().completeUpload('big', 'u1', parts);
    const [request] = recorder.requests;
    expect([...(request?.body.toString() ?? '').matchAll(/<PartNumber>(\d)</g)].map(([, number]) => number)).toEqual(['1', '2']);
    expect(request?.query.get('uploadId')).toBe('u1');
  });

  // SHA-256 of "abc", FIPS 180-4's example, in base64.
  const sha256 = 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=';

  test('with checksums name the algorithm first, and every part’s when they are listed and completed', async () => {
    answer = () => xml('<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>');
    await uploads().createUpload('big', { contentType: 'video/mp4', checksums: true });
    expect(recorder.requests[0]?.headers['x-amz-checksum-algorithm']).toBe('SHA256');
    answer = () =>
      xml(
        `<ListPartsResult><Part><PartNumber>1</PartNumber><ETag>"e1"</ETag><Size>5</Size><ChecksumSHA256>${sha256}</ChecksumSHA256></Part></ListPartsResult>`,
      );
    const parts = await uploads().listParts('big', 'u1');
    expect(parts).toEqual([{ partNumber: 1, etag: '"e1"', bytes: 5, sha256 }]);
    answer = () => xml('<CompleteMultipartUploadResult><Key>files/big</Key></CompleteMultipartUploadResult>');
    await uploads().completeUpload('big', 'u1', parts ?? []);
    expect(recorder.requests[2]?.body.toString()).toContain(`<ChecksumSHA256>${sha256}</ChecksumSHA256>`);
  });

  test('a part with a checksum has it signed as a header, which the uploader must send', async () => {
    const signed = await uploads().presignPart('big', { uploadId: 'u1', partNumber: 2, bytes: 3, expiresInSeconds: 600, sha256 });
    expect(new URL(signed.url).searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;host;x-amz-checksum-sha256');
    expect(signed.headers).toEqual({ 'x-amz-checksum-sha256': sha256 });
  });

  test.each([
    ['NoSuchUpload', 404, 'NOT_FOUND'],
    ['InvalidPart', 400, 'BAD_REQUEST'],
    ['InvalidPartOrder', 400, 'BAD_REQUEST'],
    ['EntityTooSmall', 400, 'BAD_REQUEST'],
    ['MalformedXML', 400, 'BAD_REQUEST'],
    ['AccessDenied', 403, 'INTERNAL_SERVER_ERROR'],
  ])('%s on completion is %s %s', async (name, status, code) => {
    answer = () => s3Error(status, name);
    await expect(uploads().completeUpload('big', 'u1', [{ partNumber: 1, etag: '"e1"' }])).rejects.toMatchObject({ code });
  });

  test.each([
    ['NoSuchUpload', '[NOT_FOUND] no such upload; begin a new one'],
    [
      'EntityTooSmall',
      '[BAD_REQUEST] the parts make no object; expected every part that was sent, with its etag, of at least 5 MiB but for the last',
    ],
  ])('of %s callers are told no key', async (name, message) => {
    answer = () => s3Error(400, name);
    await expect(uploads().completeUpload('ann/big', 'u1', [{ partNumber: 1, etag: '"e1"' }])).rejects.toMatchObject({ message });
  });

  test('S3 may answer 200 and mean an error', async () => {
    answer = () => xml('<Error><Code>InternalError</Code><Message>We encountered an internal error. Please try again.</Message></Error>');
    await expect(uploads().completeUpload('big', 'u1', [{ partNumber: 1, etag: '"e1"' }])).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
    });
  });

  test('aborts, whether or not there is such an upload', async () => {
    answer = () => ({ status: 204 });
    await uploads().abortUpload('big', 'u1');
    answer = () => s3Error(404, 'NoSuchUpload');
    await uploads().abortUpload('big', 'u1');
    expect(recorder.requests).toMatchObject([{ method: 'DELETE', path: '/uploads-1/files/big' }, { method: 'DELETE' }]);
  });
});
