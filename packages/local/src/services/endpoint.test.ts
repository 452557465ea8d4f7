import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteObjectsCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import type { AuthorizationRequest } from '../iam/authorize.js';
import type { WireRequest } from '../wire/wire-handler.js';
import { startAwsEndpoint } from './endpoint.js';
import {
  credentials,
  environment,
  onCleanup,
  operator,
  operatorKeys,
  role,
  roleKeys,
  startFixture,
  temporaryFolder,
} from './fixture.test.support.js';

const table = {
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
};

describe('the AWS endpoint', () => {
  it('serves unmodified clients that know nothing but AWS_ENDPOINT_URL', async () => {
    const { endpoint } = await startFixture();
    await endpoint.createBucket({}, { bucketName: 'files' });
    const script = `
      import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
      import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
      const { TableNames } = await new DynamoDBClient().send(new ListTablesCommand({}));
      const { ETag } = await new S3Client().send(new PutObjectCommand({ Bucket: 'files', Key: 'a', Body: 'x' }));
      console.log(JSON.stringify({ TableNames, ETag }));
    `;
    const env = {
      AWS_ENDPOINT_URL: endpoint.url,
      AWS_REGION: environment.region,
      AWS_ACCESS_KEY_ID: roleKeys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: roleKeys.secretAccessKey,
      AWS_SESSION_TOKEN: roleKeys.sessionToken,
    };
    const cwd = fileURLToPath(new URL('../..', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd, env });
    expect(JSON.parse(stdout)).toEqual({ TableNames: [], ETag: '"9dd4e461268c8034f5c8564e155c67a6"' });
  });

  it('hands calls of other services to their handlers, with the principal', async () => {
    const seen: WireRequest[] = [];
    const { endpoint } = await startFixture({
      extra: new Map([
        [
          'lambda',
          async (request: WireRequest) => {
            seen.push(request);
            return { statusCode: 200, headers: { 'x-amz-executed-version': '$LATEST' }, body: '{"ok":true}' };
          },
        ],
      ]),
    });
    const lambda = new LambdaClient({ endpoint: endpoint.url, region: environment.region, credentials: roleKeys, maxAttempts: 1 });
    onCleanup(() => lambda.destroy());
    const result = await lambda.send(new InvokeCommand({ FunctionName: 'documents', Payload: '{"a":1}' }));
    expect([result.StatusCode, result.ExecutedVersion, Buffer.from(result.Payload!).toString()]).toEqual([200, '$LATEST', '{"ok":true}']);
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: '/2015-03-31/functions/documents/invocations',
      principal: role,
      body: Buffer.from('{"a":1}'),
    });
  });

  it('answers a service that nobody serves, and an operation that is not there, with a line in the journal', async () => {
    const { endpoint, reports, dynamo } = await startFixture();
    const lambda = new LambdaClient({ endpoint: endpoint.url, region: environment.region, credentials: operatorKeys, maxAttempts: 1 });
    onCleanup(() => lambda.destroy());
    await expect(lambda.send(new InvokeCommand({ FunctionName: 'x' }))).rejects.toMatchObject({ name: 'UnknownOperationException' });
    dynamo.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers['x-amz-target'] = 'DynamoDB_20120810.ExecuteStatement';
        return next(args);
      },
      { step: 'build', priority: 'low' },
    );
    await expect(dynamo.send(new ListTablesCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      $metadata: { httpStatusCode: 400 },
    });
    expect(reports.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'a call of the service "lambda" is not implemented by the local stage (POST /2015-03-31/functions/x/invocations)'],
      ['warn', 'DynamoDB_20120810.ExecuteStatement is not implemented by the local stage'],
    ]);
  });

  it.each([
    [
      'an unknown key',
      { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' },
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    ],
    [
      'a wrong secret',
      { ...operatorKeys, secretAccessKey: 'wrong' },
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    ],
    [
      'a missing session token',
      { accessKeyId: roleKeys.accessKeyId, secretAccessKey: roleKeys.secretAccessKey },
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    ],
  ])('refuses %s', async (_, keys, name, message) => {
    const { endpoint } = await startFixture();
    const dynamo = new DynamoDBClient({ endpoint: endpoint.url, region: environment.region, credentials: keys, maxAttempts: 1 });
    onCleanup(() => dynamo.destroy());
    await expect(dynamo.send(new ListTablesCommand({}))).rejects.toMatchObject({ name, message });
  });

  it('refuses bad input on the JSON wire with a typed error', async () => {
    const { endpoint } = await startFixture();
    const unsigned = await fetch(endpoint.url, { method: 'POST', headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables' }, body: '{}' });
    expect([unsigned.status, unsigned.headers.get('x-amzn-errortype'), await unsigned.json()]).toEqual([
      400,
      'MissingAuthenticationTokenException',
      { __type: 'com.amazon.coral.service#MissingAuthenticationTokenException', message: 'Request is missing Authentication Token' },
    ]);
    const { dynamo } = await startFixture();
    dynamo.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { body: string; headers: Record<string, string> };
        request.body = 'not json';
        request.headers['content-length'] = '8';
        return next(args);
      },
      { step: 'build', priority: 'low' },
    );
    await expect(dynamo.send(new ListTablesCommand({}))).rejects.toMatchObject({ name: 'SerializationException' });
  });

  it('refuses a body of more than 16 MB', async () => {
    const { endpoint } = await startFixture();
    const headers = { 'x-amz-target': 'DynamoDB_20120810.PutItem' };
    const response = await fetch(endpoint.url, { method: 'POST', headers, body: Buffer.alloc(16 * 1024 * 1024 + 1, 'a') });
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([413, 'RequestEntityTooLargeException']);
  });

  it('says that a port is taken', async () => {
    const { endpoint, clock } = await startFixture();
    const port = Number(new URL(endpoint.url).port);
    await expect(startAwsEndpoint({ environment, credentials, clock, report: () => undefined, port })).rejects.toThrow(
      `port ${port} is in use`,
    );
  });

  it('says that a data folder is in use by another stage', async () => {
    const dataDir = await temporaryFolder();
    const first = await startFixture({ dataDir });
    await first.endpoint.createTable(table, { tableName: 'things' });
    const second = await startFixture({ dataDir });
    await expect(second.endpoint.createTable(table, { tableName: 'things' })).rejects.toThrow('another process has it open');
  });
});

