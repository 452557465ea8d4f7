/** Puts a call to IAM: every question it raises has to be answered with yes. Then a fault switch may have it fail all the same. */
import { type Authorize, denialMessage } from '../../iam/authorize.js';
import type { Environment, Principal } from '../../parts.js';
import { AwsError } from '../../wire/aws-error.js';
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
export function checkPermission(
  { authorize, environment, findTable, faults }: PermissionParts,
  { operation, input, principal }: Asked,
): void {
  for (const { action, resource, context } of questionsOf(operation, input, findTable)) {
    const arn = arnOf(environment, resource);
    ask(authorize, { principal, action, resource: arn, context });
    failOnDemand(faults?.({ service: 'dynamodb', action, resource: arn }));
  }
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
function failOnDemand(fault: ReturnType<ServiceFaults>): void {
  if (fault === 'throttle') {
    throw dynamoError('ThrottlingException', 'Throughput exceeds the current capacity of your table or index. Please try again shortly.');
  }
  if (fault === 'fail') throw new AwsError({ code: 'InternalServerError', message: 'Internal server error', statusCode: 500 });
}

/** A call of the API of streams. @throws AwsError `AccessDeniedException` */
export function checkStreamPermission(
  authorize: Authorize,
  { operation, resource, principal }: { readonly operation: string; readonly resource: string; readonly principal: Principal },
): void {
  ask(authorize, { principal, action: `dynamodb:${operation}`, resource, context: {} });
}

function ask(authorize: Authorize, asked: Parameters<Authorize>[0]): void {
  const decision = authorize(asked);
  if (!decision.allowed) throw dynamoError('AccessDeniedException', decision.message ?? denialMessage(asked));
}

function arnOf({ partition, region, accountId }: Environment, resource: Question['resource']): string {
  if ('arn' in resource) return resource.arn;
  const table = `arn:${partition}:dynamodb:${region}:${accountId}:table/${resource.tableName}`;
  return resource.indexName === undefined ? table : `${table}/index/${resource.indexName}`;
}
