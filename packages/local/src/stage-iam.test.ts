import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListBucketsCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, type AssumeRoleCommandInput, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from './clock.js';
import type { Credentials, ReportEntry } from './parts.js';
import { startStage } from './stage.js';
import {
  type AllowedActions,
  functionResources,
  restResources,
  roleResources,
  socketResources,
  tableResource,
} from './stage.test.fixture.js';
import type { Stage, StageOptions } from './stage-options.js';
import type { Template } from './template/assembly.js';
import { type AssemblyFixture, writeAssembly } from './template/assembly.test.fixture.js';

const MAIN = '111122223333';
const ANALYTICS = '444455556666';
const START_MS = 1_700_000_000_000;
const region = 'us-east-1';

/** Answers with its own keys, so that a test can call as the function. */
const keys = `export const handler = async () => ({
  accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY, sessionToken: process.env.AWS_SESSION_TOKEN,
});`;

let assembly: AssemblyFixture | undefined;
let stage: Stage | undefined;
let clock: ManualClock;
let entries: ReportEntry[];
let clients: { destroy(): void }[];

beforeEach(() => {
  clock = createManualClock(START_MS);
  entries = [];
  clients = [];
});

afterEach(async () => {
  for (const client of clients) client.destroy();
  await stage?.close();
  await assembly?.remove();
});

async function start(
  stacks: Record<string, Template>,
  { environments = {}, ...options }: Partial<StageOptions> & { readonly environments?: Record<string, string> } = {},
): Promise<Stage> {
  const files = { 'asset.Fn/index.mjs': keys, 'asset.Other/index.mjs': keys };
  assembly = await writeAssembly({ stacks, files, environment: `aws://${MAIN}/${region}`, environments });
  stage = await startStage({ assembly: assembly.directory, clock, report: (entry) => void entries.push(entry), ...options });
  return stage;
}

async function keysOf(running: Stage, functionName = 'S-Fn'): Promise<Credentials> {
  return JSON.parse((await running.invoke(functionName, {})).payload) as Credentials;
}

/** Clients that sign at the time of the stage. */
function open(running: Stage, credentials: Credentials) {
  const settings = { endpoint: running.awsUrl, region, credentials, maxAttempts: 1, systemClockOffset: START_MS - Date.now() };
  const opened = {
    dynamo: new DynamoDBClient(settings),
    s3: new S3Client(settings),
    lambda: new LambdaClient(settings),
    sts: new STSClient(settings),
    connections: new ApiGatewayManagementApiClient(settings),
  };
  clients.push(...Object.values(opened));
  return opened;
}

const bucket = { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'files' } };
const tableArn = { 'Fn::GetAtt': ['Table', 'Arn'] };

function template(statements: readonly AllowedActions[], more: Template['Resources'] = {}): Template {
  return {
    Resources: {
      Table: tableResource,
      Bucket: bucket,
      ...functionResources('Other'),
      ...functionResources('Fn', {}, statements),
      ...more,
    },
  };
}

const item = (id: string) => ({ TableName: 'S-Table', Item: { id: { S: id } } });

