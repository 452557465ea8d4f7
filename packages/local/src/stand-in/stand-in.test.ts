/** A second stage plays the AWS-compatible endpoint: it has all services, signature checks and IAM of its own, and another account and region. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeTimeToLiveCommand, DynamoDBClient, GetItemCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListSubscriptionsByTopicCommand, ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, GetQueueUrlCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signText } from '../iam/canonical-request.js';
import type { Credentials, ReportEntry } from '../parts.js';
import { startStage } from '../stage.js';
import { bundle } from '../stage.test.fixture.js';
import type { Stage, StageOptions } from '../stage-options.js';
import { type AssemblyFixture, writeAssembly } from '../template/assembly.test.fixture.js';
import { apiCode, deployment, endpointTemplate, layWire, ours, theirs, type Wire, workerCode } from './stand-in.test.fixture.js';

let endpoint: Stage;
let stage: Stage;
let wire: Wire;
const assemblies: AssemblyFixture[] = [];
const entries: ReportEntry[] = [];
let dynamo: DynamoDBClient;
let s3: S3Client;
let sqs: SQSClient;
let sns: SNSClient;

beforeAll(async () => {
  const [api, worker] = await Promise.all([bundle(apiCode), bundle(workerCode)]);
  assemblies.push(await writeAssembly({ stacks: { S: endpointTemplate } }));
  const files = { 'asset.Api/index.mjs': api, 'asset.Consumer/index.mjs': worker, 'asset.Follower/index.mjs': worker };
  assemblies.push(await writeAssembly({ stacks: { S: deployment }, files, environment: `aws://${ours.accountId}/${ours.region}` }));
  endpoint = await startStage({ assembly: assemblies[0]!.directory, onlyServices: true, environment: theirs });
  wire = await layWire(endpoint.awsUrl);
  stage = await startOnEndpoint({});
  const settings = { endpoint: endpoint.awsUrl, region: theirs.region, credentials: endpoint.operator };
  [dynamo, s3, sqs, sns] = [new DynamoDBClient(settings), new S3Client(settings), new SQSClient(settings), new SNSClient(settings)];
});

afterAll(async () => {
  for (const client of [dynamo, s3, sqs, sns]) client?.destroy();
  await stage?.close();
  await wire?.cut();
  await endpoint?.close();
  for (const assembly of assemblies) await assembly.remove();
});

function startOnEndpoint(options: Partial<StageOptions>): Promise<Stage> {
  const report = (entry: ReportEntry) => void entries.push(entry);
  const standIn = { url: wire.url, region: theirs.region, credentials: endpoint.operator };
  return startStage({ assembly: assemblies[1]!.directory, report, standIn, ...options });
}

async function call(input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
  return JSON.parse((await stage.invoke('Api', input)).payload) as Record<string, unknown>;
}

/** An item at the endpoint, as soon as it is there. */
async function item(table: string, id: string): Promise<Record<string, { S?: string }>> {
  for (;;) {
    const { Item } = await dynamo.send(new GetItemCommand({ TableName: table, Key: { id: { S: id } } }));
    if (Item !== undefined) return Item as Record<string, { S?: string }>;
  }
}

/** Resolves when every message of a queue at the endpoint was deleted. */
async function emptied(queueName: string): Promise<void> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queueName }));
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  for (;;) {
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }));
    if (names.every((name) => Attributes[name] === '0')) return;
  }
}

/** A form for the key `form` and ten bytes. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html */
function signedForm({ accessKeyId, secretAccessKey, sessionToken = '' }: Credentials, file: string): FormData {
  const timestamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = { scopeDate: timestamp.slice(0, 8), region: ours.region, service: 's3' };
  const fields: Record<string, string> = {
    key: 'form',
    'Content-Type': 'text/plain',
    'x-amz-meta-kind': 'form',
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': `${accessKeyId}/${scope.scopeDate}/${ours.region}/s3/aws4_request`,
    'x-amz-date': timestamp,
    'x-amz-security-token': sessionToken,
  };
  const conditions = [
    { bucket: 'forwarded-files' },
    ['content-length-range', 1, 10],
    ...Object.entries(fields).map(([name, value]) => ({ [name]: value })),
  ];
  const expiration = new Date(Date.now() + 60_000).toISOString();
  const policy = Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64');
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...fields, policy, 'x-amz-signature': signText(secretAccessKey, scope, policy) }))
    form.append(name, value);
  form.append('file', new Blob([file]), 'form.txt');
  return form;
}

