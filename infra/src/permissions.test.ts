import { type AnyService, service } from '@org/gateway-core';
import { bucket, defineService, serviceFunction, table } from '@org/gateway-server/service';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { grantPermissions, policyStatement } from './constructs/permissions.js';
import type { Declarations } from './declarations.js';
import { resourceNamed, resourcesOf, synthesize } from './infra.fixture.js';
import { list, type StageTemplates, statementsOf, text } from './templates.js';

const stage = synthesize('local');

/** A role's statements as `[sid, actions, ARNs, conditions]`. */
function roleOf(templates: StageTemplates, name: string): readonly (readonly unknown[])[] {
  return statementsOf(resourceNamed(templates.gateway, `${name}RoleDefaultPolicy`)).map(({ Sid, Action, Resource, Condition }) => [
    Sid ?? 'XRay',
    list(Action),
    list(Resource).map((arn) => text(arn, templates)),
    ...(Condition === undefined ? [] : [Condition]),
  ]);
}

const role = (name: string) => roleOf(stage, name);

const logs = (name: string): readonly unknown[] => ['OwnLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], [`{${name}Logs.Arn}`]];
const xray = ['XRay', ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], ['*']];
const connections = ['Connections', ['dynamodb:GetItem'], ['{Connections.Arn}']];
/** Reads what callers uploaded, keeps what is too large to be sent. */
const payloads = [
  ['PayloadsObjects', ['s3:GetObject'], ['{Payloads.Arn}/in/*']],
  ['Payloads', ['s3:ListBucket'], ['{Payloads.Arn}']],
  ['PayloadsObjects2', ['s3:GetObject', 's3:PutObject'], ['{Payloads.Arn}/out/*']],
];
const api = 'arn:{Partition}:execute-api:{Region}:000000000000:{SocketGatewayApi}';
const openConnections = [
  'OpenConnections',
  ['execute-api:ManageConnections'],
  [`${api}/prod/DELETE/@connections/*`, `${api}/prod/POST/@connections/*`],
];

