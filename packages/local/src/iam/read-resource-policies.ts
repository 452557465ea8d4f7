/**
 * The policies that are attached to resources, by the ARN they are found by: of buckets, queues, topics, functions, search domains and
 * tables. A function's are its `AWS::Lambda::Permission`s, each a statement.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html
 */
import type { Environment, ResolvedResource, ResolvedStack } from '../parts.js';
import { arnParts } from './arn.js';
import { compilePolicy, type Policy } from './policy.js';

/** Policies of resources, and who owns resources whose ARN has no account. */
export interface ResourcePolicies {
  of(resourceArn: string): readonly Policy[];
  /** Account of a bucket of the assembly. */
  ownerOf(resourceArn: string): string | undefined;
  /** Gives a resource this policy alone; none for `undefined`. @throws MalformedPolicy */
  replace(resourceArn: string, document: unknown): void;
}

/**
 * Reads the resource policies of all stacks.
 *
 * @throws MalformedPolicy
 */
export function readResourcePolicies(stacks: readonly ResolvedStack[], environment: Environment): ResourcePolicies {
  const policies = new Map<string, readonly Policy[]>();
  const owners = new Map<string, string>();
  const queues = queueArns(stacks, environment);
  for (const stack of stacks) {
    const place = { environment: stack.environment ?? environment, queues };
    for (const resource of stack.resources) {
      if (resource.type === 'AWS::S3::Bucket') owners.set(bucketArn(resource.physicalId), place.environment.accountId);
      for (const { arn, document } of readers[resource.type]?.(resource, place) ?? []) {
        const policy = compilePolicy(document, { name: resource.logicalId, kind: 'resource' });
        policies.set(arn, [...(policies.get(arn) ?? []), policy]);
      }
    }
  }
  return {
    of: (arn) => policies.get(policyHolder(arn)) ?? [],
    ownerOf: (arn) => owners.get(policyHolder(arn)),
    replace(arn, document) {
      const name = `of ${arn}`;
      policies.set(arn, document === undefined ? [] : [compilePolicy(document, { name, kind: 'resource' })]);
    },
  };
}

/** The resource whose policy speaks for another: a bucket for its objects, a table for its indexes, a domain for its paths. */
function policyHolder(resourceArn: string): string {
  const [, partition = '', service = '', region = '', account = '', rest = ''] = arnParts(resourceArn) ?? [];
  const depth = service === 's3' ? 1 : service === 'es' || service === 'dynamodb' ? 2 : undefined;
  if (depth === undefined) return resourceArn;
  return ['arn', partition, service, region, account, rest.split('/').slice(0, depth).join('/')].join(':');
}

interface Attached {
  readonly arn: string;
  readonly document: unknown;
}

interface Place {
  readonly environment: Environment;
  /** ARNs of queues by URL. */
  readonly queues: ReadonlyMap<string, string>;
}

type Reader = (resource: ResolvedResource, place: Place) => readonly Attached[];

const ofTopics: Reader = ({ properties }) => texts(properties.Topics ?? properties.TopicArn).map((arn) => attached(arn, properties));

const ofQueues: Reader = ({ properties }, { queues }) =>
  texts(properties.Queues ?? properties.Queue).flatMap((url) => {
    const arn = queues.get(url);
    return arn === undefined ? [] : [attached(arn, properties)];
  });

const ofDomain: Reader = ({ physicalId, properties }, { environment }) => {
  const name = String(properties.DomainName ?? physicalId);
  const { partition, region, accountId } = environment;
  const arn = `arn:${partition}:es:${region}:${accountId}:domain/${name}`;
  return properties.AccessPolicies === undefined ? [] : [{ arn, document: properties.AccessPolicies }];
};

