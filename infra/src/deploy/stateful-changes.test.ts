import { describe, expect, it } from 'vitest';
import type { Resource, Template } from '../templates.js';
import { stageNamed } from './stage-alias.js';
import { changeLine, decide, statefulChanges } from './stateful-changes.js';

const table = (properties: Readonly<Record<string, unknown>> = {}, policies: Partial<Resource> = {}): Resource => ({
  Type: 'AWS::DynamoDB::GlobalTable',
  Properties: { KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }], BillingMode: 'PAY_PER_REQUEST', ...properties },
  ...policies,
});
const template = (resources: Readonly<Record<string, Resource>>): Template => ({ Resources: resources });
const sortKey = { KeySchema: [{ AttributeName: 'tenant', KeyType: 'HASH' }] };

describe('a change that loses data', () => {
  it('is none when the stack is not deployed yet, or nothing changes', () => {
    expect(statefulChanges(undefined, template({ Documents: table() }))).toEqual([]);
    expect(statefulChanges(template({ Documents: table() }), template({ Documents: table() }))).toEqual([]);
  });

  it('is none when a property changes that CloudFormation changes in place', () => {
    expect(statefulChanges(template({ Documents: table() }), template({ Documents: table({ BillingMode: 'PROVISIONED' }) }))).toEqual([]);
  });

  it('is a table with other keys', () => {
    expect(statefulChanges(template({ Documents: table() }), template({ Documents: table(sortKey) }))).toEqual([
      { name: 'Documents', type: 'AWS::DynamoDB::GlobalTable', change: 'replaced', because: ['KeySchema'], kept: false },
    ]);
  });

  it('is a table that is gone, also when it stays behind', () => {
    const kept = template({ Documents: table({}, { DeletionPolicy: 'Retain' }) });
    expect(statefulChanges(kept, template({}))).toEqual([
      { name: 'Documents', type: 'AWS::DynamoDB::GlobalTable', change: 'deleted', because: [], kept: true },
    ]);
  });

  it('is a logical id that stands for another type now', () => {
    const queue: Resource = { Type: 'AWS::SQS::Queue', Properties: {} };
    expect(statefulChanges(template({ Jobs: queue }), template({ Jobs: table() }))).toMatchObject([{ name: 'Jobs', because: ['Type'] }]);
  });

  it.each([
    ['AWS::S3::Bucket', 'BucketName', 'a', 'b'],
    ['AWS::SQS::Queue', 'FifoQueue', undefined, true],
    ['AWS::SNS::Topic', 'TopicName', 'a.fifo', 'b.fifo'],
    ['AWS::OpenSearchService::Domain', 'DomainName', 'a', 'b'],
    ['AWS::Cognito::UserPool', 'UsernameAttributes', ['email'], ['phone_number']],
  ])('is a %s with another %s', (Type, property, before, after) => {
    const one = template({ It: { Type, Properties: { [property]: before } } });
    const other = template({ It: { Type, Properties: { [property]: after } } });
    expect(statefulChanges(one, other)).toMatchObject([{ name: 'It', change: 'replaced', because: [property] }]);
  });

  it('is a domain of another version, unless it is upgraded in place', () => {
    const domain = (EngineVersion: string, policies: Partial<Resource> = {}): Template =>
      template({ Search: { Type: 'AWS::OpenSearchService::Domain', Properties: { EngineVersion }, ...policies } });
    const upgrading = { UpdatePolicy: { EnableVersionUpgrade: true } };
    expect(statefulChanges(domain('OpenSearch_2.17'), domain('OpenSearch_2.19'))).toMatchObject([{ because: ['EngineVersion'] }]);
    expect(statefulChanges(domain('OpenSearch_2.17'), domain('OpenSearch_2.19', upgrading))).toEqual([]);
  });

  it('is none of what holds no data', () => {
    const role = template({ Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'a' } } });
    expect(statefulChanges(role, template({}))).toEqual([]);
  });
});

describe('the decision', () => {
  const changes = statefulChanges(template({ Documents: table(), Folders: table() }), template({ Folders: table(sortKey) }));

  it('stops at what nobody allowed', () => {
    expect(decide(changes, ['Documents']).blocked.map(({ name }) => name)).toEqual(['Folders']);
    expect(decide(changes, ['Documents', 'Folders'])).toEqual({ blocked: [], unknown: [] });
  });

  it('stops at an allowance that fits nothing: it was meant for another day', () => {
    expect(decide(changes, ['Documents', 'Folders', 'Files']).unknown).toEqual(['Files']);
  });

  it('is told in a sentence', () => {
    expect(changes.map(changeLine)).toEqual([
      'Documents (AWS::DynamoDB::GlobalTable) would be deleted; its data would be lost',
      'Folders (AWS::DynamoDB::GlobalTable) would be replaced (KeySchema changes); its data would be lost',
    ]);
  });
});

describe('a stage on the command line', () => {
  it('may be shortened', () => {
    expect(['prod', 'dev', 'toString'].map(stageNamed)).toEqual(['production', 'dev', 'toString']);
  });
});