describe('roles', () => {
  it('let a service use its tables, indexes and bodies, write subscriptions and publish to its own topics', () => {
    expect(role('documentsService')).toEqual([
      logs('documentsService'),
      ['Documents', ['dynamodb:GetItem', 'dynamodb:PutItem'], ['{Documents.Arn}']],
      ['DocumentsIndexes', ['dynamodb:Query'], ['{Documents.Arn}/index/byFolder']],
      ['BodiesObjects', ['s3:GetObject', 's3:PutObject'], ['{Bodies.Arn}/*']],
      ['Bodies', ['s3:ListBucket'], ['{Bodies.Arn}']],
      ['DocumentEvents', ['sns:Publish'], ['{DocumentEvents}']],
      [
        'Connections',
        ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
        ['{Connections.Arn}'],
      ],
      [
        'Topics',
        ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
        ['{Topics.Arn}'],
        { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['T#documents.changes/*'] } },
      ],
      ...payloads,
      xray,
    ]);
  });

  it('let it use objects under its prefix, list no others, put messages on a table, and keep replies of its mutations', () => {
    expect(role('filesService')).toEqual([
      logs('filesService'),
      ['UploadsObjects', ['s3:PutObject'], ['{Uploads.Arn}/files/*']],
      ['Uploads', ['s3:ListBucket'], ['{Uploads.Arn}'], { StringLike: { 's3:prefix': ['files/*'] } }],
      ['FileEvents', ['dynamodb:PutItem'], ['{FileEvents.Arn}']],
      connections,
      ...payloads,
      ['Replies', ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], ['{Replies.Arn}']],
      xray,
    ]);
  });

  it('let it search one index, call one service, and act in another account only by assuming one role', () => {
    const index = '{Search.Arn}/documents-index';
    expect(role('searchService')).toEqual([
      logs('searchService'),
      ['DocumentsIndexPaths', ['es:ESHttpPost'], [`${index}/_search`]],
      ['DocumentsIndexPaths2', ['es:ESHttpGet'], [`${index}/_doc/*`]],
      ['FunctionIndexing', ['lambda:InvokeFunction'], ['{indexingServiceFunction.Arn}']],
      ['AccountAnalytics', ['sts:AssumeRole'], ['arn:aws:iam::111111111111:role/gateway-local-search-access']],
      connections,
      ...payloads,
      xray,
    ]);
  });

  it('let it ask the provider of answers that the stage has, and invoke one endpoint', () => {
    const asked = (stage: string) => roleOf(synthesize(stage), 'helpService').find(([sid]) => sid === 'Help');
    expect(asked('local')).toEqual([
      'Help',
      ['kendra:Query'],
      ['arn:{Partition}:kendra:{Region}:000000000000:index/11111111-2222-4333-8444-555555555555'],
    ]);
    expect(asked('everything')).toEqual([
      'Help',
      ['bedrock:Retrieve'],
      ['arn:{Partition}:bedrock:{Region}:000000000000:knowledge-base/LOCALKB001'],
    ]);
    expect(roleOf(synthesize('production'), 'helpService').find(([sid]) => sid === 'Classifier')).toEqual([
      'Classifier',
      ['sagemaker:InvokeEndpoint', 'sagemaker:InvokeEndpointWithResponseStream'],
      ['arn:{Partition}:sagemaker:{Region}:111122223333:endpoint/example-classifier'],
    ]);
  });

  it('let it ask for named fields of a GraphQL API, and need nothing where a key is asked for', () => {
    expect(roleOf(synthesize('everything'), 'catalogueService').find(([sid]) => sid === 'LibraryFields')).toEqual([
      'LibraryFields',
      ['appsync:GraphQL'],
      ['{LibraryGraphApi.Arn}/types/Query/fields/document'],
    ]);
    const keyed = synthesize('everything', { graph: { auth: 'api-key', keyExpiresOn: '2027-06-30' } });
    expect(roleOf(keyed, 'catalogueService').map(([sid]) => sid)).toEqual([
      'OwnLogs',
      'Connections',
      'PayloadsObjects',
      'Payloads',
      'PayloadsObjects2',
      'XRay',
    ]);
  });

  it('let an internal service do its own work, and keep the calls it failed', () => {
    expect(role('indexingService')).toEqual([
      logs('indexingService'),
      ['DocumentsIndexPaths', ['es:ESHttpPost'], ['{Search.Arn}/documents-index-write/_bulk']],
      ['DocumentsIndexPaths2', ['es:ESHttpPut'], ['{Search.Arn}/documents-index']],
      xray,
      ['OwnDeadLetters', ['sqs:SendMessage'], ['{IndexingDeadLetters.Arn}']],
    ]);
  });

  it('let a worker of messages use its partitions, publish what it announces, and poll its own queue', () => {
    expect(role('labellerWorker')).toEqual([
      logs('labellerWorker'),
      ['Activity', ['dynamodb:PutItem'], ['{Activity.Arn}'], { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['label/*'] } }],
      [
        'Topics',
        ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
        ['{Topics.Arn}'],
        { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['T#documents.changes/*'] } },
      ],
      xray,
      ['OwnQueue', ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'], ['{LabellerQueue.Arn}']],
    ]);
  });

  it('let a worker of changes read its own stream, and publish to topics of another service', () => {
    expect(role('indexerWorker')).toEqual([
      logs('indexerWorker'),
      ['DocumentsIndexPaths', ['es:ESHttpPost'], ['{Search.Arn}/documents-index-write/_bulk']],
      [
        'TopicsDocuments',
        ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
        ['{Topics.Arn}'],
        { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['T#documents.changes/*'] } },
      ],
      xray,
      ['OwnStream', ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], ['{Documents.StreamArn}']],
      ['OwnStreams', ['dynamodb:ListStreams'], ['{Documents.Arn}/stream/*']],
      ['OwnDeadLetters', ['sqs:SendMessage'], ['{IndexerDeadLetters.Arn}']],
    ]);
  });

  it('let a service without resources do nothing but read who is connected, and carry large messages', () => {
    expect(role('systemService')).toEqual([logs('systemService'), connections, ...payloads, xray]);
  });

  it('let the socket function keep connections, invoke every service that is reached by it, and post', () => {
    expect(role('SocketFunction')).toEqual([
      logs('SocketFunction'),
      [
        'Connections',
        ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
        ['{Connections.Arn}'],
      ],
      ['Topics', ['dynamodb:GetItem', 'dynamodb:Query'], ['{Topics.Arn}']],
      [
        'Services',
        ['lambda:InvokeFunction'],
        ['documents', 'files', 'help', 'search', 'system'].map((name) => `{${name}ServiceFunction.Arn}`),
      ],
      openConnections,
      ['PayloadsObjects', ['s3:PutObject'], ['{Payloads.Arn}/in/*']],
      ['PayloadsObjects2', ['s3:GetObject'], ['{Payloads.Arn}/out/*']],
      xray,
    ]);
  });

  it('let the fan-out read the log and its stream, move positions and post', () => {
    expect(role('FanoutFunction')).toEqual([
      logs('FanoutFunction'),
      ['Connections', ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'], ['{Connections.Arn}']],
      ['Topics', ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'], ['{Topics.Arn}']],
      ['Pushes', ['sqs:SendMessage'], ['{Pushes.Arn}']],
      openConnections,
      ['PayloadsObjects', ['s3:GetObject'], ['{Payloads.Arn}/out/*']],
      xray,
      ['TopicsStream', ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], ['{Topics.StreamArn}']],
      ['TopicsStreams', ['dynamodb:ListStreams'], ['{Topics.Arn}/stream/*']],
      ['Undelivered', ['sqs:SendMessage'], ['{TopicFanoutUndelivered.Arn}']],
    ]);
  });

  it('let the push function read events and followers, clean up after those that are gone, and post', () => {
    expect(role('PushFunction')).toEqual([
      logs('PushFunction'),
      ['Connections', ['dynamodb:DeleteItem', 'dynamodb:Query', 'dynamodb:UpdateItem'], ['{Connections.Arn}']],
      ['Topics', ['dynamodb:Query'], ['{Topics.Arn}']],
      openConnections,
      ['PayloadsObjects', ['s3:GetObject'], ['{Payloads.Arn}/out/*']],
      xray,
      ['OwnQueue', ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'], ['{Pushes.Arn}']],
    ]);
  });

  it('carry no managed policy, no inline policy and nobody but Lambda', () => {
    const roles = Object.entries(resourcesOf(stage.gateway, 'AWS::IAM::Role')).filter(([id]) => !id.startsWith('Classifier'));
    expect(roles).toHaveLength(14);
    for (const [, { Properties }] of roles) {
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
      expect(Properties).not.toHaveProperty('Policies');
      expect(Properties.AssumeRolePolicyDocument).toEqual({
        Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } }],
        Version: '2012-10-17',
      });
    }
  });
});

