// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of Fn::Sub
import { describe, expect, it } from 'vitest';
import type { Environment, ResolvedStack } from '../parts.js';
import type { Template } from './assembly.js';
import { assemblyOf, createJournal } from './assembly.test.fixture.js';
import { environmentOf, resolveAssembly } from './resolve.js';

const environment: Environment = { accountId: '111122223333', region: 'eu-west-1', partition: 'aws' };

function resolveStacks(stacks: Record<string, Template>, parameters: Record<string, string> = {}): ResolvedStack[] {
  return resolveAssembly(assemblyOf(stacks), { environment, parameters, report: () => undefined });
}

/** The value of one expression, evaluated in a stack with a table, a function and the usual sections. */
function evaluated(value: unknown, extra: Template = {}): unknown {
  const [stack] = resolveStacks({
    Api: {
      Mappings: { Sizes: { prod: { memory: 512 } } },
      ...extra,
      Resources: {
        Table: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'documents' } },
        Probe: { Type: 'AWS::Lambda::Function', Properties: { Probe: value } },
        ...extra.Resources,
      },
    },
  });
  return stack?.resources.find((resource) => resource.logicalId === 'Probe')?.properties.Probe;
}

describe('intrinsic functions', () => {
  it.each<[string, unknown, unknown]>([
    ['Ref to a resource', { Ref: 'Table' }, 'documents'],
    ['Ref to a pseudo parameter', { Ref: 'AWS::AccountId' }, '111122223333'],
    ['Fn::GetAtt as a list', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:aws:dynamodb:eu-west-1:111122223333:table/documents'],
    ['Fn::GetAtt as text', { 'Fn::GetAtt': 'Table.Arn' }, 'arn:aws:dynamodb:eu-west-1:111122223333:table/documents'],
    ['Fn::Join over mixed parts', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }, 7, true]] }, 'a-eu-west-1-7-true'],
    [
      'Fn::Sub in its short form',
      { 'Fn::Sub': '${Table}/${Table.Arn}/${!Literal}' },
      'documents/arn:aws:dynamodb:eu-west-1:111122223333:table/documents/${Literal}',
    ],
    ['Fn::Sub with variables', { 'Fn::Sub': ['${X}@${AWS::Region}', { X: { Ref: 'Table' } }] }, 'documents@eu-west-1'],
    ['Fn::Select of Fn::Split', { 'Fn::Select': ['2', { 'Fn::Split': ['/', 'a/b/c'] }] }, 'c'],
    ['Fn::FindInMap', { 'Fn::FindInMap': ['Sizes', 'prod', 'memory'] }, 512],
    ['Fn::FindInMap with a default', { 'Fn::FindInMap': ['Sizes', 'dev', 'memory', { DefaultValue: 128 }] }, 128],
    ['Fn::Base64', { 'Fn::Base64': 'hello' }, 'aGVsbG8='],
    ['Fn::GetAZs', { 'Fn::GetAZs': '' }, ['eu-west-1a', 'eu-west-1b', 'eu-west-1c']],
    ['Fn::ToJsonString', { 'Fn::ToJsonString': { a: { Ref: 'Table' } } }, '{"a":"documents"}'],
    ['AWS::NoValue in an object', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
    ['AWS::NoValue in a list', [1, { Ref: 'AWS::NoValue' }, 2], [1, 2]],
    [
      'an IAM Condition block is data',
      { Condition: { StringEquals: { a: { Ref: 'Table' } } } },
      { Condition: { StringEquals: { a: 'documents' } } },
    ],
  ])('evaluates %s', (_name, expression, expected) => {
    expect(evaluated(expression)).toEqual(expected);
  });

  it('chooses by conditions made of And, Or, Not and Equals', () => {
    const Conditions = {
      IsIreland: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] },
      IsProd: { 'Fn::And': [{ Condition: 'IsIreland' }, { 'Fn::Equals': [{ Ref: 'Env' }, 'prod'] }] },
      IsDev: { 'Fn::Not': [{ Condition: 'IsProd' }] },
      Any: { 'Fn::Or': [{ Condition: 'IsProd' }, { Condition: 'IsDev' }] },
    };
    const Parameters = { Env: { Type: 'String', Default: 'dev' } };
    const choose = (name: string) => evaluated({ 'Fn::If': [name, 'yes', { Ref: 'AWS::NoValue' }] }, { Conditions, Parameters });
    expect(['IsIreland', 'IsProd', 'IsDev', 'Any'].map(choose)).toEqual(['yes', undefined, 'yes', 'yes']);
  });

  it('never evaluates the branch that is not taken', () => {
    const Conditions = { Never: { 'Fn::Equals': ['a', 'b'] } };
    const Resources = { Ghost: { Type: 'AWS::S3::Bucket', Condition: 'Never' } };
    expect(evaluated({ 'Fn::If': ['Never', { Ref: 'Ghost' }, 'none'] }, { Conditions, Resources })).toBe('none');
  });

  it.each<[string, unknown, RegExp]>([
    ['an unknown name', { a: [{ Ref: 'Tabel' }] }, /stack Api, resource Probe, at Properties\.Probe\.a\[0\]\.Ref: Tabel is neither/],
    [
      'an unknown attribute',
      { 'Fn::GetAtt': ['Table', 'Colour'] },
      /AWS::DynamoDB::Table Table has no attribute Colour here; known: Arn, StreamArn/,
    ],
    ['an unknown intrinsic', { 'Fn::Transform': {} }, /unknown intrinsic Fn::Transform, expected one of Ref, Fn::GetAtt/],
    ['an index out of range', { 'Fn::Select': [3, ['a']] }, /got index 3, expected 0 to 0/],
    ['a missing mapping key', { 'Fn::FindInMap': ['Sizes', 'dev', 'memory'] }, /mapping Sizes has no dev\.memory/],
    ['a missing export', { 'Fn::ImportValue': 'nobody' }, /no stack of the assembly exports nobody/],
    ['a join of an object', { 'Fn::Join': ['', [{ a: 1 }]] }, /got \{"a":1\}, expected a string, number or boolean/],
  ])('names stack, resource and path for %s', (_name, expression, message) => {
    expect(() => evaluated(expression)).toThrow(message);
  });

  it('reports a circle of references', () => {
    const Resources = {
      A: { Type: 'AWS::IAM::Role', Properties: { X: { Ref: 'B' } } },
      B: { Type: 'AWS::IAM::Role', Properties: { X: { Ref: 'A' } } },
    };
    expect(() => evaluated('', { Resources })).toThrow(/circular dependency: A -> B -> A/);
  });
});

