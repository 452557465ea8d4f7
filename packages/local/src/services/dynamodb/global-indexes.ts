/**
 * Adding, filling and removing global secondary indexes of tables that have items.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.OnlineOps.html - queries meet an index that is still being
 * filled, where AWS would refuse them.
 */
import type { BatchOperation, IndexRecord, Item, TableRecord } from './dynalite.js';
import { dynamoError } from './errors.js';
import { indexOperations, indexPrefix } from './index-entries.js';
import { itemPrefix, prefixRange } from './store.js';
import { type Engine, lockName } from './writes.js';

/** Adds, replaces and removes global indexes until they are the wanted ones. */
export async function syncIndexes(engine: Engine, tableName: string, wanted: readonly IndexRecord[]): Promise<void> {
  const { store } = engine;
  const same = (left: IndexRecord, right: IndexRecord): boolean =>
    left.IndexName === right.IndexName &&
    JSON.stringify([left.KeySchema, left.Projection]) === JSON.stringify([right.KeySchema, right.Projection]);
  const present = store.table(tableName).GlobalSecondaryIndexes ?? [];
  for (const index of present.filter((each) => !wanted.some((other) => same(each, other))))
    await removeIndex(engine, tableName, index.IndexName);
  for (const index of wanted.filter((each) => !present.some((other) => same(each, other)))) await addIndex(engine, tableName, index);
}

/** Takes an index off a table; throws `ResourceNotFoundException`. */
export async function removeIndex({ store }: Engine, tableName: string, indexName: string): Promise<void> {
  const table = store.table(tableName);
  const { GlobalSecondaryIndexes: present = [], ...rest } = table;
  const left = present.filter((index) => index.IndexName !== indexName);
  if (left.length === present.length)
    throw dynamoError('ResourceNotFoundException', `Requested resource not found: Index: ${indexName} not found`);
  await store.saveTable({ ...rest, ...(left.length > 0 && { GlobalSecondaryIndexes: left }) } as TableRecord);
  await store.clear(indexPrefix('global', tableName, indexName));
}

/** From the moment the table has the index, writes keep it; the items from before are filled in behind. */
export async function addIndex(engine: Engine, tableName: string, index: IndexRecord): Promise<void> {
  const { store } = engine;
  await store.clear(indexPrefix('global', tableName, index.IndexName));
  const table = store.table(tableName);
  const added: IndexRecord = {
    ...index,
    IndexArn: `${table.TableArn}/index/${index.IndexName}`,
    IndexStatus: 'CREATING',
    IndexSizeBytes: 0,
    ItemCount: 0,
  };
  await store.saveTable({ ...table, GlobalSecondaryIndexes: [...(table.GlobalSecondaryIndexes ?? []), added] });
  await fillIndex(engine, tableName, index.IndexName);
}

/** Gives an index the entries of all items, and makes it active. */
export async function fillIndex({ store, locks }: Engine, tableName: string, indexName: string): Promise<void> {
  const prefix = itemPrefix(tableName);
  for await (const [path] of store.entries(prefixRange(prefix))) {
    const key = path.slice(prefix.length);
    const lock = await locks.acquire([lockName(tableName, key)], 'write', 'wait');
    if ('conflicts' in lock) continue;
    try {
      await store.commits.commit(entriesOfItem(store.table(tableName), await store.getItem(tableName, key), indexName));
    } finally {
      lock.release();
    }
  }
  const table = store.table(tableName);
  const active = table.GlobalSecondaryIndexes!.map((index) =>
    index.IndexName === indexName ? { ...index, IndexStatus: 'ACTIVE' } : index,
  );
  await store.saveTable({ ...table, GlobalSecondaryIndexes: active });

  function entriesOfItem(present: TableRecord, item: Item | undefined, name: string): readonly BatchOperation[] {
    const only = {
      ...present,
      LocalSecondaryIndexes: [],
      GlobalSecondaryIndexes: present.GlobalSecondaryIndexes!.filter((index) => index.IndexName === name),
    };
    return indexOperations(store.dynalite.db, only, undefined, item);
  }
}
