/** A `KeyTable` in memory for tests of many writers: conditions as DynamoDB evaluates them, and operations that take turns at random. */

import type { ConditionalRow, KeyTable, Row, RowCondition } from './key-table.js';

export interface MemoryKeyTable extends KeyTable {
  /** Writes that were tried, by kind. */
  readonly writes: { put: number; putAll: number; update: number };
}

/** An empty table; `pause` is awaited before and after every operation. */
export function createMemoryKeyTable(pause: () => Promise<void>): MemoryKeyTable {
  const rows = new Map<string, Row>();
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
    for (const { row } of all) rows.set(idOf(row.pk, row.sk), row);
    return true;
  };
  return {
    writes,
    get: (pk, sk) => operate(() => rows.get(idOf(pk, sk))),
    put: (row, condition) =>
      operate(() => {
        writes.put += 1;
        if (!holds(rows.get(idOf(row.pk, row.sk)), condition)) return false;
        rows.set(idOf(row.pk, row.sk), row);
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
        rows.set(idOf(pk, sk), { pk, sk, ...before, ...set });
        return before ?? {};
      }),
    delete: (pk, sk) => operate(() => rows.delete(idOf(pk, sk))),
    query: async function* ({ pk, between: [from, to] = ['', '\uffff'], descending = false, limit }) {
      yield await operate(() => {
        const found = [...rows.values()].filter((row) => row.pk === pk && String(row.sk) >= from && String(row.sk) <= to);
        found.sort((one, other) => (String(one.sk) < String(other.sk) === descending ? 1 : -1));
        return found.slice(0, limit);
      });
    },
  };
}
