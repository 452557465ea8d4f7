/**
 * Which rights an operation needs: actions on tables and indexes, with the condition keys that DynamoDB knows of the call.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
import type { AuthorizationRequest } from '../../iam/authorize.js';
import { type ConditionKeys, conditionKeys } from './condition-keys.js';
import type { TableRecord } from './dynalite.js';
import type { Input } from './operations.js';

/** One question to IAM. */
export interface Question {
  readonly action: string;
  /** Table, index or `*`; the service makes an ARN of it. */
  readonly resource: { readonly tableName: string; readonly indexName?: string } | { readonly arn: string };
  readonly context: AuthorizationRequest['context'];
}

/** What is known of a table: its keys and indexes. */
export type FindTable = (tableName: string) => TableRecord | undefined;

/** The questions of a call, from its raw input; what is malformed raises none and is refused by the operation itself. */
export function questionsOf(operation: string, input: Input, findTable: FindTable): readonly Question[] {
  switch (operation) {
    case 'ListTables':
      return [{ action: 'dynamodb:ListTables', resource: { arn: '*' }, context: {} }];
    case 'TagResource':
    case 'UntagResource':
    case 'ListTagsOfResource':
      return [{ action: `dynamodb:${operation}`, resource: { arn: String(input.ResourceArn ?? '*') }, context: {} }];
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return Object.entries((input.RequestItems ?? {}) as Input).map(([tableName, requests]) => ({
        action: `dynamodb:${operation}`,
        resource: { tableName },
        context: { ...conditionKeys({ inputs: batchInputs(requests), table: findTable(tableName) }) },
      }));
    case 'TransactGetItems':
    case 'TransactWriteItems':
      return transactEntries(input.TransactItems).map(([name, each]) =>
        question(TRANSACT_ACTIONS[name] ?? name, each, { findTable, more: { 'dynamodb:EnclosingOperation': operation } }),
      );
    default:
      return [question(operation, input, { findTable, more: operation === 'Scan' ? { 'dynamodb:FullTableScan': 'true' } : {} })];
  }
}

function question(action: string, input: Input, { findTable, more }: { findTable: FindTable; more: ConditionKeys }): Question {
  const tableName = String(input.TableName ?? '');
  const indexName = typeof input.IndexName === 'string' ? input.IndexName : undefined;
  return {
    action: `dynamodb:${action}`,
    resource: { tableName, ...(indexName !== undefined && { indexName }) },
    context: { ...conditionKeys({ inputs: [input], table: findTable(tableName), indexName }), ...more },
  };
}

const TRANSACT_ACTIONS: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

function transactEntries(items: unknown): readonly (readonly [string, Input])[] {
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: unknown) =>
    Object.entries((item ?? {}) as Readonly<Record<string, unknown>>).flatMap(([name, each]) =>
      typeof each === 'object' && each !== null ? [[name, each as Input] as const] : [],
    ),
  );
}

/** Each entry of a batch as if it were a call of its own. */
function batchInputs(requests: unknown): readonly Input[] {
  if (Array.isArray(requests)) {
    return requests.map((request: { readonly PutRequest?: Input; readonly DeleteRequest?: Input } | null) => ({
      ...request?.PutRequest,
      ...request?.DeleteRequest,
    }));
  }
  const { Keys: keys, ...rest } = (requests ?? {}) as { readonly Keys?: unknown };
  return (Array.isArray(keys) ? keys : []).map((key: unknown) => ({ ...rest, Key: key }));
}