describe('resources of the template', () => {
  it('are made at the endpoint under their names', async () => {
    expect((await dynamo.send(new ListTablesCommand({}))).TableNames).toEqual(['S-Results', 'S-Table']);
    const ttl = await dynamo.send(new DescribeTimeToLiveCommand({ TableName: 'S-Table' }));
    expect(ttl.TimeToLiveDescription).toMatchObject({ AttributeName: 'until', TimeToLiveStatus: 'ENABLED' });
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
    expect(QueueUrls.map((url) => url.split('/').at(-1))).toEqual(['S-Dead', 'S-Jobs', 'S-Spare.fifo']);
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'S-Spare.fifo' }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['VisibilityTimeout'] }));
    expect(Attributes).toEqual({ VisibilityTimeout: '45' });
    const { Topics = [] } = await sns.send(new ListTopicsCommand({}));
    expect(Topics.map(({ TopicArn }) => TopicArn)).toEqual([
      'arn:aws:sns:eu-west-1:999988887777:S-Audit.fifo',
      'arn:aws:sns:eu-west-1:999988887777:S-Events',
    ]);
  });

  it('that are there are kept when the stage starts again', async () => {
    await call({ action: 'save', id: 'kept' });
    const again = await startOnEndpoint({});
    await again.close();
    expect(await item('S-Table', 'kept')).toEqual({ id: { S: 'kept' } });
    const topic = 'arn:aws:sns:eu-west-1:999988887777:S-Events';
    const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topic }));
    expect(Subscriptions.map(({ Endpoint }) => Endpoint)).toEqual(['arn:aws:sqs:eu-west-1:999988887777:S-Jobs']);
  });
});

