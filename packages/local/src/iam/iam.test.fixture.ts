/** Resolved stacks with roles and policies, and evaluators over them, for tests. */
import { createManualClock, type ManualClock } from '../clock.js';
import type { Environment, ReportEntry, ResolvedResource, ResolvedStack } from '../parts.js';
import { createEvaluator, type Evaluator, type EvaluatorOptions } from './evaluator.js';

export const ACCOUNT = '111122223333';
export const OTHER_ACCOUNT = '444455556666';
export const environment: Environment = { accountId: ACCOUNT, region: 'eu-west-1', partition: 'aws' };
export const elsewhere: Environment = { ...environment, accountId: OTHER_ACCOUNT };

export const operator = { arn: `arn:aws:iam::${ACCOUNT}:user/operator` };
/** The function `api`, which has the role `ApiRole`. */
export const api = { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/ApiRole/api`, roleId: 'ApiRole' };
export const apiRoleArn = `arn:aws:iam::${ACCOUNT}:role/ApiRole`;

export const table = `arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/Documents`;
export const queue = `arn:aws:sqs:eu-west-1:${ACCOUNT}:Jobs`;
const queueUrl = `http://127.0.0.1:4566/${ACCOUNT}/Jobs`;

export function resource(type: string, logicalId: string, properties: Readonly<Record<string, unknown>> = {}): ResolvedResource {
  const physicalId = type === 'AWS::SQS::Queue' ? queueUrl : logicalId;
  return { type, logicalId, physicalId, properties, metadata: {} };
}

/** A document of these statements. */
export function document(...Statement: readonly object[]): object {
  return { Version: '2012-10-17', Statement };
}

export function allow(Action: unknown, Resource: unknown, more: object = {}): object {
  return { Effect: 'Allow', Action, Resource, ...more };
}

export function deny(Action: unknown, Resource: unknown, more: object = {}): object {
  return { Effect: 'Deny', Action, Resource, ...more };
}

const trustLambda = document({ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' });

export interface RoleParts {
  readonly statements?: readonly object[];
  readonly role?: Readonly<Record<string, unknown>>;
}

/** `ApiRole` with these statements, and the function `api`. */
export function apiResources({ statements = [], role = {} }: RoleParts = {}): ResolvedResource[] {
  return [
    resource('AWS::IAM::Role', 'ApiRole', { AssumeRolePolicyDocument: trustLambda, ...role }),
    resource('AWS::IAM::Policy', 'ApiPolicy', { PolicyDocument: document(...statements), Roles: ['ApiRole'] }),
    resource('AWS::Lambda::Function', 'api', { Role: apiRoleArn }),
    resource('AWS::SQS::Queue', 'Jobs'),
  ];
}

/** The policy of the queue `Jobs`. */
export function queuePolicy(...statements: readonly object[]): ResolvedResource {
  return resource('AWS::SQS::QueuePolicy', 'JobsPolicy', { PolicyDocument: document(...statements), Queues: [queueUrl] });
}

export function stack(resources: readonly ResolvedResource[], place: Environment = environment): ResolvedStack {
  return { name: place === environment ? 'Main' : 'Other', environment: place, resources, outputs: {} };
}

export interface TestEvaluator extends Evaluator {
  readonly clock: ManualClock;
  readonly entries: readonly ReportEntry[];
}

/** An evaluator over some stacks, with a journal to read. */
export function evaluatorOf(stacks: readonly ResolvedStack[], options: Partial<EvaluatorOptions> = {}): TestEvaluator {
  const clock = createManualClock(1_700_000_000_123);
  const entries: ReportEntry[] = [];
  const report = (entry: ReportEntry): void => void entries.push(entry);
  const evaluator = createEvaluator({ stacks, environment, clock, report, operators: [operator.arn], ...options });
  const { authorize, replacePolicy, roles } = evaluator;
  return {
    authorize,
    roles,
    clock,
    entries,
    decisions: (limit) => evaluator.decisions(limit),
    counts: () => evaluator.counts(),
    unusedGrants: () => evaluator.unusedGrants(),
    withhold: (right) => evaluator.withhold(right),
    replacePolicy,
  };
}
