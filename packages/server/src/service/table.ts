/**
 * A DynamoDB table as a service declares it: the schema of its items, its keys and indexes, and the operations each service may use.
 * Keys are texts. Operations map to single IAM actions (DynamoDB API reference); there is no scan.
 */

import type { Schema } from '@org/gateway-core';
import { actionsOf, checkResourceName, type Grant, type GrantStatement, type InAccount, inAccount } from './grant.js';

/** A table as infra deploys it. */
export interface TableResource extends InAccount {
  readonly kind: 'table';
  /** Also the logical id in the stack and the end of the variable's name. */
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string | undefined;
  readonly indexes: Readonly<Record<string, { readonly partitionKey: string; readonly sortKey: string | undefined }>>;
  /** Attribute with the expiry of an item, in epoch seconds. */
  readonly expiresAt?: string;
}

/** What a table's items, keys and indexes are. */
export interface TableOptions<TItem, TPartition, TSort, TIndexes> {
  /** Schema of an item, checked on every write and read. */
  readonly item: () => Schema<unknown, TItem>;
  readonly partitionKey: TPartition;
  readonly sortKey?: TSort;
  /** Global secondary indexes by name; all attributes are projected. */
  readonly indexes?: TIndexes;
  /** Attribute with the expiry of an item, in epoch seconds; DynamoDB removes it within days of that. @default items stay */
  readonly expiresAt?: keyof TItem & string;
  /** Name of the account that owns the table, in the stage's settings. @default the gateway's own */
  readonly account?: string;
}

export interface IndexKeys<TItem> {
  readonly partitionKey: keyof TItem & string;
  readonly sortKey?: keyof TItem & string;
}

/** Expected attribute values: the write happens only if all hold. */
export type WriteCondition<TItem> = { readonly if: 'absent' | 'present' | Partial<TItem> };

