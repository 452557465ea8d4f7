/**
 * `TableClient` on DynamoDB. Reads of the table itself are consistent; an index is as DynamoDB keeps it, moments behind. There is no scan.
 * Updates, batches and transactions have files of their own.
 *
 * A conditional write whose answer was lost is repeated by the SDK, and then fails its condition because the first attempt held: a
 * caller that must tell reads the item again. A transaction does not have that gap.
 */

import type { Page, QueryRequest, TableClient, TableGrant, TableResource } from '../service/table.js';
import { foreignCursor } from './cursor.js';
import type { Dynamo } from './dynamo.js';
import { type CursorScope, decodeCursor, encodeCursor } from './query-cursor.js';
import { sdkErrorName } from './sdk-failure.js';
import { checkItem } from './stored-item.js';
import { batchGet, batchWrite } from './table-batch.js';
import { partitionExpression } from './table-expression.js';
import { conditionFields, type Item, placeholderFields, readAttributes, type TableClientOptions, tableParts } from './table-parts.js';
import { stepMakers, transact } from './table-transact.js';
import { updateItem } from './table-update.js';

/** A table's client without the types of its items. */
export type AnyTableClient = TableClient<Item, Item, string>;

const DEFAULT_LIMIT = 100;

/** A client with every operation; `createClients` hands out the granted ones. */
export function createTableClient(options: TableClientOptions): AnyTableClient {
  const parts = tableParts(options);
  const { grant, tableName, run } = parts;
  const { resource } = grant;

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
    update: (key, change, condition) => updateItem(parts, key, { change, condition }),
    batchGet: (keys) => batchGet(parts, keys),
    batchWrite: (writes) => batchWrite(parts, writes),
    ...stepMakers(parts),
    transact: (steps) => transact(parts, steps),
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
    ...placeholderFields(key),
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
