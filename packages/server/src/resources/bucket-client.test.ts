import { afterEach, beforeEach, expect, test } from 'vitest';
import { bucket } from '../service/bucket.js';
import { createBucketClient } from './bucket-client.js';
import { TEST_CREDENTIALS } from './dynalite.fixture.js';
import { type HttpRecorder, type RecordedAnswer, type RecordedRequest, startRecorder } from './http-recorder.fixture.js';
import { createSdk, type Sdk } from './sdk.js';

const Uploads = bucket('Uploads');
const grant = Uploads.allowUnder('files/', 'get', 'getRange', 'head', 'put', 'delete', 'presignGet', 'presignPut');

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

const found = (): RecordedAnswer => ({
  status: 200,
  headers: {
    'content-type': 'image/png',
    'content-length': '3',
    etag: '"abc"',
    'last-modified': 'Tue, 14 Nov 2023 22:13:20 GMT',
    'x-amz-meta-owner': 'ann',
  },
  body: 'png',
});

test('gets an object whole, its key without the prefix', async () => {
  answer = found;
  expect(await uploads().get('a b')).toEqual({
    key: 'a b',
    bytes: 3,
    contentType: 'image/png',
    etag: '"abc"',
    modifiedAtMs: 1_700_000_000_000,
    metadata: { owner: 'ann' },
    body: new Uint8Array([0x70, 0x6e, 0x67]),
  });
  expect(recorder.requests).toMatchObject([{ method: 'GET', path: '/uploads-1/files/a%20b' }]);
});

test('gets a range of bytes, with the size of the whole', async () => {
  answer = () => ({ ...found(), status: 206, headers: { ...found().headers, 'content-range': 'bytes 5-7/1234' } });
  expect(await uploads().getRange('a', { from: 5, to: 7 })).toMatchObject({
    key: 'a',
    bytes: 1_234,
    body: new Uint8Array([0x70, 0x6e, 0x67]),
  });
  await uploads().getRange('a', { from: 5 });
  expect(recorder.requests.map(({ headers }) => headers.range)).toEqual(['bytes=5-7', 'bytes=5-']);
});

test('a range that begins behind the end is BAD_REQUEST, and of no object it is undefined', async () => {
  answer = () => ({
    status: 416,
    body: '<Error><Code>InvalidRange</Code><Message>The requested range is not satisfiable</Message></Error>',
  });
  await expect(uploads().getRange('a', { from: 5_000 })).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    message: expect.stringContaining('got byte 5000'),
  });
  answer = () => ({ status: 404, body: '<Error><Code>NoSuchKey</Code><Message>no</Message></Error>' });
  expect(await uploads().getRange('a', { from: 0 })).toBeUndefined();
});

test('reads the facts of an object', async () => {
  answer = found;
  expect(await uploads().head('a')).toMatchObject({ key: 'a', bytes: 3, contentType: 'image/png', modifiedAtMs: 1_700_000_000_000 });
  expect(recorder.requests).toMatchObject([{ method: 'HEAD', path: '/uploads-1/files/a' }]);
});

test('answers undefined for an object that does not exist', async () => {
  answer = ({ method }) => ({
    status: 404,
    body: method === 'HEAD' ? '' : '<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>',
  });
  expect(await uploads().get('a')).toBeUndefined();
  expect(await uploads().head('a')).toBeUndefined();
});

test('a bucket that does not exist is not a missing object', async () => {
  answer = () => ({ status: 404, body: '<Error><Code>NoSuchBucket</Code><Message>no</Message></Error>' });
  await expect(uploads().get('a')).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
});

test('puts texts and bytes with their type and metadata, unframed', async () => {
  answer = () => ({ status: 200 });
  await uploads().put('t', 'grüße', { contentType: 'text/plain', metadata: { owner: 'ann' } });
  await uploads().put('b', new Uint8Array([0, 255]), { contentType: 'image/png' });
  expect(recorder.requests.map(({ method, path, body }) => [method, path, [...body]])).toEqual([
    ['PUT', '/uploads-1/files/t', [0x67, 0x72, 0xc3, 0xbc, 0xc3, 0x9f, 0x65]],
    ['PUT', '/uploads-1/files/b', [0, 255]],
  ]);
  expect(recorder.requests[0]?.headers).toMatchObject({ 'content-type': 'text/plain', 'x-amz-meta-owner': 'ann', 'content-length': '7' });
});

