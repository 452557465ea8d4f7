/**
 * `TableClient` on DynamoDB: single-item reads and writes and one-partition queries, with conditions. Reads of the table itself are
 * consistent; an index is as DynamoDB keeps it, moments behind. There is no scan, no update expression and no transaction.
 *
 * A conditional write whose answer was lost is repeated by the SDK, and then fails its condition because the first attempt held: a
 * caller that must tell reads the item again.
 */

import type { TableResource } from '../service/grant.js';
import type { Page, QueryRequest, TableClient, TableGrant, TableOperation, WriteCondition } from '../service/table.js';
import type { Dynamo } from './dynamo.js';
import { type CursorScope, decodeCursor, encodeCursor, foreignCursor } from './query-cursor.js';
import { sdkErrorName, sdkFailure } from './sdk-failure.js';
import { checkItem, misfit } from './stored-item.js';
import { conditionExpression, type Expression, partitionExpression } from './table-expression.js';

type Item = Readonly<Record<string, unknown>>;

/** A table's client without the types of its items. */
export type AnyTableClient = TableClient<Item, Item, string>;

export interface TableClientOptions {
  readonly grant: TableGrant<unknown>;
  /** The table's deployed name. */
  readonly tableName: string;
  readonly dynamo: () => Promise<Dynamo>;
}

const ACTIONS: Readonly<Record<TableOperation, string>> = {
  get: 'dynamodb:GetItem',
  put: 'dynamodb:PutItem',
  delete: 'dynamodb:DeleteItem',
  query: 'dynamodb:Query',
};

const DEFAULT_LIMIT = 100;

/** A client with every operation; `createClients` hands out the granted ones. */
export function createTableClient({ grant, tableName, dynamo }: TableClientOptions): AnyTableClient {
  const { resource } = grant;

  const run = async <TResult>(operation: TableOperation, request: (db: Dynamo) => Promise<TResult>): Promise<TResult> => {
    try {
      return await request(await dynamo());
    } catch (cause) {
      throw sdkFailure(cause, { resource, physicalName: tableName, operation, action: ACTIONS[operation] });
    }
  };

  const write = (operation: 'put' | 'delete', request: (db: Dynamo) => Promise<unknown>): Promise<boolean> =>
    run(operation, async (db) => {
      try {
        await request(db);
        return true;
      } catch (thrown) {
        if (sdkErrorName(thrown) === 'ConditionalCheckFailedException') return false;
        throw thrown;
      }
    });

  return {
    get: async (key) => {
      const attributes = await run('get', async (db) => {
        const { Item } = await db.get({ TableName: tableName, Key: db.toAttributes(key), ConsistentRead: true });
        return Item && readAttributes(grant, db, Item);
      });
      return attributes && ((await checkItem(grant, attributes, 'read')) as Item);
    },
    put: async (item, condition) => {
      const checked = await checkItem(grant, item, 'written');
      return write('put', (db) =>
        db.put({ TableName: tableName, Item: db.toAttributes(checked), ...conditionFields(resource, condition, db) }),
      );
    },
    delete: (key, condition) =>
      write('delete', (db) => db.delete({ TableName: tableName, Key: db.toAttributes(key), ...conditionFields(resource, condition, db) })),
    query: async (request) => {
      const scope = cursorScope(resource, request);
      const { items, cursor } = await run('query', (db) => queryPage(db, { grant, tableName, request, scope }));
      return { items: (await Promise.all(items.map((item) => checkItem(grant, item, 'read')))) as Item[], cursor };
    },
  };
}

interface PageRequest {
  readonly grant: TableGrant<unknown>;
  readonly tableName: string;
  readonly request: QueryRequest<Item, string>;
  readonly scope: CursorScope;
}

/** Asks for one item more than the page holds: only then is it known whether this page is the last. */
async function queryPage(db: Dynamo, { grant, tableName, request, scope }: PageRequest): Promise<Page<Item>> {
  const limit = request.limit ?? DEFAULT_LIMIT;
  const key = partitionExpression(...scope.partition);
  const page = db.query({
    TableName: tableName,
    KeyConditionExpression: key.text,
    ExpressionAttributeNames: key.names,
    ExpressionAttributeValues: key.values,
    Limit: limit + 1,
    ScanIndexForward: !scope.descending,
    ...(scope.index === undefined ? { ConsistentRead: true } : { IndexName: scope.index }),
    ...(request.cursor === undefined ? {} : { ExclusiveStartKey: db.toAttributes(decodeCursor(scope, request.cursor)) }),
  });
  const { Items = [], LastEvaluatedKey } = await page.catch((cause: unknown) => {
    // A cursor is the caller's: DynamoDB refuses keys of over 1,024 bytes, and positions that no item can have.
    throw request.cursor !== undefined && sdkErrorName(cause) === 'ValidationException' ? foreignCursor(cause) : cause;
  });
  const items = Items.slice(0, limit).map((attributes) => readAttributes(grant, db, attributes));
  // Fewer items and a key: DynamoDB stops a page at 1 MB.
  const last = Items.length > limit ? items.at(-1) : LastEvaluatedKey && db.fromAttributes(LastEvaluatedKey);
  return { items, cursor: last ? encodeCursor(scope, last as Readonly<Record<string, string>>) : null };
}

function readAttributes(grant: TableGrant<unknown>, db: Dynamo, attributes: Parameters<Dynamo['fromAttributes']>[0]): Item {
  try {
    return db.fromAttributes(attributes);
  } catch (cause) {
    throw misfit(grant, attributes, 'read', String(cause), cause);
  }
}

function conditionFields(resource: TableResource, condition: WriteCondition<Item> | undefined, db: Dynamo) {
  const expression = condition && conditionExpression(resource, condition.if, db.toValue);
  return expression ? expressionFields(expression) : {};
}

/** DynamoDB refuses empty maps. */
function expressionFields({ text, names, values }: Expression) {
  return {
    ConditionExpression: text,
    ExpressionAttributeNames: names,
    ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
  };
}

/** @throws TypeError for an index or a partition that the table does not have; types refuse it before. */
function cursorScope(resource: TableResource, { index, where, descending }: QueryRequest<Item, string>): CursorScope {
  const keys = index === undefined ? resource : resource.indexes[index];
  if (!keys) throw new TypeError(`[TABLE] ${resource.name} has no index "${index}"`);
  const value = where[keys.partitionKey];
  if (typeof value !== 'string' || Object.keys(where).length !== 1) {
    throw new TypeError(`[TABLE] ${resource.name}: a query's \`where\` is one text, the partition key "${keys.partitionKey}"`);
  }
  const attributes = [resource.partitionKey, resource.sortKey, keys.partitionKey, keys.sortKey].filter((name) => name !== undefined);
  return { index, descending: descending ?? false, partition: [keys.partitionKey, value], attributes: [...new Set(attributes)] };
}
