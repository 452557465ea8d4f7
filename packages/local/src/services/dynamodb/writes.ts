/**
 * PutItem, UpdateItem, DeleteItem and BatchWriteItem. dynalite's action decides what changes, on a view that collects its writes;
 * then item, index entries and stream records go into LevelDB as one batch, so a kill can separate none of them.
 */
import { AwsError } from '../../wire/aws-error.js';
import type { ActionStore, BatchOperation, Callback, Item, TableRecord } from './dynalite.js';
import { dynamoError, fromDynalite, tableNotFound, validationError } from './errors.js';
import { indexOperations } from './index-entries.js';
import { itemSizeBytes, MAX_ITEM_BYTES, sameItem } from './item-size.js';
import type { KeyLocks } from './key-locks.js';
import { type CheckedRequest, checkRequest } from './requests.js';
import type { StaleReads } from './stale-reads.js';
import { itemPrefix, type Store, settle, tableGetter } from './store.js';
import type { ItemChange, Streams } from './streams.js';

/** What the write path of all operations works with. */
export interface Engine {
  readonly store: Store;
  readonly streams: Streams;
  readonly locks: KeyLocks;
  /** @default reads are never stale */
  readonly stale?: StaleReads;
}

/** The outcome of an action that was not committed yet. */
export type Evaluation =
  | { readonly ok: true; readonly output: Record<string, unknown>; readonly changes: readonly ItemChange[] }
  | { readonly ok: false; readonly error: unknown; readonly existing: Item | undefined };

/** Runs a single-item write or a batch as dynalite has it, without writing. The items' locks must be held. */
export function evaluateWrite(store: Store, operation: string, data: CheckedRequest): Promise<Evaluation> {
  const captured: Captured = { changes: [], read: new Map() };
  return new Promise((resolve, reject) => {
    store.dynalite.action(operation)(captureView(store, captured, reject), data, (error, output) => {
      const { changes, read } = captured;
      const problem = error ? fromDynalite(error) : changes.map(changeProblem).find((each) => each !== undefined);
      resolve(problem ? { ok: false, error: problem, existing: [...read.values()].at(-1) } : { ok: true, output: output ?? {}, changes });
    });
  });
}

interface Captured {
  readonly changes: ItemChange[];
  /** Items as they were, by lock name. */
  readonly read: Map<string, Item | undefined>;
}

/** A store that reads from LevelDB and collects writes of items; index entries are ours to make. */
function captureView(store: Store, { changes, read }: Captured, fail: (error: unknown) => void): ActionStore {
  const collect = (tableName: string, key: string, after: Item | undefined): void => {
    changes.push({ table: store.table(tableName), key, before: read.get(lockName(tableName, key)), after });
  };
  return {
    options: store.base.options,
    tableDb: store.base.tableDb,
    getTable: tableGetter({ get: (name: string) => store.findTable(name) }),
    getItemDb: (tableName) => ({
      lock: (_key: string, run: (release: <TDone>(done: TDone) => TDone) => void) => run((done) => done),
      get: (key: string, done: Callback<Item | undefined>) => {
        const remember: Callback<Item | undefined> = (error, item) => {
          read.set(lockName(tableName, key), item);
          done(error, item);
        };
        settle(store.getItem(tableName, key), { done: remember, fail });
      },
      put: (key: string, item: Item, done: Callback<void>) => {
        collect(tableName, key, item);
        done(null);
      },
      del: (key: string, done: Callback<void>) => {
        collect(tableName, key, undefined);
        done(null);
      },
    }),
    getIndexDb: () => ({
      put: (_key: string, _item: Item, done: Callback<void>) => done(null),
      del: (_key: string, done: Callback<void>) => done(null),
    }),
    getTagDb: (name) => store.base.getTagDb(name),
  };
}

/** What dynalite does not check of a new item: its size in bytes, and empty index keys. */
function changeProblem({ table, after }: ItemChange): AwsError | undefined {
  if (!after) return undefined;
  if (itemSizeBytes(after) > MAX_ITEM_BYTES) return validationError('Item size has exceeded the maximum allowed size');
  for (const index of [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])]) {
    const empty = index.KeySchema.find(({ AttributeName: name }) => after[name]?.S === '' || after[name]?.B === '');
    if (empty) {
      const kind = after[empty.AttributeName]!.S === '' ? 'string' : 'binary';
      return validationError(
        `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty ${kind} value. IndexName: ${index.IndexName}, IndexKey: ${empty.AttributeName}`,
      );
    }
  }
  return undefined;
}