describe('a function', () => {
  it('may do on DynamoDB what its role allows, and is told what it lacks', async () => {
    const running = await start({ S: template([{ Action: 'dynamodb:PutItem', Resource: tableArn }]) });
    const { dynamo } = open(running, await keysOf(running));
    await dynamo.send(new PutItemCommand(item('a')));
    await expect(dynamo.send(new GetItemCommand({ TableName: 'S-Table', Key: { id: { S: 'a' } } }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(
        `User: arn:aws:sts::${MAIN}:assumed-role/S-FnRole/S-Fn is not authorized to perform: dynamodb:GetItem on resource: ` +
          `arn:aws:dynamodb:us-east-1:${MAIN}:table/S-Table because no identity-based policy allows the dynamodb:GetItem action`,
      ),
    });
  });

  it('may use only the partition keys that a condition names', async () => {
    const own = { Action: ['dynamodb:PutItem', 'dynamodb:Query'], Resource: tableArn };
    const condition = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['tenant-1/*'] } };
    const running = await start({ S: template([{ ...own, Condition: condition } as AllowedActions]) });
    const { dynamo } = open(running, await keysOf(running));
    await dynamo.send(new PutItemCommand(item('tenant-1/a')));
    await expect(dynamo.send(new PutItemCommand(item('tenant-2/a')))).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const query = (id: string) =>
      dynamo.send(
        new QueryCommand({
          TableName: 'S-Table',
          KeyConditionExpression: 'id = :id',
          ExpressionAttributeValues: { ':id': { S: id } },
        }),
      );
    expect((await query('tenant-1/a')).Count).toBe(1);
    await expect(query('tenant-2/a')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('may list only the prefix that a condition names', async () => {
    const list = { Action: 's3:ListBucket', Resource: 'arn:aws:s3:::files', Condition: { StringLike: { 's3:prefix': ['a/*'] } } };
    const running = await start({ S: template([list as AllowedActions]) });
    const { s3 } = open(running, await keysOf(running));
    expect((await s3.send(new ListObjectsV2Command({ Bucket: 'files', Prefix: 'a/' }))).KeyCount).toBe(0);
    await expect(s3.send(new ListObjectsV2Command({ Bucket: 'files' }))).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('lends its rights to presigned URLs, and no others', async () => {
    const running = await start({ S: template([{ Action: 's3:GetObject', Resource: 'arn:aws:s3:::files/a/*' }]) });
    await open(running, running.operator).s3.send(new PutObjectCommand({ Bucket: 'files', Key: 'a/1', Body: 'one' }));
    const { s3 } = open(running, await keysOf(running));
    const signingDate = new Date(START_MS);
    const get = await getSignedUrl(s3, new GetObjectCommand({ Bucket: 'files', Key: 'a/1' }), { signingDate });
    const put = await getSignedUrl(s3, new PutObjectCommand({ Bucket: 'files', Key: 'a/1' }), { signingDate });
    expect(await (await fetch(get)).text()).toBe('one');
    const refused = await fetch(put, { method: 'PUT', body: 'two' });
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::files/a/1');
  });

  it('may be let in, or kept out, by the policy of a bucket', async () => {
    const policy = {
      Type: 'AWS::S3::BucketPolicy',
      Properties: {
        Bucket: { Ref: 'Bucket' },
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { AWS: { 'Fn::GetAtt': ['FnRole', 'Arn'] } },
              Action: 's3:PutObject',
              Resource: 'arn:aws:s3:::files/*',
            },
            { Effect: 'Deny', Principal: { AWS: '*' }, Action: 's3:*', Resource: 'arn:aws:s3:::files/locked/*' },
            { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
          ],
        },
      },
    };
    const running = await start({ S: template([], { Policy: policy }) });
    const { s3 } = open(running, await keysOf(running));
    await s3.send(new PutObjectCommand({ Bucket: 'files', Key: 'a', Body: 'x' }));
    await expect(s3.send(new PutObjectCommand({ Bucket: 'files', Key: 'locked/a', Body: 'x' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('with an explicit deny in a resource-based policy'),
    });
  });

  it('may invoke only the functions its role names', async () => {
    const statements = [{ Action: 'lambda:InvokeFunction', Resource: { 'Fn::GetAtt': ['Other', 'Arn'] } }];
    const running = await start({ S: template(statements) });
    const { lambda } = open(running, await keysOf(running));
    expect((await lambda.send(new InvokeCommand({ FunctionName: 'S-Other' }))).StatusCode).toBe(200);
    await expect(lambda.send(new InvokeCommand({ FunctionName: 'S-Fn' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:${MAIN}:function:S-Fn because`),
    });
  });

  it('may post to connections only with the right to manage them', async () => {
    const running = await start({ S: template([], socketResources('Fn')) });
    const { connections } = open(running, await keysOf(running));
    await expect(connections.send(new PostToConnectionCommand({ ConnectionId: 'L0SM9cOFvHcCIhw=', Data: 'x' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      $metadata: { httpStatusCode: 403 },
      message: expect.stringMatching(/execute-api:ManageConnections on resource: .*\/prod\/POST\/@connections\/L0SM9cOFvHcCIhw= because/),
    });
  });
});

describe('an event source mapping', () => {
  it('without the rights to read its stream is reported and does not run', async () => {
    const mapping = {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] }, FunctionName: { Ref: 'Fn' }, StartingPosition: 'LATEST' },
    };
    await start({ S: template([{ Action: 'dynamodb:GetRecords', Resource: '*' }], { Mapping: mapping }) });
    expect(entries.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^event source arn:aws:dynamodb:.*\/stream\/.* of S-Fn is not running: the role of the function may not dynamodb:DescribeStream on/,
      ),
    ]);
  });
});

describe('the stage', () => {
  it('keeps decisions, lists rights nobody used, and takes rights away', async () => {
    const running = await start({ S: template([{ Action: ['dynamodb:PutItem', 'dynamodb:GetItem'], Resource: tableArn }]) });
    const { dynamo } = open(running, await keysOf(running));
    await dynamo.send(new PutItemCommand(item('a')));
    expect(running.decisions(1)).toMatchObject([{ role: 'FnRole', action: 'dynamodb:PutItem', allowed: true, atMs: START_MS }]);
    expect(running.unusedGrants().map(({ role, functions, action }) => ({ role, functions, action }))).toEqual([
      { role: 'FnRole', functions: ['S-Fn'], action: 'dynamodb:GetItem' },
    ]);
    const restore = running.withhold({ role: 'FnRole', action: 'dynamodb:PutItem' });
    await expect(dynamo.send(new PutItemCommand(item('b')))).rejects.toMatchObject({ name: 'AccessDeniedException' });
    restore();
    await dynamo.send(new PutItemCommand(item('b')));
  });

  it('adds to a denial what explainDenial says', async () => {
    const explainDenial = ({ action }: { readonly action: string }): string => `add ${action.split(':')[1]} to uses`;
    const running = await start({ S: template([]) }, { explainDenial });
    const { dynamo } = open(running, await keysOf(running));
    await expect(dynamo.send(new PutItemCommand(item('a')))).rejects.toThrow(/add PutItem to uses$/);
    expect(entries).toContainEqual(
      expect.objectContaining({ level: 'warn', part: 'iam', message: expect.stringMatching(/add PutItem to uses$/) }),
    );
  });

  it('shows the decisions beside the site', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'gateway-local-'));
    await mkdir(join(directory, 'web'));
    await writeFile(join(directory, 'web', 'index.html'), '<h1>console</h1>');
    const site = { directory: join(directory, 'web'), config: () => ({}) };
    const running = await start({ S: { Resources: { ...template([]).Resources, ...restResources('Other') } } }, { site });
    const { dynamo } = open(running, await keysOf(running));
    await expect(dynamo.send(new PutItemCommand(item('a')))).rejects.toThrow();
    const document = (await (await fetch(`${running.siteUrl}/_stage/decisions?limit=1`)).json()) as Record<string, unknown>;
    expect(document).toMatchObject({
      decisions: [{ role: 'FnRole', action: 'dynamodb:PutItem', allowed: false }],
      counts: [{ role: 'FnRole', action: 'dynamodb:PutItem', denied: 1 }],
    });
    await rm(directory, { recursive: true });
  });

  it('does not start with a policy that cannot be read', async () => {
    const wrong = { Action: 's3:GetObject', Resource: '*', Condition: { Like: { 'aws:username': 'a' } } } as AllowedActions;
    await expect(start({ S: template([wrong]) })).rejects.toThrow(
      '[TEMPLATE_INVALID] policy FnRolePolicy: statement 1: got condition operator Like',
    );
  });
});

const analyticsRole = `arn:aws:iam::${ANALYTICS}:role/analytics-access`;

/** A table and a role in another account, that trusts the gateway's with an external id. */
function analytics(): Template {
  const trust = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${MAIN}:role/S-FnRole` },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': 'gateway' } },
      },
    ],
  };
  const table = { ...tableResource, Properties: { ...tableResource.Properties, TableName: 'Stats' } };
  const roles = roleResources(
    'Access',
    [{ Action: ['dynamodb:PutItem', 'dynamodb:GetItem'], Resource: { 'Fn::GetAtt': ['Stats', 'Arn'] } }],
    trust,
  );
  const access = { ...roles.Access!, Properties: { ...roles.Access!.Properties, RoleName: 'analytics-access' } };
  const theirs = { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'their-files' } };
  return {
    Resources: { Stats: table, Theirs: theirs, ...roles, Access: access },
    Outputs: { Stats: { Value: { 'Fn::GetAtt': ['Stats', 'Arn'] } } },
  };
}

const environments = { Analytics: `aws://${ANALYTICS}/${region}` };

function startTwo(statements: readonly AllowedActions[], main: Template['Resources'] = {}): Promise<Stage> {
  return start({ Analytics: analytics(), S: template(statements, main) }, { environments });
}

const mayAssume = { Action: 'sts:AssumeRole', Resource: analyticsRole };
const assume = (more: Partial<AssumeRoleCommandInput> = {}) =>
  new AssumeRoleCommand({ RoleArn: analyticsRole, RoleSessionName: 'fn', ExternalId: 'gateway', ...more });

async function session(running: Stage, more: Partial<AssumeRoleCommandInput> = {}): Promise<Credentials> {
  const { Credentials: given } = await open(running, await keysOf(running)).sts.send(assume(more));
  return { accessKeyId: given!.AccessKeyId!, secretAccessKey: given!.SecretAccessKey!, sessionToken: given!.SessionToken! };
}

describe('two accounts', () => {
  it('have their own ARNs, tables and buckets', async () => {
    const running = await startTwo([{ Action: ['dynamodb:*', 's3:*'], Resource: '*' }], {
      Stats: { ...tableResource, Properties: { ...tableResource.Properties, TableName: 'Stats' } },
    });
    expect(running.environment.accountId).toBe(MAIN);
    expect(running.outputs['Analytics.Stats']).toBe(`arn:aws:dynamodb:us-east-1:${ANALYTICS}:table/Stats`);
    const operator = open(running, running.operator);
    await operator.dynamo.send(new PutItemCommand({ TableName: running.outputs['Analytics.Stats'], Item: { id: { S: 'theirs' } } }));
    const read = async (TableName: string) =>
      (await operator.dynamo.send(new GetItemCommand({ TableName, Key: { id: { S: 'theirs' } } }))).Item;
    expect(await read(running.outputs['Analytics.Stats']!)).toEqual({ id: { S: 'theirs' } });
    expect(await read('Stats')).toBeUndefined();
    expect((await operator.s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual(['files']);
    const { dynamo, s3 } = open(running, await keysOf(running));
    const foreign = new GetItemCommand({ TableName: running.outputs['Analytics.Stats'], Key: { id: { S: 'theirs' } } });
    await expect(dynamo.send(foreign)).rejects.toThrow('because no resource-based policy allows the dynamodb:GetItem action');
    await expect(s3.send(new PutObjectCommand({ Bucket: 'their-files', Key: 'a', Body: 'x' }))).rejects.toThrow(
      'because no resource-based policy allows the s3:PutObject action',
    );
  });

  it('let a role of one act in the other: AssumeRole with an external id', async () => {
    const running = await startTwo([mayAssume]);
    const { dynamo, sts } = open(running, await session(running));
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: `arn:aws:sts::${ANALYTICS}:assumed-role/analytics-access/fn`,
      Account: ANALYTICS,
      UserId: expect.stringMatching(/^AROA[A-Z0-9]{17}:fn$/),
    });
    await dynamo.send(new PutItemCommand({ TableName: 'Stats', Item: { id: { S: 'a' } } }));
    expect((await dynamo.send(new GetItemCommand({ TableName: 'Stats', Key: { id: { S: 'a' } } }))).Item).toEqual({ id: { S: 'a' } });
    await expect(dynamo.send(new QueryCommand({ TableName: 'Stats', KeyConditionExpression: 'id = a' }))).rejects.toThrow(
      'dynamodb:Query on resource',
    );
  });

  it('do not share exports', async () => {
    const importing: Template = { Outputs: { Name: { Value: { 'Fn::ImportValue': 'stats' } } } };
    const exporting = analytics();
    const outputs = { Stats: { Value: 'Stats', Export: { Name: 'stats' } } };
    const stacks = { Analytics: { ...exporting, Outputs: outputs }, S: { ...template([]), ...importing } };
    await expect(start(stacks, { environments })).rejects.toThrow(
      `stats is exported in account ${ANALYTICS}, not in ${MAIN}; give the resource a name and use that`,
    );
  });
});

describe('AssumeRole', () => {
  it.each<[string, readonly AllowedActions[], Partial<AssumeRoleCommandInput>, string]>([
    ['without an identity policy', [], {}, 'because no identity-based policy allows the sts:AssumeRole action'],
    ['without the external id', [mayAssume], { ExternalId: undefined }, 'because no role trust policy allows the sts:AssumeRole action'],
    ['with another external id', [mayAssume], { ExternalId: 'other' }, 'because no role trust policy allows the sts:AssumeRole action'],
    [
      'of a role that is not there',
      [{ Action: 'sts:AssumeRole', Resource: '*' }],
      { RoleArn: `${analyticsRole}-2` },
      `is not authorized to perform: sts:AssumeRole on resource: ${analyticsRole}-2`,
    ],
  ])('%s is AccessDenied', async (_, statements, more, message) => {
    const running = await startTwo(statements);
    await expect(session(running, more)).rejects.toMatchObject({ name: 'AccessDenied', message: expect.stringContaining(message) });
  });

  it.each<[string, Partial<AssumeRoleCommandInput>, string, string]>([
    ['a session of 10 minutes', { DurationSeconds: 600 }, 'ValidationError', 'a whole number from 900 to 43200'],
    [
      'a session over the maximum of the role',
      { DurationSeconds: 7200 },
      'ValidationError',
      'exceeds the MaxSessionDuration set for this role',
    ],
    ['a name with a slash', { RoleSessionName: 'a/b' }, 'ValidationError', "Value 'a/b' at 'roleSessionName'"],
    [
      'a policy that is none',
      { Policy: '{"Statement":[{"Effect":"Maybe"}]}' },
      'MalformedPolicyDocumentException',
      'expected Allow or Deny',
    ],
    ['session tags', { Tags: [{ Key: 'a', Value: 'b' }] }, 'ValidationError', 'Tags is not served by the local stage'],
  ])('refuses %s', async (_, more, name, message) => {
    const running = await startTwo([mayAssume]);
    await expect(session(running, more)).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
  });

  it('narrows the session by a session policy', async () => {
    const running = await startTwo([mayAssume]);
    const onlyPut = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: '*' }] };
    const { dynamo } = open(running, await session(running, { Policy: JSON.stringify(onlyPut) }));
    await dynamo.send(new PutItemCommand({ TableName: 'Stats', Item: { id: { S: 'a' } } }));
    await expect(dynamo.send(new GetItemCommand({ TableName: 'Stats', Key: { id: { S: 'a' } } }))).rejects.toThrow(
      'because no session policy allows the dynamodb:GetItem action',
    );
  });

  it('gives keys that expire by the clock: ExpiredToken, or ExpiredTokenException', async () => {
    const running = await startTwo([mayAssume]);
    const credentials = await session(running, { DurationSeconds: 900 });
    await clock.advance(900_000);
    const settings = { endpoint: running.awsUrl, region, credentials, maxAttempts: 1, systemClockOffset: clock.now() - Date.now() };
    const late = { dynamo: new DynamoDBClient(settings), s3: new S3Client(settings), sts: new STSClient(settings) };
    clients.push(...Object.values(late));
    const get = new GetItemCommand({ TableName: 'Stats', Key: { id: { S: 'a' } } });
    await expect(late.dynamo.send(get)).rejects.toMatchObject({ name: 'ExpiredTokenException' });
    await expect(late.s3.send(new ListBucketsCommand({}))).rejects.toMatchObject({ name: 'ExpiredToken' });
    await expect(late.sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ name: 'ExpiredToken' });
  });
});