describe('dependencies', () => {
  it('of DependsOn close a circle as in CloudFormation: a function that knows the URL of a REST stage that is deployed after its method', () => {
    const Resources = {
      Stage: { Type: 'AWS::ApiGateway::Stage', Properties: { StageName: 'prod', DeploymentId: { Ref: 'Deployment' } } },
      Deployment: { Type: 'AWS::ApiGateway::Deployment', DependsOn: ['Method'] },
      Method: { Type: 'AWS::ApiGateway::Method', Properties: { Uri: { 'Fn::GetAtt': ['Fn', 'Arn'] } } },
      Fn: { Type: 'AWS::Lambda::Function', Properties: { Url: { Ref: 'Stage' } } },
    };
    expect(() => resolveStacks({ S: { Resources } })).toThrow(/circular dependency: Stage -> Deployment -> Method -> Fn -> Stage/);
  });
});

describe('parameters', () => {
  const Parameters = {
    BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/hnb659fds/version' },
    Zones: { Type: 'CommaDelimitedList', Default: 'a, b' },
    Secret: { Type: 'String' },
  };

  it('takes defaults, splits lists and leaves SSM types at their default', () => {
    expect(evaluated([{ Ref: 'BootstrapVersion' }, { Ref: 'Zones' }], { Parameters })).toEqual([
      '/cdk-bootstrap/hnb659fds/version',
      ['a', 'b'],
    ]);
  });

  it('asks for a value only when a parameter without default is used', () => {
    expect(() => evaluated({ Ref: 'Secret' }, { Parameters })).toThrow(/parameter Secret has no default/);
  });

  it('prefers a given value', () => {
    const template = { Parameters, Resources: {}, Outputs: { S: { Value: { Ref: 'Secret' } } } };
    expect(resolveStacks({ Api: template }, { Secret: 'given' })[0]?.outputs).toEqual({ S: 'given' });
  });
});

describe('several stacks', () => {
  const data: Template = {
    Resources: { Bucket: { Type: 'AWS::S3::Bucket' } },
    Outputs: {
      Name: { Value: { Ref: 'Bucket' }, Export: { Name: { 'Fn::Sub': '${AWS::StackName}:bucket' } } },
      Plain: { Value: { 'Fn::GetAtt': ['Bucket', 'Arn'] } },
    },
  };

  it('imports what another stack exports', () => {
    const api = { Outputs: { Imported: { Value: { 'Fn::ImportValue': 'Data:bucket' } } } };
    expect(resolveStacks({ Data: data, Api: api })[1]?.outputs).toEqual({ Imported: 'data-bucket' });
  });

  it("reads another stack's output by name (CDK's weak references)", () => {
    const api = { Outputs: { Read: { Value: { 'Fn::GetStackOutput': { StackName: 'Data', OutputName: 'Plain' } } } } };
    expect(resolveStacks({ Data: data, Api: api })[1]?.outputs).toEqual({ Read: 'arn:aws:s3:::data-bucket' });
  });
});