export interface QueryRequest<TItem, TIndex> {
  /** Absent: the table itself; one with indexes and no sort key is not queried itself (`get`). */
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

/** The attributes of an item that are numbers. */
type NumberAttribute<TItem> = { [TName in keyof TItem]: TItem[TName] extends number | undefined ? TName : never }[keyof TItem];

/** A change of some attributes; the others stay. Key attributes cannot change. */
export interface ItemUpdate<TItem> {
  readonly set?: Partial<TItem>;
  /** Added to the number that is there, 0 when none is. */
  readonly add?: { readonly [TName in NumberAttribute<TItem>]?: number };
  readonly remove?: readonly (keyof TItem & string)[];
}

/** Writes to do at once, in no order and not atomically. */
export interface BatchWrite<TItem, TKey> {
  readonly put?: readonly TItem[];
  readonly delete?: readonly TKey[];
}

/** One part of a transaction, of whichever table made it. Opaque. */
export interface TransactStep {
  readonly '~step': unknown;
}

/**
 * The operations of a table. Each fails with a GatewayError: SERVICE_UNAVAILABLE when throttled or out of reach, BAD_REQUEST for the cursor
 * of another query, INTERNAL_SERVER_ERROR otherwise; or with a TypeError for what no table could do, such as an update of a key.
 */
export interface TableClient<TItem, TKey, TIndex> {
  /** The item, read consistently, or undefined. */
  get(key: TKey): Promise<TItem | undefined>;
  /** The items that exist, in the order of the keys; at most 100 keys. Read consistently; repeats what DynamoDB left over. */
  batchGet(keys: readonly TKey[]): Promise<readonly TItem[]>;
  /** Writes the whole item. `false` when the condition does not hold: nothing was written. */
  put(item: TItem, condition?: WriteCondition<TItem>): Promise<boolean>;
  /**
   * Changes attributes of an item and returns it whole, as it is then. Undefined when the condition does not hold: nothing was written.
   * Values that do not fit the schema, and removals of what an item needs, are refused before the write; that the whole item fits is only
   * known after it. Without a condition an item that does not exist is made.
   */
  update(key: TKey, change: ItemUpdate<TItem>, condition?: WriteCondition<TItem>): Promise<TItem | undefined>;
  /** Deletes the item. `false` when the condition does not hold. */
  delete(key: TKey, condition?: WriteCondition<TItem>): Promise<boolean>;
  /** Any number of writes, 25 a request; repeats what DynamoDB left over, and rejects with SERVICE_UNAVAILABLE when some never went through. */
  batchWrite(writes: BatchWrite<TItem, TKey>): Promise<void>;
  /** A page of items with this partition key, in the order of the sort key. */
  query(request: QueryRequest<TItem, TIndex>): Promise<Page<TItem>>;
  /** Steps for `transact`. */
  putStep(item: TItem, condition?: WriteCondition<TItem>): TransactStep;
  updateStep(key: TKey, change: ItemUpdate<TItem>, condition?: WriteCondition<TItem>): TransactStep;
  deleteStep(key: TKey, condition?: WriteCondition<TItem>): TransactStep;
  /** Only a condition: the transaction happens if it holds. */
  checkStep(key: TKey, condition: WriteCondition<TItem>): TransactStep;
  /**
   * All steps or none, of this and other tables of the same account; at most 100. `false` when a condition did not hold: nothing was
   * written. A transaction that met another one is repeated, then rejects with SERVICE_UNAVAILABLE.
   */
  transact(steps: readonly TransactStep[]): Promise<boolean>;
}

export type TableOperation = keyof TableClient<never, never, never>;

/** A narrower right than the whole table. */
export interface TableScope<TIndexes> {
  /** Indexes that may be queried. @default all of them */
  readonly indexes?: readonly TIndexes[];
  /** Partition keys that may be used, `*` for any text: `tenant-1/*`. Indexes are bound by it too. @default all */
  readonly partitions?: readonly string[];
}

/** A declared table. */
export interface Table<TItem, TKey, TIndex> {
  readonly resource: TableResource;
  readonly item: () => Schema<unknown, TItem>;
  /** The right to these operations and no others. */
  allow<const TOperations extends readonly TableOperation[]>(
    ...operations: TOperations
  ): TableGrant<Pick<TableClient<TItem, TKey, TIndex>, TOperations[number]>>;
  /** The right to these operations on some partitions or indexes. */
  allowOn<const TIndexes extends TIndex, const TOperations extends readonly TableOperation[]>(
    scope: TableScope<TIndexes>,
    ...operations: TOperations
  ): TableGrant<Pick<TableClient<TItem, TKey, TIndexes>, TOperations[number]>>;
  /** Every change of the table, as the source of a worker. */
  changes(): TableChanges<TItem>;
}

/** A table's stream as the source of a worker. */
export interface TableChanges<TItem> {
  readonly kind: 'changes';
  readonly resource: TableResource;
  readonly item: () => Schema<unknown, TItem>;
}

/** A grant on a table carries the item schema for the runtime. */
export interface TableGrant<TClient> extends Grant<TClient> {
  readonly resource: TableResource;
  readonly item: () => Schema;
}

/** `transact` itself needs no right: its steps do. */
export const TABLE_ACTIONS: Readonly<Record<TableOperation, readonly string[]>> = {
  get: ['dynamodb:GetItem'],
  batchGet: ['dynamodb:BatchGetItem'],
  put: ['dynamodb:PutItem'],
  update: ['dynamodb:UpdateItem'],
  delete: ['dynamodb:DeleteItem'],
  batchWrite: ['dynamodb:BatchWriteItem'],
  query: ['dynamodb:Query'],
  putStep: ['dynamodb:PutItem'],
  updateStep: ['dynamodb:UpdateItem'],
  deleteStep: ['dynamodb:DeleteItem'],
  checkStep: ['dynamodb:ConditionCheckItem'],
  transact: [],
};

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
    ...(options.expiresAt === undefined ? {} : { expiresAt: options.expiresAt }),
    ...inAccount(options.account),
  };
  const { item } = options;
  const allowOn = (scope: TableScope<string>, operations: readonly TableOperation[]) => ({
    resource,
    item,
    operations,
    statements: statementsOf(resource, scope, operations),
  });
  return {
    resource,
    item,
    allow: (...operations) => allowOn({}, operations),
    allowOn: (scope, ...operations) => allowOn(scope, operations),
    changes: () => ({ kind: 'changes', resource, item }),
  };
}

/**
 * Indexes can only be queried; everything else is about the table itself. A partition of a table without sort key is one item, which is got:
 * where there are indexes, only they are queried.
 */
function statementsOf(
  resource: TableResource,
  { indexes, partitions }: TableScope<string>,
  operations: readonly TableOperation[],
): readonly GrantStatement[] {
  const names = operations.includes('query') ? (indexes ?? Object.keys(resource.indexes)) : [];
  const onlyIndexes = names.length > 0 && resource.sortKey === undefined;
  const conditions = partitions === undefined ? {} : { conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions } } };
  const own = actionsOf(TABLE_ACTIONS, onlyIndexes ? operations.filter((operation) => operation !== 'query') : operations);
  return [
    ...(own.length === 0 ? [] : [{ actions: own, targets: [{ part: 'self' as const }], ...conditions }]),
    ...(names.length === 0
      ? []
      : [
          { actions: actionsOf(TABLE_ACTIONS, ['query']), targets: names.map((name) => ({ part: 'index' as const, name })), ...conditions },
        ]),
  ];
}