test('signs the body of a put, so that S3 refuses a changed one', async () => {
  answer = () => ({ status: 200 });
  await uploads().put('t', '', { contentType: 'text/plain' });
  // SHA-256 of nothing.
  expect(recorder.requests[0]?.headers['x-amz-content-sha256']).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('deletes', async () => {
  answer = () => ({ status: 204 });
  await uploads().delete('a');
  expect(recorder.requests).toMatchObject([{ method: 'DELETE', path: '/uploads-1/files/a' }]);
});

test('an upload URL signs type and length, and carries no checksum of an empty body', async () => {
  const signed = await uploads().presignPut('a', { contentType: 'image/png', bytes: 12, expiresInSeconds: 600 });
  const url = new URL(signed.url);
  expect(url.origin + url.pathname).toBe(`${recorder.origin}/uploads-1/files/a`);
  expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;content-type;host');
  expect(url.searchParams.get('X-Amz-Date')).toBe('20231114T221320Z');
  expect(url.searchParams.get('X-Amz-Expires')).toBe('600');
  expect([...url.searchParams.keys()].filter((name) => name.includes('checksum'))).toEqual([]);
  expect(signed.headers).toEqual({ 'content-type': 'image/png' });
  expect(signed.expiresAtMs).toBe(1_700_000_600_000);
  expect(recorder.requests).toEqual([]);
});

test('an upload URL signs metadata as headers, which the uploader must send', async () => {
  const metadata = { Owner: 'ann' };
  const signed = await uploads().presignPut('a', { contentType: 'image/png', bytes: 12, expiresInSeconds: 60, metadata });
  expect(new URL(signed.url).searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;content-type;host;x-amz-meta-owner');
  expect(signed.headers).toEqual({ 'content-type': 'image/png', 'x-amz-meta-owner': 'ann' });
});

test('URLs for other sizes and types have other signatures', async () => {
  const sign = async (contentType: string, bytes: number) => {
    const { url } = await uploads().presignPut('a', { contentType, bytes, expiresInSeconds: 600 });
    return new URL(url).searchParams.get('X-Amz-Signature');
  };
  const signatures = [await sign('image/png', 12), await sign('image/png', 13), await sign('image/gif', 12)];
  expect(new Set(signatures).size).toBe(3);
});

test('a download URL names the file in any script', async () => {
  const signed = await uploads().presignGet('a', { expiresInSeconds: 600, downloadAs: "Müller's (1).txt" });
  const url = new URL(signed.url);
  expect(url.searchParams.get('response-content-disposition')).toBe("attachment; filename*=UTF-8''M%C3%BCller%27s%20%281%29.txt");
  expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('host');
  expect(signed).toMatchObject({ headers: {}, expiresAtMs: 1_700_000_600_000 });
});

test('an upload URL with a checksum signs it as a header, which the uploader must send', async () => {
  // SHA-256 of nothing, in base64.
  const sha256 = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';
  const signed = await uploads().presignPut('a', { contentType: 'image/png', bytes: 12, expiresInSeconds: 60, sha256 });
  const url = new URL(signed.url);
  expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;content-type;host;x-amz-checksum-sha256');
  expect([...url.searchParams.keys()].filter((name) => name.includes('checksum'))).toEqual([]);
  expect(signed.headers).toEqual({ 'content-type': 'image/png', 'x-amz-checksum-sha256': sha256 });
});

test('refuses an empty key and one over 1,024 bytes', async () => {
  await expect(uploads().get('')).rejects.toThrow('got an empty text');
  await expect(uploads().put('ü'.repeat(510), 'x', { contentType: 'text/plain' })).rejects.toThrow('got 1026 bytes');
  expect(recorder.requests).toEqual([]);
});
