import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutation, query, service } from '@org/gateway-core';
import { defineService } from '@org/gateway-server/service';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resourceNamed, resourcesOf, synthesize } from './infra.fixture.js';
import { type StageTemplates, text } from './templates.js';

const local = synthesize('local');
const production = synthesize('production');

const STATEFUL = ['AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table', 'AWS::S3::Bucket'];

function types({ gateway }: StageTemplates): ReadonlySet<string> {
  return new Set(Object.values(gateway.Resources).map(({ Type }) => Type));
}

/** Environment of a function, intrinsics as text. */
function environment(name: string): Readonly<Record<string, string>> {
  const { Variables } = resourceNamed(local.gateway, name).Properties.Environment as { Variables: Readonly<Record<string, unknown>> };
  return Object.fromEntries(Object.entries(Variables).map(([variable, value]) => [variable, text(value, local)]));
}

describe('the data stack', () => {
  it('holds every table and bucket, the gateway stack none', () => {
    const stateful = Object.entries(local.data.Resources).filter(([, { Type }]) => STATEFUL.includes(Type));
    expect(stateful.map(([id]) => id).sort()).toEqual([
      'Activity',
      'Bodies',
      'Connections',
      'Documents',
      'FileEvents',
      'Payloads',
      'Replies',
      'Topics',
      'Uploads',
    ]);
    expect(STATEFUL.filter((type) => types(local).has(type))).toEqual([]);
  });

  it('is kept, protected and recoverable in production', () => {
    for (const [id, resource] of Object.entries(production.data.Resources)) {
      if (!STATEFUL.includes(resource.Type)) continue;
      expect([id, resource.DeletionPolicy, resource.UpdateReplacePolicy]).toEqual([id, 'Retain', 'Retain']);
    }
    for (const { Properties } of Object.values(resourcesOf(production.data, 'AWS::DynamoDB::GlobalTable'))) {
      expect(Properties.Replicas).toMatchObject([
        { DeletionProtectionEnabled: true, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } },
      ]);
    }
    for (const { Properties } of Object.values(resourcesOf(production.data, 'AWS::S3::Bucket'))) {
      expect(Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
    }
  });

  it('refers to nothing of the gateway stack', () => {
    expect(JSON.stringify(local.data)).not.toContain('Fn::GetStackOutput');
    expect(JSON.stringify(local.data)).not.toContain('Fn::ImportValue');
  });

  it('gives the gateway three tables of string keys that expire, and only topics a stream', () => {
    const keys = [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ];
    const attributes = [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ];
    const shared = {
      KeySchema: keys,
      AttributeDefinitions: attributes,
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    };
    expect(resourceNamed(local.data, 'Topics').Properties).toMatchObject({
      ...shared,
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    });
    for (const name of ['Connections', 'Replies']) {
      expect(resourceNamed(local.data, name).Properties).toMatchObject(shared);
      expect(resourceNamed(local.data, name).Properties).not.toHaveProperty('StreamSpecification');
    }
  });

  it('has a table of replies only where clients can send a mutation', () => {
    const reading = defineService(service('reading', { get: query({}) }), { uses: {} });
    const internal = defineService(service('inside', { write: mutation({}) }), { uses: {}, internal: true });
    const { data } = synthesize('local', {}, { declarations: { services: [reading, internal], workers: [] } });
    expect(Object.keys(resourcesOf(data, 'AWS::DynamoDB::GlobalTable'))).toEqual(['Connections', 'Topics']);
  });

  it('keeps buckets private and clears away half-finished uploads', () => {
    const buckets = Object.entries(resourcesOf(local.data, 'AWS::S3::Bucket'));
    for (const [, { Properties }] of buckets) {
      expect(Properties).toMatchObject({
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        LifecycleConfiguration: {
          Rules: expect.arrayContaining([
            expect.objectContaining({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 }, Status: 'Enabled' }),
          ]),
        },
      });
    }
    expect(buckets.map(([id]) => id)).toEqual(['Payloads', 'Bodies', 'Uploads']);
    expect(Object.keys(resourcesOf(local.data, 'AWS::S3::BucketPolicy'))).toHaveLength(3);
  });

  it('deletes large messages: what was put the next day, what is sent when its event is gone', () => {
    const { LifecycleConfiguration } = resourceNamed(production.data, 'Payloads').Properties;
    const rules = (
      LifecycleConfiguration as { readonly Rules: readonly { readonly Prefix?: string; readonly ExpirationInDays?: number }[] }
    ).Rules;
    expect(rules.flatMap(({ Prefix, ExpirationInDays }) => (Prefix === undefined ? [] : [[Prefix, ExpirationInDays]]))).toEqual([
      ['in/', 1],
      ['out/1/', 1],
      ['out/8/', 8],
      ['out/31/', 31],
      ['out/366/', 366],
    ]);
  });

  it('lets browsers reach only buckets for their uploads, from the allowed origins', () => {
    expect(resourceNamed(production.data, 'Bodies').Properties).not.toHaveProperty('CorsConfiguration');
    expect(resourceNamed(production.data, 'Uploads').Properties.CorsConfiguration).toEqual({
      CorsRules: [
        {
          AllowedMethods: ['GET', 'HEAD', 'PUT', 'POST'],
          AllowedOrigins: ['https://app.example.com'],
          AllowedHeaders: ['*'],
          ExposedHeaders: ['ETag'],
          MaxAge: 7_200,
        },
      ],
    });
  });
});

