/** Puts a call to IAM: every question it raises has to be answered with yes. Then a fault switch may have it fail all the same. */
import type { Authorize } from '../../iam/authorize.js';
import type { Environment, Principal } from '../../parts.js';
import { AwsError } from '../../wire/aws-error.js';
import { ask, type Refusals } from '../ask.js';
import type { ServiceFaults } from '../service-module.js';
import { dynamoError } from './errors.js';
import type { Input } from './operations.js';
import { type FindTable, type Question, questionsOf } from './questions.js';

export interface PermissionParts {
  readonly authorize: Authorize;
  /** The account and region that tables named without an ARN are in. */
  readonly environment: Environment;
  readonly findTable: FindTable;
  /** @default nothing fails */
  readonly faults?: ServiceFaults;
}

interface Asked {
  readonly operation: string;
  /** With names of tables, not ARNs. */
  readonly input: Input;
  readonly principal: Principal;
}

/** @throws AwsError `AccessDeniedException`, and what a fault switch asks for */
export function checkPermission({ environment, findTable, ...parts }: PermissionParts, { operation, input, principal }: Asked): void {
  for (const { action, resource, context } of questionsOf(operation, input, findTable)) {
    ask(parts, { principal, action, resource: arnOf(environment, resource), context }, refusals);
  }
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
const refusals: Refusals = {
  denied: (message) => dynamoError('AccessDeniedException', message),
  throttled: () =>
    dynamoError('ThrottlingException', 'Throughput exceeds the current capacity of your table or index. Please try again shortly.'),
  failed: () => new AwsError({ code: 'InternalServerError', message: 'Internal server error', statusCode: 500 }),
};

/** A call of the API of streams. @throws AwsError `AccessDeniedException` */
export function checkStreamPermission(
  authorize: Authorize,
  { operation, resource, principal }: { readonly operation: string; readonly resource: string; readonly principal: Principal },
): void {
  ask({ authorize }, { principal, action: `dynamodb:${operation}`, resource, context: {} }, refusals);
}

function arnOf({ partition, region, accountId }: Environment, resource: Question['resource']): string {
  if ('arn' in resource) return resource.arn;
  const table = `arn:${partition}:dynamodb:${region}:${accountId}:table/${resource.tableName}`;
  return resource.indexName === undefined ? table : `${table}/index/${resource.indexName}`;
}
