import { service } from '@org/gateway-core';
import { bucket, defineService, table } from '@org/gateway-server/service';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { grantPermissions, policyStatement } from './constructs/permissions.js';
import { resourceNamed, resourcesOf, synthesize } from './infra.fixture.js';
import { list, statementsOf, text } from './templates.js';

const stage = synthesize('local');

/** A role's statements as `[sid, actions, ARNs]`. */
function role(name: string): readonly unknown[] {
  return statementsOf(resourceNamed(stage.gateway, `${name}RoleDefaultPolicy`)).map(({ Sid, Action, Resource }) => [
    Sid ?? 'XRay',
    list(Action),
    list(Resource).map((arn) => text(arn, stage)),
  ]);
}

const logs = (name: string): readonly unknown[] => ['OwnLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], [`{${name}Logs.Arn}`]];
const xray = ['XRay', ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], ['*']];
const api = 'arn:{Partition}:execute-api:{Region}:{AccountId}:{SocketGatewayApi}';
const openConnections = [
  'OpenConnections',
  ['execute-api:ManageConnections'],
  [`${api}/prod/DELETE/@connections/*`, `${api}/prod/POST/@connections/*`],
];

describe('roles', () => {
  it('let documents use its tables, indexes and bodies, write subscriptions and publish', () => {
    expect(role('documentsService')).toEqual([
      logs('documentsService'),
      ['Documents', ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'], ['{Documents.Arn}']],
      ['DocumentsIndexes', ['dynamodb:Query'], ['{Documents.Arn}/index/byChange', '{Documents.Arn}/index/byFolder']],
      ['Folders', ['dynamodb:PutItem', 'dynamodb:Query'], ['{Folders.Arn}']],
      ['BodiesObjects', ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'], ['{Bodies.Arn}/*']],
      ['Bodies', ['s3:ListBucket'], ['{Bodies.Arn}']],
      ['Connections', ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], ['{Connections.Arn}']],
      ['Topics', ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'], ['{Topics.Arn}']],
      xray,
    ]);
  });

  it('let files use its table and the uploads under its prefix, and read who is connected', () => {
    expect(role('filesService')).toEqual([
      logs('filesService'),
      ['Files', ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'], ['{Files.Arn}']],
      ['FilesIndexes', ['dynamodb:Query'], ['{Files.Arn}/index/byChange']],
      ['UploadsObjects', ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'], ['{Uploads.Arn}/files/*']],
      ['Uploads', ['s3:ListBucket'], ['{Uploads.Arn}']],
      ['Connections', ['dynamodb:GetItem'], ['{Connections.Arn}']],
      xray,
    ]);
  });

  it('let system do nothing but read who is connected', () => {
    expect(role('systemService')).toEqual([logs('systemService'), ['Connections', ['dynamodb:GetItem'], ['{Connections.Arn}']], xray]);
  });

  it('let the socket function keep connections, invoke every service and post', () => {
    expect(role('SocketFunction')).toEqual([
      logs('SocketFunction'),
      [
        'Connections',
        ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
        ['{Connections.Arn}'],
      ],
      [
        'Services',
        ['lambda:InvokeFunction'],
        ['{documentsServiceFunction.Arn}', '{filesServiceFunction.Arn}', '{systemServiceFunction.Arn}'],
      ],
      openConnections,
      xray,
    ]);
  });

  it('let the fan-out read the log and its stream, move positions and post', () => {
    expect(role('FanoutFunction')).toEqual([
      logs('FanoutFunction'),
      ['Connections', ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'], ['{Connections.Arn}']],
      ['Topics', ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'], ['{Topics.Arn}']],
      openConnections,
      xray,
      ['TopicsStream', ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], ['{Topics.StreamArn}']],
      ['TopicsStreams', ['dynamodb:ListStreams'], ['{Topics.Arn}/stream/*']],
      ['Undelivered', ['sqs:SendMessage'], ['{TopicFanoutUndelivered.Arn}']],
    ]);
  });

  it('carry no managed policy, no inline policy and nobody but Lambda', () => {
    const roles = Object.values(resourcesOf(stage.gateway, 'AWS::IAM::Role'));
    expect(roles).toHaveLength(5);
    for (const { Properties } of roles) {
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
    Object.values(Resources).filter(({ Properties }) => Properties?.PolicyDocument !== undefined),
  );
  const allowed = policies.flatMap(statementsOf).filter(({ Effect }) => Effect === 'Allow');

  it('allow no wildcard action', () => {
    expect(allowed.length).toBeGreaterThan(20);
    expect(allowed.flatMap(({ Action }) => list(Action)).filter((action) => action.includes('*'))).toEqual([]);
  });

  it('allow traces and nothing else on every resource', () => {
    const everywhere = allowed.filter(({ Resource }) => list(Resource).includes('*'));
    expect(new Set(everywhere.flatMap(({ Action }) => list(Action)))).toEqual(
      new Set(['xray:PutTraceSegments', 'xray:PutTelemetryRecords']),
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

  it('of a second grant on the same part of a resource gets a number', () => {
    const uploads = bucket('Uploads');
    const deployed = new Map([['Uploads', { declaration: uploads.resource, location: 'uploads-1', arn: 'arn:aws:s3:::uploads-1' }]]);
    const grants = [uploads.allowUnder('avatars/', 'put'), uploads.allowUnder('files/', 'delete')];
    expect(grantPermissions(grants, deployed)).toEqual([
      { sid: 'UploadsObjects', actions: ['s3:PutObject'], resources: ['arn:aws:s3:::uploads-1/avatars/*'] },
      { sid: 'UploadsObjects2', actions: ['s3:DeleteObject'], resources: ['arn:aws:s3:::uploads-1/files/*'] },
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

  it('are refused when one name stands for two resources', () => {
    const services = [one('one', bucket('Files')), one('two', bucket('Files', { browserUploads: true }))];
    expect(() => synthesize('local', {}, { services })).toThrow('[SERVICE] two uses a bucket called "Files", which is another bucket too');
  });

  it('are refused when a resource takes the name of a table of the gateway', () => {
    expect(() => synthesize('local', {}, { services: [one('one', bucket('Topics'))] })).toThrow("which is the gateway's own table too");
  });

  it('are refused when one is called as a function of the gateway', () => {
    expect(() => synthesize('local', {}, { services: [one('socket', bucket('Files'))] })).toThrow('[SERVICE] a service is called "socket"');
  });

  it('share a resource that both declare alike', () => {
    const { data } = synthesize('local', {}, { services: [one('one', bucket('Files')), one('two', bucket('Files'))] });
    expect(Object.keys(resourcesOf(data, 'AWS::S3::Bucket'))).toEqual(['Files']);
  });
});