describe('functions', () => {
  it('run Node 24 on arm64, traced, with JSON logs that expire', () => {
    const functions = Object.values(resourcesOf(local.gateway, 'AWS::Lambda::Function'));
    expect(functions).toHaveLength(14);
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        TracingConfig: { Mode: 'Active' },
        LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: expect.any(String) } },
      });
    }
    const groups = Object.values(resourcesOf(local.gateway, 'AWS::Logs::LogGroup'));
    expect(groups).toHaveLength(16);
    for (const { Properties } of groups) expect(Properties.RetentionInDays).toBe(1);
  });

  it('have the memory and timeout of their declaration', () => {
    expect(resourceNamed(local.gateway, 'documentsServiceFunction').Properties).toMatchObject({ MemorySize: 512, Timeout: 28 });
    expect(resourceNamed(local.gateway, 'systemServiceFunction').Properties).toMatchObject({ MemorySize: 256, Timeout: 28 });
  });

  it('are told only what they need', () => {
    const node = { NODE_OPTIONS: '--enable-source-maps' };
    const identity = '{"issuer":"http://issuer.localhost","audience":"gateway"}';
    const service = (name: string) => ({
      ...node,
      GATEWAY_SERVICE: name,
      GATEWAY_ALLOWED_ORIGIN: '*',
      GATEWAY_CONNECTIONS_TABLE: '{Connections}',
      GATEWAY_IDENTITY: identity,
      GATEWAY_PAYLOADS_BUCKET: '{Payloads}',
    });
    const endpoint = 'https://{SocketGatewayApi}.execute-api.{Region}.{URLSuffix}/prod';
    expect(environment('systemServiceFunction')).toEqual(service('system'));
    expect(environment('filesServiceFunction')).toEqual({
      ...service('files'),
      GATEWAY_REPLIES_TABLE: '{Replies}',
      RES_Uploads: '{Uploads}',
      RES_FileEvents: '{FileEvents}',
    });
    expect(environment('documentsServiceFunction')).toEqual({
      ...service('documents'),
      GATEWAY_TOPICS_TABLE: '{Topics}',
      RES_Documents: '{Documents}',
      RES_Bodies: '{Bodies}',
      RES_DocumentEvents: '{DocumentEvents}',
    });
    expect(environment('searchServiceFunction')).toEqual({
      ...service('search'),
      RES_DocumentsIndex: 'https://{Search.DomainEndpoint}',
      RES_SearchStats: 'gateway-local-SearchStats',
      RES_Exports: 'gateway-local-exports-111111111111',
      RES_FunctionIndexing: '{indexingServiceFunction}',
      ACCOUNT_analytics:
        '{"roleArn":"arn:aws:iam::111111111111:role/gateway-local-search-access","externalId":"gateway-local","region":"us-east-1"}',
    });
    expect(environment('helpServiceFunction')).toEqual({
      ...service('help'),
      RES_Help: 'kendra:11111111-2222-4333-8444-555555555555',
      RES_Classifier: '{ClassifierModelEndpoint.EndpointName}',
    });
    expect(environment('indexingServiceFunction')).toEqual({
      ...node,
      GATEWAY_SERVICE: 'indexing',
      RES_DocumentsIndex: 'https://{Search.DomainEndpoint}',
    });
    expect(environment('labellerWorkerFunction')).toEqual({
      ...node,
      GATEWAY_CONNECTIONS_TABLE: '{Connections}',
      GATEWAY_TOPICS_TABLE: '{Topics}',
      RES_Activity: '{Activity}',
    });
    expect(environment('auditorWorkerFunction')).toEqual(node);
    expect(environment('SocketFunction')).toEqual({
      ...node,
      GATEWAY_ALLOWED_ORIGIN: '*',
      GATEWAY_CONNECTIONS_TABLE: '{Connections}',
      GATEWAY_IDENTITY: identity,
      GATEWAY_TOPICS_TABLE: '{Topics}',
      GATEWAY_PAYLOADS_BUCKET: '{Payloads}',
      GATEWAY_SOCKET_ENDPOINT: endpoint,
      GATEWAY_SERVICE_FUNCTIONS:
        '{"documents":"{documentsServiceFunction}","files":"{filesServiceFunction}","system":"{systemServiceFunction}",' +
        '"search":"{searchServiceFunction}","help":"{helpServiceFunction}"}',
    });
    expect(environment('FanoutFunction')).toEqual({
      ...node,
      GATEWAY_PUSH_QUEUE: '{Pushes}',
      GATEWAY_CONNECTIONS_TABLE: '{Connections}',
      GATEWAY_TOPICS_TABLE: '{Topics}',
      GATEWAY_PAYLOADS_BUCKET: '{Payloads}',
      GATEWAY_SOCKET_ENDPOINT: endpoint,
    });
    expect(environment('PushFunction')).toEqual({
      ...node,
      GATEWAY_CONNECTIONS_TABLE: '{Connections}',
      GATEWAY_TOPICS_TABLE: '{Topics}',
      GATEWAY_PAYLOADS_BUCKET: '{Payloads}',
      GATEWAY_SOCKET_ENDPOINT: endpoint,
    });
  });
});

