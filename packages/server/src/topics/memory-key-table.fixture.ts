/** A `KeyTable` in memory for tests of many writers: conditions as DynamoDB evaluates them, and operations that take turns at random. */

import type { ConditionalRow, KeyTable, Row, RowCondition } from './key-table.js';

export interface MemoryKeyTable extends KeyTable {
  /** Writes that were tried, by kind. */
  readonly writes: { put: number; putAll: number; update: number };
}

/** An empty table; `pause` is awaited before and after every operation. */
export function createMemoryKeyTable(pause: () => Promise<void>): MemoryKeyTable {
  const rows = new Map<string, Row>();
  /** Sort keys by partition, in order. */
  const sortKeys = new Map<unknown, string[]>();
  const keysOf = (pk: unknown) => sortKeys.get(pk) ?? [];
  const store = (row: Row) => {
    const id = idOf(row.pk, row.sk);
    const keys = keysOf(row.pk);
    if (!rows.has(id)) keys.splice(placeOf(keys, String(row.sk)), 0, String(row.sk));
    sortKeys.set(row.pk, keys);
    rows.set(id, row);
  };
  const writes = { put: 0, putAll: 0, update: 0 };
  const idOf = (pk: unknown, sk: unknown) => `${pk}\n${sk}`;
  const holds = (row: Row | undefined, condition: RowCondition | undefined): boolean => {
    if (condition === undefined) return true;
    if (condition === 'absent') return row === undefined;
    if (condition === 'present') return row !== undefined;
    const { equal = {}, below = {}, rising = {} } = condition;
    const value = (name: string) => row?.[name] as number;
    return (
      Object.entries(equal).every(([name, wanted]) => row?.[name] === wanted) &&
      Object.entries(below).every(([name, limit]) => value(name) < limit) &&
      Object.entries(rising).every(([name, limit]) => value(name) === undefined || value(name) < (limit as number))
    );
  };
  const operate = async <TResult>(work: () => TResult): Promise<TResult> => {
    await pause();
    const result = work();
    await pause();
    return result;
  };
  const putAll = (all: readonly ConditionalRow[]): boolean => {
    if (!all.every(({ row, condition }) => holds(rows.get(idOf(row.pk, row.sk)), condition))) return false;
    for (const { row } of all) store(row);
    return true;
  };
  return {
    writes,
    get: (pk, sk) => operate(() => rows.get(idOf(pk, sk))),
    put: (row, condition) =>
      operate(() => {
        writes.put += 1;
        if (!holds(rows.get(idOf(row.pk, row.sk)), condition)) return false;
        store(row);
        return true;
      }),
    putAll: (all) =>
      operate(() => {
        writes.putAll += 1;
        return putAll(all);
      }),
    update: (pk, sk, set, condition) =>
      operate(() => {
        writes.update += 1;
        const before = rows.get(idOf(pk, sk));
        if (!holds(before, condition)) return undefined;
        store({ pk, sk, ...before, ...set });
        return before ?? {};
      }),
    delete: (pk, sk) =>
      operate(() => {
        const keys = keysOf(pk);
        if (keys.includes(sk)) keys.splice(keys.indexOf(sk), 1);
        return rows.delete(idOf(pk, sk));
      }),
    query: async function* ({ pk, between: [from, to] = ['', '\uffff'], descending = false, limit }) {
      yield await operate(() => {
        const keys = keysOf(pk);
        const [first, last] = [placeOf(keys, from), placeOf(keys, `${to}\0`)];
        const most = Math.min(last - first, limit ?? Number.POSITIVE_INFINITY);
        const found = descending ? keys.slice(last - most, last).reverse() : keys.slice(first, first + most);
        return found.map((sk) => rows.get(idOf(pk, sk)) as Row);
      });
    },
  };
}

/** Where a key is, or would be, among others in order. */
function placeOf(keys: readonly string[], key: string): number {
  let [from, to] = [0, keys.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((keys[middle] as string) < key) from = middle + 1;
    else to = middle;
  }
  return from;
}