describe('a call of a function', () => {
  it('is answered by the endpoint', async () => {
    expect(await call({ action: 'save', id: 'one' })).toMatchObject({ ok: true });
    expect(await item('S-Table', 'one')).toEqual({ id: { S: 'one' } });
    expect(await call({ action: 'load', id: 'one' })).toMatchObject({ ok: true, Item: { id: { S: 'one' } } });
  });

  it('is put to the policies of the template, which the endpoint does not know', async () => {
    expect(await call({ action: 'remove', id: 'one' })).toMatchObject({ ok: false, name: 'AccessDeniedException' });
    const giveBack = stage.withhold({ role: 'ApiRole', action: 'dynamodb:PutItem', resource: '*' });
    expect(await call({ action: 'save', id: 'two' })).toMatchObject({ ok: false, name: 'AccessDeniedException' });
    giveBack();
    expect(await call({ action: 'save', id: 'two' })).toMatchObject({ ok: true });
  });

  it('sees the ARNs of the template and the address of the stage', async () => {
    const { Table } = (await call({ action: 'describe' })) as { Table: { TableArn: string; LatestStreamArn: string } };
    expect(Table.TableArn).toBe('arn:aws:dynamodb:us-east-1:111122223333:table/S-Table');
    expect(Table.LatestStreamArn).toMatch(/^arn:aws:dynamodb:us-east-1:111122223333:table\/S-Table\/stream\//);
    expect(await call({ action: 'queueUrl' })).toMatchObject({ QueueUrl: `${stage.awsUrl}/111122223333/S-Jobs` });
    const { Attributes } = (await call({ action: 'queue' })) as { Attributes: Record<string, string> };
    expect(Attributes.QueueArn).toBe('arn:aws:sqs:us-east-1:111122223333:S-Jobs');
    expect(JSON.parse(Attributes.RedrivePolicy!)).toEqual({
      deadLetterTargetArn: 'arn:aws:sqs:us-east-1:111122223333:S-Dead',
      maxReceiveCount: 1,
    });
  });
});

describe('objects', () => {
  it('are uploaded and downloaded by presigned URLs of the stage', async () => {
    const { url } = (await call({ action: 'uploadUrl', key: 'a b/ü.txt' })) as { url: string };
    expect(new URL(url).origin).toBe(stage.awsUrl);
    const put = await fetch(url, { method: 'PUT', body: 'from a browser', headers: { origin: 'http://page.example' } });
    expect([put.status, put.headers.get('access-control-allow-origin')]).toEqual([200, 'http://page.example']);
    const head = await s3.send(new HeadObjectCommand({ Bucket: 'forwarded-files', Key: 'a b/ü.txt' }));
    expect([head.ContentLength, head.Metadata]).toEqual([14, { kind: 'upload' }]);
    const download = (await call({ action: 'downloadUrl', key: 'a b/ü.txt' })) as { url: string };
    expect(await (await fetch(download.url)).text()).toBe('from a browser');
  });

  it('stream through, also in chunks of unknown length with a checksum behind them', async () => {
    expect(await call({ action: 'store', key: 'large', bytes: 3_000_000 })).toMatchObject({ ok: true });
    expect((await s3.send(new HeadObjectCommand({ Bucket: 'forwarded-files', Key: 'large' }))).ContentLength).toBe(3_000_000);
    expect(await call({ action: 'read', key: 'large' })).toMatchObject({ text: 'x'.repeat(3_000_000) });
  });

  it('answer a preflight by the rules of the template', async () => {
    const { url } = (await call({ action: 'uploadUrl', key: 'x' })) as { url: string };
    const headers = { origin: 'http://page.example', 'access-control-request-method': 'PUT' };
    expect((await fetch(url, { method: 'OPTIONS', headers })).status).toBe(200);
    expect((await fetch(url, { method: 'OPTIONS', headers: { ...headers, origin: 'http://other.example' } })).status).toBe(403);
  });

  it('refuse a URL that was tampered with, and one whose signer lost the right', async () => {
    const { url } = (await call({ action: 'uploadUrl', key: 'mine' })) as { url: string };
    expect((await fetch(url.replace('/mine?', '/yours?'), { method: 'PUT', body: 'x' })).status).toBe(403);
    const giveBack = stage.withhold({ role: 'ApiRole', action: 's3:PutObject', resource: '*' });
    expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(403);
    giveBack();
  });

  it('are deleted key by key, and those that may not be stay', async () => {
    for (const key of ['gone-1', 'gone-2', 'stays']) await call({ action: 'store', key, bytes: 1 });
    const outcome = (await call({ action: 'removeAll', keys: ['gone-1', 'stays', 'gone-2'] })) as Record<
      string,
      readonly { Key: string }[]
    >;
    expect(outcome.Deleted?.map(({ Key }) => Key).sort()).toEqual(['gone-1', 'gone-2']);
    expect(outcome.Errors).toMatchObject([{ Key: 'stays', Code: 'AccessDenied' }]);
    expect((await s3.send(new HeadObjectCommand({ Bucket: 'forwarded-files', Key: 'stays' }))).ContentLength).toBe(1);
    expect(await call({ action: 'removeAll', keys: ['stays'] })).toMatchObject({ ok: true, Errors: [{ Key: 'stays' }] });
  });

  it('come from forms of browsers within the limits of their policy', async () => {
    const credentials = (await call({ action: 'keys' })) as unknown as Credentials;
    const form = (file: string): Promise<Response> =>
      fetch(`${stage.awsUrl}/forwarded-files`, { method: 'POST', body: signedForm(credentials, file) });
    expect((await form('0123456789')).status).toBe(204);
    const head = await s3.send(new HeadObjectCommand({ Bucket: 'forwarded-files', Key: 'form' }));
    expect([head.ContentLength, head.ContentType, head.Metadata]).toEqual([10, 'text/plain', { kind: 'form' }]);
    expect(await (await form('01234567890')).text()).toContain('<Code>EntityTooLarge</Code>');
  });

  it('that are absent are so only to those who may list the bucket', async () => {
    expect(await call({ action: 'read', key: 'nowhere' })).toMatchObject({ ok: false, name: 'AccessDenied' });
  });
});

describe('workers', () => {
  it('on a queue get what is sent there and what a topic delivers, and the queue is empty then', async () => {
    await call({ action: 'send', text: 'sent' });
    await call({ action: 'publish', text: 'published' });
    expect((await item('S-Results', 'job sent')).source).toEqual({ S: 'arn:aws:sqs:us-east-1:111122223333:S-Jobs' });
    await item('S-Results', 'job published');
    await emptied('S-Jobs');
  });

  it('on the stream of a table get its records in the name of the template', async () => {
    await call({ action: 'save', id: 'streamed' });
    const { source } = await item('S-Results', 'INSERT streamed');
    expect(source?.S).toMatch(/^arn:aws:dynamodb:us-east-1:111122223333:table\/S-Table\/stream\//);
  });
});

describe('positions in streams', () => {
  it('are kept apart from those in streams of the stage itself, whose numbers are others', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'gateway-stand-in-'));
    const again = await startOnEndpoint({ dataDir });
    await again.close();
    const kept = await readdir(join(dataDir, 'checkpoints'), { recursive: true });
    expect(kept.filter((name) => name.endsWith('.json'))).toEqual([expect.stringMatching(/^http-127\.0\.0\.1-\d+[\\/][\w-]+\.json$/)]);
    await rm(dataDir, { recursive: true });
  });
});

