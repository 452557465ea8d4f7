/**
 * The operations of the DynamoDB stand-in by name: what runs them, and which IAM questions they raise.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
import type { Item, TableRecord } from './dynalite.js';
import { fromDynalite, validationError } from './errors.js';
import { checkRequest } from './requests.js';
import type { Tables } from './tables.js';
import { readTableName, type TimeToLive } from './time-to-live.js';
import { transactGet } from './transact-get.js';
import type { TransactWriter } from './transact-write.js';
import { batchWrite, type Engine, writeItem } from './writes.js';

export type Input = Readonly<Record<string, unknown>>;
export type Output = Readonly<Record<string, unknown>>;

export interface OperationParts {
  readonly engine: Engine;
  readonly tables: Tables;
  readonly timeToLive: TimeToLive;
  readonly transactions: TransactWriter;
}

type Operation = (parts: OperationParts, input: Input) => Promise<Output>;

/** An operation that dynalite answers alone, on a view that only reads. */
const reading =
  (operation: string): Operation =>
  ({ engine: { store } }, input) => {
    const data = checkRequest(store, operation, input);
    return new Promise((resolve, reject) => {
      store.dynalite.action(operation)(store.readView(data, reject), data, (error, output) =>
        error ? reject(fromDynalite(error)) : resolve(output || {}),
      );
    });
  };

/** Every operation that is served. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  GetItem: reading('GetItem'),
  BatchGetItem: reading('BatchGetItem'),
  Query: reading('Query'),
  Scan: reading('Scan'),
  PutItem: ({ engine }, input) => writeItem(engine, 'PutItem', input),
  UpdateItem: ({ engine }, input) => writeItem(engine, 'UpdateItem', input),
  DeleteItem: ({ engine }, input) => writeItem(engine, 'DeleteItem', input),
  BatchWriteItem: ({ engine }, input) => batchWrite(engine, input),
  TransactWriteItems: ({ transactions }, input) => transactions.write(input),
  TransactGetItems: ({ engine }, input) => transactGet(engine, input),
  CreateTable: async ({ tables }, input) => ({ TableDescription: { ...(await tables.create(input)), TableStatus: 'CREATING' } }),
  UpdateTable: async ({ tables }, input) => ({ TableDescription: { ...(await tables.update(input)), TableStatus: 'UPDATING' } }),
  DeleteTable: async ({ tables }, input) => ({ TableDescription: await tables.delete(readTableName(input)) }),
  DescribeTable: async ({ engine }, input) => ({ Table: engine.store.table(readTableName(input)) }),
  ListTables: async ({ engine }, input) => listTables(engine.store.tables(), input),
  UpdateTimeToLive: ({ timeToLive }, input) => timeToLive.update(input),
  DescribeTimeToLive: ({ timeToLive }, input) => timeToLive.describe(readTableName(input)),
  DescribeContinuousBackups: async ({ engine }, input) => {
    engine.store.table(readTableName(input));
    const pointInTime = { PointInTimeRecoveryStatus: 'DISABLED' };
    return { ContinuousBackupsDescription: { ContinuousBackupsStatus: 'ENABLED', PointInTimeRecoveryDescription: pointInTime } };
  },
  TagResource: reading('TagResource'),
  UntagResource: reading('UntagResource'),
  ListTagsOfResource: reading('ListTagsOfResource'),
};

function listTables(tables: readonly TableRecord[], input: Input): Output {
  const { Limit: limit = 100, ExclusiveStartTableName: start = '' } = input;
  if (!Number.isInteger(limit) || (limit as number) < 1 || (limit as number) > 100) {
    throw validationError(
      `1 validation error detected: Value '${String(limit)}' at 'limit' failed to satisfy constraint: Member must have value between 1 and 100`,
    );
  }
  const names = tables
    .map((table) => table.TableName)
    .sort()
    .filter((name) => name > String(start));
  const page = names.slice(0, limit as number);
  return { TableNames: page, ...(names.length > page.length && { LastEvaluatedTableName: page.at(-1) }) };
}

/** One question to IAM. */
export interface Question {
  readonly action: string;
  /** Table, index or `*`; the service makes an ARN of it. */
  readonly resource: { readonly tableName: string; readonly indexName?: string } | { readonly arn: string };
  readonly leadingKeys: readonly string[];
}

/** The questions of a call, from its raw input; what is malformed raises none and is refused by the operation itself. */
export function questionsOf(operation: string, input: Input, keyOf: (tableName: string) => string | undefined): readonly Question[] {
  const ask = (action: string, each: Input): Question => ({
    action: `dynamodb:${action}`,
    resource: {
      tableName: String(each.TableName ?? ''),
      ...(typeof each.IndexName === 'string' && { indexName: each.IndexName }),
    },
    leadingKeys: leadingKeys(each, keyOf(String(each.TableName ?? ''))),
  });
  switch (operation) {
    case 'ListTables':
      return [{ action: 'dynamodb:ListTables', resource: { arn: '*' }, leadingKeys: [] }];
    case 'TagResource':
    case 'UntagResource':
    case 'ListTagsOfResource':
      return [{ action: `dynamodb:${operation}`, resource: { arn: String(input.ResourceArn ?? '*') }, leadingKeys: [] }];
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return Object.entries((input.RequestItems ?? {}) as Input).map(([tableName, requests]) => ({
        action: `dynamodb:${operation}`,
        resource: { tableName },
        leadingKeys: batchKeys(requests, keyOf(tableName)),
      }));
    case 'TransactGetItems':
    case 'TransactWriteItems':
      return transactEntries(input.TransactItems).map(([name, each]) => ask(TRANSACT_ACTIONS[name] ?? name, each));
    default:
      return [ask(operation, input)];
  }
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

function batchKeys(requests: unknown, key: string | undefined): readonly string[] {
  const entries = Array.isArray(requests) ? requests : ((requests as { readonly Keys?: unknown } | null)?.Keys ?? []);
  return (Array.isArray(entries) ? entries : []).flatMap((entry: unknown) => {
    const { PutRequest, DeleteRequest } = (entry ?? {}) as {
      readonly PutRequest?: { readonly Item?: Item };
      readonly DeleteRequest?: { readonly Key?: Item };
    };
    return keyText(PutRequest?.Item ?? DeleteRequest?.Key ?? (entry as Item), key);
  });
}

/** Values of the partition key that a call names: by item, by key, or by an equality in a key condition. */
function leadingKeys(input: Input, key: string | undefined): readonly string[] {
  const source = (input.Item ?? input.Key) as Item | undefined;
  if (source) return keyText(source, key);
  const condition = input.KeyConditionExpression;
  if (typeof condition !== 'string' || key === undefined) return [];
  const names = (input.ExpressionAttributeNames ?? {}) as Readonly<Record<string, string>>;
  const values = (input.ExpressionAttributeValues ?? {}) as Item;
  const equality = [...condition.matchAll(/([#\w.-]+)\s*=\s*(:\w+)/g)].find(([, name]) => (names[name!] ?? name) === key);
  return equality ? keyText({ [key]: values[equality[2]!] ?? {} }, key) : [];
}

function keyText(item: Item | undefined, key: string | undefined): readonly string[] {
  const value = key === undefined ? undefined : Object.values(item?.[key] ?? {})[0];
  return typeof value === 'string' ? [value] : [];
}