describe('the authorize hook', () => {
  async function startWith(decide: (request: AuthorizationRequest) => boolean) {
    const asked: AuthorizationRequest[] = [];
    const fixture = await startFixture({
      authorize: (request) => {
        asked.push(request);
        return { allowed: decide(request) };
      },
    });
    await fixture.endpoint.createTable(table, { tableName: 'things' });
    await fixture.endpoint.createBucket({}, { bucketName: 'files' });
    return { ...fixture, asked };
  }

  it('is asked about principal, action, resource and leading keys before an operation of DynamoDB', async () => {
    const { dynamo, asked } = await startWith(() => true);
    await dynamo.send(new PutItemCommand({ TableName: 'things', Item: { id: { S: 'a' } } }));
    await dynamo.send(
      new QueryCommand({
        TableName: 'things',
        KeyConditionExpression: '#i = :a',
        ExpressionAttributeNames: { '#i': 'id' },
        ExpressionAttributeValues: { ':a': { S: 'a' } },
      }),
    );
    await dynamo.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          { ConditionCheck: { TableName: 'things', Key: { id: { S: 'a' } }, ConditionExpression: 'attribute_exists(id)' } },
          { Delete: { TableName: 'things', Key: { id: { S: 'b' } } } },
        ],
      }),
    );
    const resource = 'arn:aws:dynamodb:eu-west-1:123456789012:table/things';
    const keys = (key: string) => ({ 'dynamodb:LeadingKeys': [key], 'dynamodb:Attributes': ['id'] });
    const inTransaction = { 'dynamodb:EnclosingOperation': 'TransactWriteItems' };
    expect(asked).toEqual([
      { principal: operator, action: 'dynamodb:PutItem', resource, context: keys('a') },
      { principal: operator, action: 'dynamodb:Query', resource, context: keys('a') },
      { principal: operator, action: 'dynamodb:ConditionCheckItem', resource, context: { ...keys('a'), ...inTransaction } },
      { principal: operator, action: 'dynamodb:DeleteItem', resource, context: { ...keys('b'), ...inTransaction } },
    ]);
  });

  it('denies with the action and the resource, and nothing is done', async () => {
    const { dynamo } = await startWith(({ action }) => action !== 'dynamodb:PutItem');
    await expect(dynamo.send(new PutItemCommand({ TableName: 'things', Item: { id: { S: 'a' } } }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        'User: arn:aws:iam::123456789012:user/operator is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:eu-west-1:123456789012:table/things because no identity-based policy allows the dynamodb:PutItem action',
    });
    expect((await dynamo.send(new GetItemCommand({ TableName: 'things', Key: { id: { S: 'a' } } }))).Item).toBeUndefined();
  });

  it('is asked first where a fault switch makes calls fail, which get what a busy DynamoDB answers', async () => {
    const { dynamo, endpoint } = await startFixture({
      faults: ({ action, resource }) => (action === 'dynamodb:PutItem' && resource.endsWith('table/things') ? 'throttle' : undefined),
    });
    await endpoint.createTable(table, { tableName: 'things' });
    await expect(dynamo.send(new PutItemCommand({ TableName: 'things', Item: { id: { S: 'a' } } }))).rejects.toMatchObject({
      name: 'ThrottlingException',
    });
    expect((await dynamo.send(new GetItemCommand({ TableName: 'things', Key: { id: { S: 'a' } } }))).Item).toBeUndefined();
  });

  it('hides that a key is absent from those who may not list the bucket', async () => {
    const { s3, asked } = await startWith(({ action }) => action !== 's3:ListBucket');
    await expect(s3.send(new GetObjectCommand({ Bucket: 'files', Key: 'absent' }))).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(s3.send(new ListObjectsV2Command({ Bucket: 'files', Prefix: 'a/' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
    });
    expect(asked.map(({ action, resource, context }) => [action, resource, context['s3:prefix']])).toEqual([
      ['s3:GetObject', 'arn:aws:s3:::files/absent', undefined],
      ['s3:ListBucket', 'arn:aws:s3:::files', undefined],
      ['s3:ListBucket', 'arn:aws:s3:::files', 'a/'],
    ]);
  });

  it('is asked for every key of a batch, and the others are deleted', async () => {
    const { s3 } = await startWith(({ resource }) => !resource.endsWith('/locked'));
    await s3.send(new PutObjectCommand({ Bucket: 'files', Key: 'free', Body: 'x' }));
    const result = await s3.send(new DeleteObjectsCommand({ Bucket: 'files', Delete: { Objects: [{ Key: 'free' }, { Key: 'locked' }] } }));
    expect([result.Deleted?.map(({ Key }) => Key), result.Errors?.map(({ Key, Code }) => [Key, Code])]).toEqual([
      ['free'],
      [['locked', 'AccessDenied']],
    ]);
  });
});
