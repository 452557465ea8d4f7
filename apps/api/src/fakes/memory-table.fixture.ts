/**
 * `TableClient` in memory, for tests of handlers: the same conditions, order, pages and cursors as the one on DynamoDB, and an index that
 * is never behind.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { Page, QueryRequest, TableClient, TableResource, WriteCondition } from '@org/gateway-server/service';

type Item = Readonly<Record<string, unknown>>;

export interface MemoryTable extends TableClient<Item, Item, string> {
  /** What is stored, by JSON of the key. */
  readonly items: Map<string, Item>;
}

/** An empty table. */
export function memoryTable(resource: TableResource): MemoryTable {
  const items = new Map<string, Item>();
  const idOf = (item: Item) =>
    JSON.stringify([item[resource.partitionKey], resource.sortKey === undefined ? null : item[resource.sortKey]]);
  const holds = (id: string, condition: WriteCondition<Item> | undefined) => isMet(items.get(id), condition);
  return {
    items,
    get: async (key) => structuredClone(items.get(idOf(key))),
    put: async (item, condition) => {
      if (!holds(idOf(item), condition)) return false;
      items.set(idOf(item), structuredClone(item));
      return true;
    },
    delete: async (key, condition) => {
      if (!holds(idOf(key), condition)) return false;
      items.delete(idOf(key));
      return true;
    },
    query: async (request) => page([...items.values()], resource, request),
  };
}

function isMet(item: Item | undefined, condition: WriteCondition<Item> | undefined): boolean {
  if (condition === undefined) return true;
  if (condition.if === 'absent') return item === undefined;
  if (condition.if === 'present') return item !== undefined;
  return Object.entries(condition.if).every(([name, value]) => item?.[name] === value);
}

function page(items: readonly Item[], resource: TableResource, request: QueryRequest<Item, string>): Page<Item> {
  const { index, where, limit = 100, cursor, descending = false } = request;
  const { partitionKey, sortKey } = index === undefined ? resource : (resource.indexes[index] as TableResource);
  const scope = JSON.stringify([resource.name, index, where, descending]);
  const positionOf = (item: Item) => String(item[sortKey ?? resource.partitionKey]);
  const partition = items
    .filter((item) => item[partitionKey] === where[partitionKey])
    .sort((one, other) => (positionOf(one) < positionOf(other) ? -1 : 1) * (descending ? -1 : 1));
  const after = cursor === undefined ? undefined : positionIn(scope, cursor);
  const rest =
    after === undefined ? partition : partition.filter((item) => (descending ? positionOf(item) < after : positionOf(item) > after));
  const shown = rest.slice(0, limit);
  const last = rest.length > limit ? shown.at(-1) : undefined;
  return { items: structuredClone(shown), cursor: last === undefined ? null : JSON.stringify([scope, positionOf(last)]) };
}

function positionIn(scope: string, cursor: string): string {
  try {
    const [of, position] = JSON.parse(cursor) as [string, string];
    if (of === scope) return position;
  } catch {
    // Falls through: as foreign as the cursor of another query.
  }
  throw new GatewayError('BAD_REQUEST', '[BAD_REQUEST] the cursor is not of this query');
}
