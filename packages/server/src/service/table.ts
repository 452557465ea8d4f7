/**
 * A DynamoDB table as a service declares it: the schema of its items, its keys and indexes, and the operations each service may use.
 * Keys are texts. Operations map to single IAM actions (DynamoDB API reference); there is no scan.
 */

import type { Schema } from '@org/gateway-core';
import { checkResourceName, type Grant, type GrantStatement, type TableResource } from './grant.js';

/** What a table's items, keys and indexes are. */
export interface TableOptions<TItem, TPartition, TSort, TIndexes> {
  /** Schema of an item, checked on every write and read. */
  readonly item: () => Schema<unknown, TItem>;
  readonly partitionKey: TPartition;
  readonly sortKey?: TSort;
  /** Global secondary indexes by name; all attributes are projected. */
  readonly indexes?: TIndexes;
}

export interface IndexKeys<TItem> {
  readonly partitionKey: keyof TItem & string;
  readonly sortKey?: keyof TItem & string;
}

/** Expected attribute values: the write happens only if all hold. */
export type WriteCondition<TItem> = { readonly if: 'absent' | 'present' | Partial<TItem> };

export interface QueryRequest<TItem, TIndex> {
  /** Absent: the table itself. */
  readonly index?: TIndex;
  /** Attribute values of the partition key of the table or index. */
  readonly where: Partial<TItem>;
  /** @default 100 */
  readonly limit?: number;
  /** `cursor` of the page before. A cursor of another query is a BAD_REQUEST. */
  readonly cursor?: string | undefined;
  /** Newest sort key first. @default false */
  readonly descending?: boolean;
}

export interface Page<TItem> {
  readonly items: readonly TItem[];
  /** Null on the last page. */
  readonly cursor: string | null;
}

/** The operations of a table. Each rejects with a GatewayError: SERVICE_UNAVAILABLE when throttled, INTERNAL_SERVER_ERROR otherwise. */
export interface TableClient<TItem, TKey, TIndex> {
  /** The item, read consistently, or undefined. */
  get(key: TKey): Promise<TItem | undefined>;
  /** Writes the whole item. `false` when the condition does not hold: nothing was written. */
  put(item: TItem, condition?: WriteCondition<TItem>): Promise<boolean>;
  /** Deletes the item. `false` when the condition does not hold. */
  delete(key: TKey, condition?: WriteCondition<TItem>): Promise<boolean>;
  /** A page of items with this partition key, in the order of the sort key. */
  query(request: QueryRequest<TItem, TIndex>): Promise<Page<TItem>>;
}

export type TableOperation = keyof TableClient<never, never, never>;

/** A declared table. */
export interface Table<TItem, TKey, TIndex> {
  readonly resource: TableResource;
  readonly item: () => Schema<unknown, TItem>;
  /** The right to these operations and no others. */
  allow<const TOperations extends readonly TableOperation[]>(
    ...operations: TOperations
  ): TableGrant<Pick<TableClient<TItem, TKey, TIndex>, TOperations[number]>>;
}

/** A grant on a table carries the item schema for the runtime. */
export interface TableGrant<TClient> extends Grant<TClient> {
  readonly resource: TableResource;
  readonly item: () => Schema;
}

const ACTIONS = {
  get: 'dynamodb:GetItem',
  put: 'dynamodb:PutItem',
  delete: 'dynamodb:DeleteItem',
  query: 'dynamodb:Query',
} as const satisfies Record<TableOperation, string>;

/**
 * Declares a table.
 *
 * @throws TypeError for a name that is no logical id.
 */
export function table<
  TItem,
  TPartition extends keyof TItem & string,
  TSort extends keyof TItem & string = never,
  TIndexes extends Readonly<Record<string, IndexKeys<TItem>>> = Record<never, never>,
>(
  name: string,
  options: TableOptions<TItem, TPartition, TSort, TIndexes>,
): Table<TItem, Pick<TItem, TPartition | TSort>, keyof TIndexes & string> {
  checkResourceName('table', name);
  const indexes: Readonly<Record<string, IndexKeys<TItem>>> = options.indexes ?? {};
  const resource: TableResource = {
    kind: 'table',
    name,
    partitionKey: options.partitionKey,
    sortKey: options.sortKey,
    indexes: Object.fromEntries(
      Object.entries(indexes).map(([index, keys]) => [index, { partitionKey: keys.partitionKey, sortKey: keys.sortKey }]),
    ),
  };
  return {
    resource,
    item: options.item,
    allow: (...operations) => ({ resource, item: options.item, operations, statements: statementsOf(resource, operations) }),
  };
}

/** Indexes can only be queried; everything else is about the table itself. */
function statementsOf(resource: TableResource, operations: readonly TableOperation[]): readonly GrantStatement[] {
  const actions = [...new Set(operations.map((operation) => ACTIONS[operation]))].sort();
  const indexNames = operations.includes('query') ? Object.keys(resource.indexes) : [];
  const own = { actions, targets: [{ part: 'self' as const }] };
  if (indexNames.length === 0) return [own];
  return [own, { actions: [ACTIONS.query], targets: indexNames.map((index) => ({ part: 'index' as const, name: index })) }];
}
