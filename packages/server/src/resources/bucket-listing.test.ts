import { afterEach, beforeEach, expect, test } from 'vitest';
import { bucket } from '../service/bucket.js';
import { createBucketClient } from './bucket-client.js';
import { TEST_CREDENTIALS } from './dynalite.fixture.js';
import { type HttpRecorder, startRecorder } from './http-recorder.fixture.js';
import { createSdk, type Sdk } from './sdk.js';

const grant = bucket('Uploads').allowUnder('files/', 'list');

let recorder: HttpRecorder;
let sdk: Sdk;
let truncated: boolean;
beforeEach(async () => {
  truncated = true;
  recorder = await startRecorder(() => ({
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><Name>uploads-1</Name><Prefix>files/</Prefix><KeyCount>2</KeyCount>
<IsTruncated>${truncated}</IsTruncated>
<Contents><Key>files/a/1.png</Key><LastModified>2023-11-14T22:13:20.000Z</LastModified><ETag>&quot;one&quot;</ETag><Size>3</Size></Contents>
<Contents><Key>files/a/ü.png</Key><LastModified>2023-11-14T22:13:21.000Z</LastModified><ETag>&quot;two&quot;</ETag><Size>4</Size></Contents>
</ListBucketResult>`,
  }));
  sdk = createSdk({ region: 'eu-west-1', endpoint: recorder.origin, credentials: TEST_CREDENTIALS, now: Date.now });
});
afterEach(async () => {
  await sdk.close();
  await recorder.close();
});

const uploads = () => createBucketClient({ grant, bucketName: 'uploads-1', s3: sdk.s3, now: () => 1_700_000_000_123 });

test('lists objects below the prefix, their keys without it', async () => {
  const { objects } = await uploads().list({ under: 'a/', limit: 2 });
  expect(objects).toEqual([
    { key: 'a/1.png', bytes: 3, etag: '"one"', modifiedAtMs: 1_700_000_000_000 },
    { key: 'a/ü.png', bytes: 4, etag: '"two"', modifiedAtMs: 1_700_000_001_000 },
  ]);
  const [request] = recorder.requests;
  expect(request?.path).toBe('/uploads-1/');
  expect(Object.fromEntries(request?.query ?? [])).toMatchObject({ 'list-type': '2', prefix: 'files/a/', 'max-keys': '2' });
});

test('a cursor goes on behind the last key, and is null on the last page', async () => {
  const { cursor } = await uploads().list({ under: 'a/', limit: 2 });
  truncated = false;
  expect((await uploads().list({ under: 'a/', limit: 2, cursor: cursor ?? '' })).cursor).toBeNull();
  expect(recorder.requests[1]?.query.get('start-after')).toBe('files/a/ü.png');
});

test('asks for 1,000 objects by default, and never for more', async () => {
  await uploads().list();
  await uploads().list({ limit: 5_000 });
  expect(recorder.requests.map(({ query }) => query.get('max-keys'))).toEqual(['1000', '1000']);
});

test('refuses a cursor of another listing, and a made-up one', async () => {
  const { cursor } = await uploads().list({ under: 'a/' });
  for (const foreign of [cursor ?? '', '', 'nön sense', Buffer.from('b'.repeat(1_025)).toString('base64url')]) {
    await expect(uploads().list({ under: 'b/', cursor: foreign })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  }
  expect(recorder.requests).toHaveLength(1);
});