describe('an endpoint that goes away', () => {
  it('makes calls fail with ServiceUnavailable and is in the journal once; when it is back everything goes on', async () => {
    entries.length = 0;
    await wire.cut();
    expect(await call({ action: 'save', id: 'lost' })).toMatchObject({ ok: false, name: 'ServiceUnavailable' });
    expect(await call({ action: 'send', text: 'lost' })).toMatchObject({ ok: false, name: 'ServiceUnavailable' });
    expect(await call({ action: 'read', key: 'large' })).toMatchObject({ ok: false, name: 'ServiceUnavailable' });
    expect(await call({ action: 'publish', text: 'lost' })).toMatchObject({ ok: false, name: 'ServiceUnavailable' });
    const said = entries.filter(({ part }) => part === 'stand-in').map(({ message }) => message);
    expect(said).toEqual([expect.stringContaining(`${wire.url} does not answer (`)]);
    await wire.mend();
    expect(await call({ action: 'save', id: 'after' })).toMatchObject({ ok: true });
    await call({ action: 'send', text: 'after' });
    await item('S-Results', 'INSERT after');
    await item('S-Results', 'job after');
    expect(entries.filter(({ part }) => part === 'stand-in').map(({ message }) => message)).toContain(`${wire.url} answers again`);
  });
});

describe('a stage does not start', () => {
  const start = (standIn: NonNullable<StageOptions['standIn']>) => startStage({ assembly: assemblies[1]!.directory, standIn });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

  it('with a URL that is none', async () => {
    await expect(start({ url: 'localhost:9297', credentials })).rejects.toThrow(
      /STAND_IN_UNUSABLE.*got the URL "localhost:9297", expected/,
    );
  });

  it('with an endpoint that does not answer', async () => {
    await expect(start({ url: 'http://127.0.0.1:1', credentials })).rejects.toThrow(
      /STAND_IN_UNUSABLE.*does not answer.*ECONNREFUSED.*start it/,
    );
  });

  it('with keys that the endpoint refuses', async () => {
    await expect(start({ url: endpoint.awsUrl, credentials })).rejects.toThrow(/STAND_IN_UNUSABLE.*refuses its keys.*InvalidClientTokenId/);
  });

  it('with a service that no endpoint can stand in for', async () => {
    const services = ['dynamodb', 'kendra'];
    await expect(start({ url: endpoint.awsUrl, credentials, services })).rejects.toThrow(
      /STAND_IN_UNUSABLE.*cannot stand in for kendra, expected some of/,
    );
  });
});
