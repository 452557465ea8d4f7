/**
 * The entries of secondary indexes: which LevelDB changes a change of an item brings. dynalite ends index keys with 24 bits of a hash
 * of the item's key, so that of a few thousand items with equal index keys some overwrite each other; ours end with the item's key.
 */
import type { BatchOperation, Dynalite, IndexRecord, Item, TableRecord } from './dynalite.js';

export type IndexType = 'global' | 'local';

/** All keys of an index begin with this. */
export function indexPrefix(indexType: IndexType, tableName: string, indexName: string): string {
  return `index-${indexType}~${tableName}~${indexName}~`;
}

/** The key of an item in an index, without the prefix. */
export function indexKey(db: Dynalite['db'], item: Item, table: TableRecord, index: Pick<IndexRecord, 'KeySchema'>): string {
  return `${db.createIndexKey(item, table, index.KeySchema)}/${db.createKey(item, table)}`;
}

/** The indexes of a table with their type. */
export function indexesOf(table: TableRecord): readonly (readonly [IndexType, IndexRecord])[] {
  return [
    ...(table.LocalSecondaryIndexes ?? []).map((index) => ['local', index] as const),
    ...(table.GlobalSecondaryIndexes ?? []).map((index) => ['global', index] as const),
  ];
}

/** What an item's change from `before` to `after` does to every index of the table. */
export function indexOperations(
  db: Dynalite['db'],
  table: TableRecord,
  before: Item | undefined,
  after: Item | undefined,
): readonly BatchOperation[] {
  return indexesOf(table).flatMap(([indexType, index]): BatchOperation[] => {
    const prefix = indexPrefix(indexType, table.TableName, index.IndexName);
    const oldKey = before && isIndexed(before, table, index) ? indexKey(db, before, table, index) : undefined;
    const newKey = after && isIndexed(after, table, index) ? indexKey(db, after, table, index) : undefined;
    return [
      ...(oldKey !== undefined && oldKey !== newKey ? [{ type: 'del', key: prefix + oldKey } as const] : []),
      ...(newKey === undefined ? [] : [{ type: 'put', key: prefix + newKey, value: projected(after!, table, index) } as const]),
    ];
  });
}

/** An item is in an index when it has all key attributes of it, with the right type. */
function isIndexed(item: Item, table: TableRecord, index: IndexRecord): boolean {
  return index.KeySchema.every(({ AttributeName }) => {
    const type = table.AttributeDefinitions.find((definition) => definition.AttributeName === AttributeName)?.AttributeType;
    return type !== undefined && item[AttributeName]?.[type] !== undefined;
  });
}

function projected(item: Item, table: TableRecord, index: IndexRecord): Item {
  if (index.Projection.ProjectionType === 'ALL') return item;
  const keys = [...table.KeySchema, ...index.KeySchema].map((key) => key.AttributeName);
  const names = new Set([...keys, ...(index.Projection.NonKeyAttributes ?? [])]);
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
}