describe('policies', () => {
  const policies = [stage.data, stage.gateway].flatMap(({ Resources }) =>
    Object.values(Resources).filter(
      ({ Properties }) => (Properties?.PolicyDocument as { readonly Statement?: unknown } | undefined)?.Statement !== undefined,
    ),
  );
  const allowed = policies.flatMap(statementsOf).filter(({ Effect }) => Effect === 'Allow');

  it('allow no wildcard action', () => {
    expect(allowed.length).toBeGreaterThan(20);
    expect(allowed.flatMap(({ Action }) => list(Action)).filter((action) => action.includes('*'))).toEqual([]);
  });

  it('allow nothing on every resource but what AWS gives no resource: traces, and the logins and metrics of a model', () => {
    const everywhere = allowed.filter(({ Resource }) => list(Resource).includes('*'));
    expect(new Set(everywhere.flatMap(({ Action }) => list(Action)))).toEqual(
      new Set(['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'ecr:GetAuthorizationToken', 'cloudwatch:PutMetricData']),
    );
  });

  it('have unique Sids', () => {
    for (const policy of policies) {
      const sids = statementsOf(policy).flatMap(({ Sid }) => Sid ?? []);
      expect(new Set(sids).size).toBe(sids.length);
    }
  });
});

describe('a permission', () => {
  it('is refused with a wildcard action', () => {
    expect(() => policyStatement({ sid: 'Documents', actions: ['dynamodb:Get*'], resources: ['arn:aws:dynamodb:::table/x'] })).toThrow(
      '[IAM] Documents asks for "dynamodb:Get*", expected named actions on named resources',
    );
  });

  it('is refused on every resource', () => {
    expect(() => policyStatement({ sid: 'Documents', actions: ['dynamodb:GetItem'], resources: ['*'] })).toThrow('asks for "*"');
  });

  it('may end in a wildcard below a name, with a reason', () => {
    const stream = { sid: 'Streams', actions: ['dynamodb:ListStreams'], resources: ['arn:aws:dynamodb:::table/x/stream/*'] };
    expect(() => policyStatement(stream)).toThrow('[IAM] Streams asks for "arn:aws:dynamodb:::table/x/stream/*"');
    expect(policyStatement({ ...stream, wildcard: 'AWS asks for it.' }).resources).toEqual(stream.resources);
    expect(() => policyStatement({ ...stream, resources: ['arn:aws:dynamodb:::table/*/stream/x'], wildcard: 'no' })).toThrow('asks for');
  });

  it('of a second grant on the same part of a resource gets a number', () => {
    const uploads = bucket('Uploads');
    const deployed = new Map([['Uploads', { declaration: uploads.resource, location: 'uploads-1', arn: 'arn:aws:s3:::uploads-1' }]]);
    const wildcard = 'Keys of objects are made at run time, below the granted prefix.';
    const grants = [uploads.allowUnder('avatars/', 'put'), uploads.allowUnder('files/', 'delete')];
    expect(grantPermissions(grants, deployed)).toEqual([
      { sid: 'UploadsObjects', actions: ['s3:PutObject'], resources: ['arn:aws:s3:::uploads-1/avatars/*'], wildcard },
      { sid: 'UploadsObjects2', actions: ['s3:DeleteObject'], resources: ['arn:aws:s3:::uploads-1/files/*'], wildcard },
    ]);
  });

  it('on a resource that is not deployed is refused', () => {
    const notes = table('Notes', { item: () => z.object({ id: z.string() }), partitionKey: 'id' });
    expect(() => grantPermissions([notes.allow('get')], new Map())).toThrow('[IAM] table Notes is used but not deployed');
  });
});

describe('services that cannot be deployed together', () => {
  const one = (name: string, resource: ReturnType<typeof bucket>) =>
    defineService(service(name, {}), { uses: { files: resource.allow('get') } });
  const together = (...services: Declarations['services']) => synthesize('local', {}, { declarations: { services, workers: [] } });

  it('are refused when one name stands for two resources', () => {
    expect(() => together(one('one', bucket('Files')), one('two', bucket('Files', { browserUploads: true })))).toThrow(
      '[SERVICE] two uses a bucket called "Files", which is another bucket too',
    );
  });

  it('are refused when a resource takes the name of a table of the gateway', () => {
    expect(() => together(one('one', bucket('Topics')))).toThrow("which is the gateway's own too");
  });

  it('are refused when one is called as a function of the gateway', () => {
    expect(() => together(one('socket', bucket('Files')))).toThrow('[SERVICE] a service is called "socket"');
  });

  it('are refused when they call each other in a circle', () => {
    const [ping, pong] = [service('ping', {}), service('pong', {})];
    const calling = (own: AnyService, other: AnyService) => defineService(own, { uses: { other: serviceFunction(other).allow() } });
    expect(() => together(calling(ping, pong), calling(pong, ping))).toThrow(
      '[SERVICE] services call each other in a circle: ping -> pong -> ping; let one tell the other by a bus',
    );
    expect(() => together(calling(ping, pong))).toThrow('[SERVICE] ping calls the service "pong", which is not deployed');
  });

  it('share a resource that both declare alike', () => {
    const { data } = together(one('one', bucket('Files')), one('two', bucket('Files')));
    expect(Object.keys(resourcesOf(data, 'AWS::S3::Bucket'))).toEqual(['Payloads', 'Files']);
  });
});
