import { afterEach, expect, test } from 'vitest';
import * as z from 'zod';
import { bucket } from '../service/bucket.js';
import { table } from '../service/table.js';
import { createBucketClient } from './bucket-client.js';
import { TEST_CREDENTIALS } from './dynalite.fixture.js';
import { type HttpRecorder, type RecordedAnswer, startRecorder } from './http-recorder.fixture.js';
import { createSdk, type Sdk } from './sdk.js';
import { tableClient } from './table-client.fixture.js';

const Documents = table('Documents', { item: () => z.object({ id: z.string() }), partitionKey: 'id' });
const Bodies = bucket('Bodies');

const open: { sdk: Sdk; recorder: HttpRecorder }[] = [];
afterEach(async () => {
  for (const { sdk, recorder } of open.splice(0)) {
    await sdk.close();
    await recorder.close();
  }
});

async function clients(answer: RecordedAnswer) {
  const recorder = await startRecorder(() => answer);
  const sdk = createSdk({ region: 'eu-west-1', endpoint: recorder.origin, credentials: TEST_CREDENTIALS, now: Date.now });
  open.push({ sdk, recorder });
  return {
    recorder,
    documents: tableClient({ grant: Documents.allow('get'), tableName: 'gateway-Documents-1', dynamo: sdk.dynamo }),
    bodies: createBucketClient({ grant: Bodies.allow('get'), bucketName: 'gateway-bodies-1', s3: sdk.s3, now: () => 0 }),
  };
}

const dynamoError = (status: number, type: string): RecordedAnswer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'no' }),
});

const s3Error = (status: number, code: string): RecordedAnswer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>no</Message></Error>`,
});

test('a throttled table is SERVICE_UNAVAILABLE, after three attempts', async () => {
  const { documents, recorder } = await clients(dynamoError(400, 'ProvisionedThroughputExceededException'));
  await expect(documents.get({ id: 'a' })).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    cause: { name: 'ProvisionedThroughputExceededException' },
  });
  expect(recorder.requests).toHaveLength(3);
});

test('a service in trouble is SERVICE_UNAVAILABLE', async () => {
  const { documents, bodies } = await clients({ status: 500 });
  await expect(documents.get({ id: 'a' })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  await expect(bodies.get('a')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
});

test('S3 asking to slow down is SERVICE_UNAVAILABLE', async () => {
  const { bodies } = await clients(s3Error(503, 'SlowDown'));
  await expect(bodies.get('a')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', cause: { name: 'SlowDown' } });
});

test('nobody listening is SERVICE_UNAVAILABLE', async () => {
  const { documents, bodies, recorder } = await clients({ status: 200 });
  await recorder.close();
  await expect(documents.get({ id: 'a' })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', cause: { code: 'ECONNREFUSED' } });
  await expect(bodies.get('a')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', cause: { code: 'ECONNREFUSED' } });
});

test('what is sent of SERVICE_UNAVAILABLE names nothing internal', async () => {
  const { documents } = await clients({ status: 500 });
  await expect(documents.get({ id: 'a' })).rejects.toMatchObject({
    message: '[SERVICE_UNAVAILABLE] storage is busy or out of reach; try again',
  });
});

test('a denial is INTERNAL_SERVER_ERROR and its logged text names action, resource and what to add to `uses`', async () => {
  const { documents } = await clients(dynamoError(400, 'AccessDeniedException'));
  await expect(documents.get({ id: 'a' })).rejects.toMatchObject({
    code: 'INTERNAL_SERVER_ERROR',
    message:
      "dynamodb:GetItem on table Documents (gateway-Documents-1) was denied: add 'get' to Documents.allow(…) in the service's `uses` and deploy",
    cause: { name: 'AccessDeniedException' },
  });
});

test('a denied read of an object also says how S3 hides missing objects', async () => {
  const { bodies } = await clients(s3Error(403, 'AccessDenied'));
  await expect(bodies.get('a')).rejects.toMatchObject({
    code: 'INTERNAL_SERVER_ERROR',
    message: expect.stringMatching(
      /^s3:GetObject on bucket Bodies \(gateway-bodies-1\) was denied: add 'get' .* lacks s3:ListBucket on the bucket$/,
    ),
  });
});

test('anything else is INTERNAL_SERVER_ERROR with the cause kept', async () => {
  const { documents } = await clients(dynamoError(400, 'ResourceNotFoundException'));
  await expect(documents.get({ id: 'a' })).rejects.toMatchObject({
    code: 'INTERNAL_SERVER_ERROR',
    cause: { name: 'ResourceNotFoundException' },
  });
});