describe('a stage', () => {
  it('names itself and its addresses', () => {
    const { Outputs } = local.gateway;
    expect(Object.fromEntries(Object.entries(Outputs ?? {}).map(([name, { Value }]) => [name, text(Value, local)]))).toEqual({
      Stage: 'local',
      RestUrl: 'https://{RestGatewayApi}.execute-api.{Region}.{URLSuffix}/prod',
      SocketUrl: 'wss://{SocketGatewayApi}.execute-api.{Region}.{URLSuffix}/prod',
    });
  });

  it('stays far below the 500 resources of a stack', () => {
    expect(Object.keys(production.gateway.Resources).length).toBeLessThan(270);
    expect(Object.keys(production.data.Resources).length).toBeLessThan(50);
  });

  it('can have REST only: no socket, no function behind it', () => {
    const restOnly = synthesize('local', { socket: false });
    expect([...types(restOnly)].filter((type) => type.startsWith('AWS::ApiGatewayV2'))).toEqual([]);
    expect(Object.keys(resourcesOf(restOnly.gateway, 'AWS::Lambda::Function'))).toHaveLength(10);
    expect(Object.keys(restOnly.gateway.Outputs ?? {})).toEqual(['Stage', 'RestUrl']);
  });

  it('can have the WebSocket only: no REST', () => {
    const socketOnly = synthesize('production', { rest: false, waf: false, stage: 'staging' });
    expect([...types(socketOnly)].filter((type) => type.startsWith('AWS::ApiGateway:'))).toEqual(['AWS::ApiGateway::Account']);
    expect(Object.keys(resourcesOf(socketOnly.gateway, 'AWS::Lambda::Function'))).toHaveLength(13);
    expect(Object.keys(socketOnly.gateway.Outputs ?? {})).toEqual(['Stage', 'SocketUrl']);
  });

  it('keeps the same data in every shape', () => {
    expect(Object.keys(synthesize('local', { socket: false }).data.Resources)).toEqual(Object.keys(local.data.Resources));
  });

  it('sets the role for API logs where asked, before what logs', () => {
    expect(types(local)).not.toContain('AWS::ApiGateway::Account');
    const [account] = Object.entries(resourcesOf(production.gateway, 'AWS::ApiGateway::Account'));
    expect(account?.[1].DeletionPolicy).toBe('Retain');
    for (const type of ['AWS::ApiGateway::Stage', 'AWS::ApiGatewayV2::Stage']) {
      const [logging] = Object.values(resourcesOf(production.gateway, type));
      expect((logging as unknown as { readonly DependsOn: readonly string[] }).DependsOn).toContain(account?.[0]);
    }
  });

  it('is alarmed where asked', () => {
    expect(types(local)).not.toContain('AWS::CloudWatch::Alarm');
    expect(Object.keys(resourcesOf(production.gateway, 'AWS::CloudWatch::Alarm'))).toHaveLength(42);
  });
});

describe('a synthesis', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gateway-synth-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('writes the same files every time', () => {
    const [one, two] = ['one', 'two'].map((name) => {
      const outDirectory = join(folder, name);
      synthesize('local', {}, { outDirectory });
      const files = readdirSync(outDirectory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      return Object.fromEntries(files.map((file) => [file.name, readFileSync(join(file.parentPath, file.name), 'utf8')]));
    });
    expect(Object.keys(one ?? {})).toContain('Gateway.template.json');
    expect(two).toEqual(one);
  });
});
