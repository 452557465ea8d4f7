/**
 * The operations of the DynamoDB stand-in by name, and what runs them. Which rights they need is in questions.ts.
 */
import type { TableRecord } from './dynalite.js';
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