const ofTable: Reader = ({ physicalId, properties }, { environment: { partition, region, accountId } }) => {
  const arn = `arn:${partition}:dynamodb:${region}:${accountId}:table/${physicalId}`;
  const replicas = Array.isArray(properties.Replicas) ? (properties.Replicas as readonly Record<string, unknown>[]) : [];
  const policies = [properties, ...replicas.filter((replica) => replica.Region === region)].map(({ ResourcePolicy }) => ResourcePolicy);
  return policies.filter(isRecord).map((policy) => attached(arn, policy));
};

const readers: Readonly<Record<string, Reader>> = {
  'AWS::S3::BucketPolicy': ({ properties }) => [attached(bucketArn(String(properties.Bucket)), properties)],
  'AWS::SNS::TopicPolicy': ofTopics,
  'AWS::SNS::TopicInlinePolicy': ofTopics,
  'AWS::SQS::QueuePolicy': ofQueues,
  'AWS::SQS::QueueInlinePolicy': ofQueues,
  'AWS::OpenSearchService::Domain': ofDomain,
  'AWS::Elasticsearch::Domain': ofDomain,
  'AWS::DynamoDB::Table': ofTable,
  'AWS::DynamoDB::GlobalTable': ofTable,
  'AWS::Lambda::Permission': ({ properties, logicalId }, { environment }) => {
    const arn = functionArn(String(properties.FunctionName), environment);
    return [{ arn, document: { Version: '2012-10-17', Statement: permissionStatement(properties, { arn, sid: logicalId }) } }];
  },
};

function attached(arn: string, { PolicyDocument }: Readonly<Record<string, unknown>>): Attached {
  return { arn, document: PolicyDocument };
}

/**
 * The statement that `AddPermission` writes.
 * https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
 */
function permissionStatement(properties: Readonly<Record<string, unknown>>, at: { arn: string; sid: string }): unknown {
  const { Action, Principal, SourceArn, SourceAccount, PrincipalOrgID, FunctionUrlAuthType } = properties;
  const principal = String(Principal);
  const isService = principal.endsWith('.amazonaws.com');
  const equals = {
    ...(SourceAccount === undefined ? {} : { 'aws:SourceAccount': SourceAccount }),
    ...(PrincipalOrgID === undefined ? {} : { 'aws:PrincipalOrgID': PrincipalOrgID }),
    ...(FunctionUrlAuthType === undefined ? {} : { 'lambda:FunctionUrlAuthType': FunctionUrlAuthType }),
  };
  return {
    Sid: at.sid,
    Effect: 'Allow',
    Principal: principal === '*' ? '*' : isService ? { Service: principal } : { AWS: principal },
    Action,
    Resource: at.arn,
    Condition: { StringEquals: equals, ...(SourceArn === undefined ? {} : { ArnLike: { 'aws:SourceArn': SourceArn } }) },
  };
}

/** `FunctionName` may be a name, `ACCOUNT:function:NAME` or an ARN, each with or without a qualifier. */
function functionArn(nameOrArn: string, { partition, region, accountId }: Environment): string {
  if (nameOrArn.startsWith('arn:')) return nameOrArn;
  const [, account = accountId, name = nameOrArn] = /^(\d{12}):function:(.+)$/.exec(nameOrArn) ?? [];
  return `arn:${partition}:lambda:${region}:${account}:function:${name}`;
}

function queueArns(stacks: readonly ResolvedStack[], environment: Environment): Map<string, string> {
  return new Map(
    stacks.flatMap((stack) => {
      const { partition, region } = stack.environment ?? environment;
      const queues = stack.resources.filter(({ type }) => type === 'AWS::SQS::Queue');
      return queues.map(({ physicalId: url }) => {
        const [accountId, name] = url.split('/').slice(-2);
        return [url, `arn:${partition}:sqs:${region}:${accountId}:${name}`] as const;
      });
    }),
  );
}

function bucketArn(name: string): string {
  return `arn:aws:s3:::${name}`;
}

function texts(value: unknown): readonly string[] {
  return value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(String);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