describe('physical names', () => {
  const template: Template = {
    Resources: {
      Docs: { Type: 'AWS::DynamoDB::GlobalTable' },
      UploadsBucket: { Type: 'AWS::S3::Bucket' },
      Api: { Type: 'AWS::ApiGateway::RestApi' },
      VeryLongLogicalIdThatAFunctionNameCannotHoldBecauseItHasSixtyFourCharacters: { Type: 'AWS::Lambda::Function' },
    },
  };

  it('are the same in every run', () => {
    const ids = () => resolveStacks({ MyStack: template })[0]?.resources.map((resource) => resource.physicalId);
    expect(ids()).toEqual(ids());
  });

  it('are made of stack and logical id, in the form the service allows', () => {
    const ids = resolveStacks({ MyStack: template })[0]?.resources.map((resource) => resource.physicalId) ?? [];
    expect(ids[0]).toBe('MyStack-Docs');
    expect(ids[1]).toBe('mystack-uploadsbucket');
    expect(ids[2]).toMatch(/^[a-z][a-z0-9]{9}$/);
    expect(ids[3]).toHaveLength(64);
  });

  it('put a resource after those it mentions, whatever the order of the template', () => {
    const Resources = {
      Fn: { Type: 'AWS::Lambda::Function', Properties: { Role: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
      Role: { Type: 'AWS::IAM::Role' },
    };
    expect(resolveStacks({ S: { Resources } })[0]?.resources.map((resource) => resource.logicalId)).toEqual(['Role', 'Fn']);
  });
});

describe('what is left out', () => {
  it('drops resources and outputs whose condition is false', () => {
    const template: Template = {
      Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
      Resources: { Bucket: { Type: 'AWS::S3::Bucket', Condition: 'Never' } },
      Outputs: { Name: { Value: { Ref: 'Bucket' }, Condition: 'Never' } },
    };
    expect(resolveStacks({ S: template })[0]).toEqual({ name: 'S', environment, resources: [], outputs: {} });
  });

  it('names unknown types once, and still answers for their attributes', () => {
    const journal = createJournal();
    const template: Template = {
      Resources: { Cdn: { Type: 'AWS::CloudFront::Distribution' }, Meta: { Type: 'AWS::CDK::Metadata' } },
      Outputs: { Domain: { Value: { 'Fn::GetAtt': ['Cdn', 'DomainName'] } } },
    };
    const [stack] = resolveAssembly(assemblyOf({ S: template }), { environment, report: journal.report });
    expect(stack?.outputs).toEqual({ Domain: 'S-Cdn.DomainName' });
    expect(journal.entries.map((entry) => entry.message)).toEqual(['ignored, no local counterpart: AWS::CloudFront::Distribution']);
  });
});

describe('environmentOf', () => {
  it('is account 000000000000 in us-east-1 for an assembly without environment', () => {
    expect(environmentOf(assemblyOf({ S: {} }))).toEqual({ accountId: '000000000000', region: 'us-east-1', partition: 'aws' });
  });
});

it('gives FIFO queues and topics that have no name one that ends in .fifo, and subscriptions the ARN of their topic', () => {
  const Resources = {
    Jobs: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
    Events: { Type: 'AWS::SNS::Topic', Properties: { FifoTopic: 'true' } },
    Given: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true, QueueName: 'given.fifo' } },
    Subscription: { Type: 'AWS::SNS::Subscription', Properties: { TopicArn: { Ref: 'Events' } } },
  };
  const of = (Ref: string) => evaluated({ Ref }, { Resources });
  expect(of('Jobs')).toBe('https://sqs.eu-west-1.amazonaws.com/111122223333/Api-Jobs.fifo');
  expect(of('Events')).toBe('arn:aws:sns:eu-west-1:111122223333:Api-Events.fifo');
  expect(of('Given')).toBe('https://sqs.eu-west-1.amazonaws.com/111122223333/given.fifo');
  expect(of('Subscription')).toMatch(/^arn:aws:sns:eu-west-1:111122223333:Api-Events\.fifo:[0-9a-f-]{36}$/);
});