/** Writes changes with their index entries and stream records, and wakes the streams' readers. */
export async function commitChanges(
  { store, streams, stale }: Engine,
  changes: readonly ItemChange[],
  options: { readonly byTtl?: boolean; readonly extra?: readonly BatchOperation[] } = {},
): Promise<void> {
  const real = changes.filter((change) => !sameItem(change.before, change.after));
  const operations = real.flatMap(({ table, key, before, after }): BatchOperation[] => {
    const path = itemPrefix(table.TableName) + key;
    const item: BatchOperation = after ? { type: 'put', key: path, value: after } : { type: 'del', key: path };
    return [item, ...indexOperations(store.dynalite.db, table, before, after)];
  });
  const all = [...operations, ...streams.append(real, { byTtl: options.byTtl ?? false }), ...(options.extra ?? [])];
  if (all.length > 0) await store.commits.commit(all);
  stale?.note(real);
  streams.wake(real);
}

/** The name under which an item is locked. */
export function lockName(tableName: string, key: string): string {
  return `${tableName}~${key}`;
}

type SingleWrite = 'PutItem' | 'UpdateItem' | 'DeleteItem';

/** One write of one item, from its request to its answer. */
export async function writeItem(
  engine: Engine,
  operation: SingleWrite,
  input: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const { store, locks } = engine;
  const data = checkRequest(store, operation, input);
  const returnItem = readReturnOnFailure(input);
  const table = store.findTable(data.TableName as string);
  if (!table) throw dynamoError('ResourceNotFoundException', 'Requested resource not found');
  const name = lockName(table.TableName, itemKey(store, operation, table, data));
  const lock = await locks.acquire([name], 'write', 'conflict');
  if ('conflicts' in lock) throw dynamoError('TransactionConflictException', 'Transaction is ongoing for the item');
  try {
    const evaluation = await evaluateWrite(store, operation, data);
    if (!evaluation.ok) throw returnItem ? withItem(evaluation.error, evaluation.existing) : evaluation.error;
    await commitChanges(engine, evaluation.changes);
    return evaluation.output;
  } finally {
    lock.release();
  }
}

/** dynalite's key of the item that a write is about; throws its `ValidationException` for a key that does not fit the table. */
export function itemKey(store: Store, operation: SingleWrite | 'GetItem', table: TableRecord, data: CheckedRequest): string {
  const { db } = store.dynalite;
  const source = (operation === 'PutItem' ? data.Item : data.Key) as Item;
  const invalid = operation === 'PutItem' ? db.validateItem(source, table) : db.validateKey(source, table);
  if (invalid) throw fromDynalite(invalid);
  return db.createKey(source, table);
}

/** `ReturnValuesOnConditionCheckFailure`, which dynalite does not know. */
export function readReturnOnFailure(input: Readonly<Record<string, unknown>>): boolean {
  const value = input.ReturnValuesOnConditionCheckFailure ?? 'NONE';
  if (value === 'ALL_OLD' || value === 'NONE') return value === 'ALL_OLD';
  throw validationError(
    `1 validation error detected: Value '${String(value)}' at 'returnValuesOnConditionCheckFailure' failed to satisfy constraint: Member must satisfy enum value set: [ALL_OLD, NONE]`,
  );
}

function withItem(error: unknown, item: Item | undefined): unknown {
  if (!(error instanceof AwsError) || error.code !== 'ConditionalCheckFailedException' || !item) return error;
  return dynamoError(error.code, error.message, { Item: item });
}

interface BatchEntry {
  readonly PutRequest?: { readonly Item: Item };
  readonly DeleteRequest?: { readonly Key: Item };
}

/** BatchWriteItem: up to 25 puts and deletes in one LevelDB batch. It waits for transactions on its items. */
export async function batchWrite(engine: Engine, input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
  const { store, locks } = engine;
  const data = checkRequest(store, 'BatchWriteItem', input);
  const requests = Object.entries(data.RequestItems as Readonly<Record<string, readonly BatchEntry[]>>);
  const names = requests.flatMap(([tableName, entries]) => {
    const table = store.findTable(tableName);
    if (!table) throw dynamoError('ResourceNotFoundException', tableNotFound(tableName).message);
    return entries.flatMap((entry) => batchLockName(store, table, entry));
  });
  const lock = await locks.acquire([...new Set(names)], 'write', 'wait');
  if ('conflicts' in lock) throw dynamoError('TransactionConflictException', 'Transaction is ongoing for the item');
  try {
    const evaluation = await evaluateWrite(store, 'BatchWriteItem', data);
    if (!evaluation.ok) throw evaluation.error;
    await commitChanges(engine, evaluation.changes);
    return evaluation.output;
  } finally {
    lock.release();
  }
}

/** None for a key that does not fit the table: the action refuses the batch then, with its own message. */
function batchLockName(store: Store, table: TableRecord, entry: BatchEntry): readonly string[] {
  const { db } = store.dynalite;
  const source = entry.PutRequest?.Item ?? entry.DeleteRequest?.Key;
  const invalid = !source || (entry.PutRequest ? db.validateItem(source, table) : db.validateKey(source, table));
  return invalid ? [] : [lockName(table.TableName, db.createKey(source, table))];
}
