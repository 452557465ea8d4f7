/**
 * A DynamoDB table in memory: single items under conditions, and queries in the order of the sort keys, each in one indivisible moment.
 * Rows with an expired `ttl` stay until they are swept, in any order, as AWS does it ("typically within a few days"). Inserts are given
 * to `onInsert` with their image as the stream has it. It has no faults of its own: `stores.ts` puts them in front.
 */

import type { ConditionalRow, KeyTable, Row, RowCondition, RowRange } from '@org/gateway-server/parts';

/** A table without waiting: the same operations, done when they are called. */
export interface MemoryTable {
  get(pk: string, sk: string): Row | undefined;
  put(row: Row, condition?: RowCondition): boolean;
  putAll(rows: readonly ConditionalRow[]): boolean;
  update(pk: string, sk: string, set: Row, condition?: RowCondition): Row | undefined;
  delete(pk: string, sk: string, condition?: RowCondition): boolean;
  /** The first page of so many rows, or all. */
  query(range: RowRange): readonly Row[];
  /** Every row. */
  rows(): Iterable<Row>;
  /** Deletes expired rows that `isDue`. */
  sweep(nowMs: number, isDue: (row: Row) => boolean): void;
}

interface Partition {
  readonly rows: Map<string, Row>;
  /** Sort keys in order; undefined after a change. */
  order: string[] | undefined;
}

/** An empty table. */
export function createMemoryTable(onInsert: (row: Row) => void = () => {}): MemoryTable {
  const partitions = new Map<string, Partition>();
  const partitionOf = (pk: string): Partition => {
    const known = partitions.get(pk);
    if (known) return known;
    const made: Partition = { rows: new Map(), order: [] };
    partitions.set(pk, made);
    return made;
  };
  const get = (pk: string, sk: string) => partitions.get(pk)?.rows.get(sk);
  const write = (row: Row) => {
    const { pk, sk } = row as { readonly pk: string; readonly sk: string };
    const partition = partitionOf(pk);
    const isNew = !partition.rows.has(sk);
    partition.rows.set(sk, row);
    if (!isNew) return;
    // Most rows are events, whose keys only grow.
    const last = partition.order?.at(-1);
    if (partition.order && (last === undefined || last < sk)) partition.order.push(sk);
    else partition.order = undefined;
    onInsert(row);
  };
  const remove = (pk: string, sk: string) => {
    const partition = partitions.get(pk);
    if (!partition?.rows.delete(sk)) return;
    partition.order = undefined;
    if (partition.rows.size === 0) partitions.delete(pk);
  };
  return {
    get,
    put(row, condition) {
      const found = get(String(row.pk), String(row.sk));
      if (!holds(found, condition)) return false;
      write(withoutUndefined(row));
      return true;
    },
    putAll(rows) {
      if (!rows.every(({ row, condition }) => holds(get(String(row.pk), String(row.sk)), condition))) return false;
      for (const { row } of rows) write(withoutUndefined(row));
      return true;
    },
    update(pk, sk, set, condition) {
      const found = get(pk, sk);
      if (!holds(found, condition)) return undefined;
      write({ ...found, ...withoutUndefined(set), pk, sk });
      return found ?? {};
    },
    delete(pk, sk, condition) {
      if (!holds(get(pk, sk), condition)) return false;
      remove(pk, sk);
      return true;
    },
    query({ pk, between, descending, limit }) {
      const partition = partitions.get(pk);
      if (!partition) return [];
      partition.order ??= [...partition.rows.keys()].sort();
      const { order, rows } = partition;
      const from = between ? firstFrom(order, between[0]) : 0;
      const last = between?.[1];
      const found: Row[] = [];
      const take = (at: number) => {
        const sk = order[at] as string;
        if (last === undefined || sk <= last) found.push(rows.get(sk) as Row);
      };
      if (descending) for (let at = order.length - 1; at >= from && found.length < (limit ?? Infinity); at--) take(at);
      else for (let at = from; at < order.length && found.length < (limit ?? Infinity); at++) take(at);
      return found;
    },
    *rows() {
      for (const { rows } of partitions.values()) yield* rows.values();
    },
    sweep(nowMs, isDue) {
      for (const [pk, { rows }] of partitions)
        for (const [sk, row] of rows) if (Number(row.ttl) * 1000 < nowMs && isDue(row)) remove(pk, sk);
    },
  };
}

/** As a table that is waited for. */
export function asKeyTable(table: MemoryTable): KeyTable {
  return {
    get: async (pk, sk) => table.get(pk, sk),
    put: async (row, condition) => table.put(row, condition),
    putAll: async (rows) => table.putAll(rows),
    update: async (pk, sk, set, condition) => table.update(pk, sk, set, condition),
    delete: async (pk, sk, condition) => table.delete(pk, sk, condition),
    query: async function* (range) {
      yield table.query(range);
    },
  };
}

/** The first index whose key is `key` or after it. */
function firstFrom(order: readonly string[], key: string): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((order[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function holds(found: Row | undefined, condition: RowCondition | undefined): boolean {
  if (condition === undefined) return true;
  if (condition === 'absent') return found === undefined;
  if (condition === 'present') return found !== undefined;
  const { equal = {}, below = {}, rising = {} } = condition;
  return (
    Object.entries(equal).every(([name, value]) => value === undefined || found?.[name] === value) &&
    Object.entries(below).every(([name, value]) => Number(found?.[name]) < value) &&
    Object.entries(rising).every(([name, value]) => found?.[name] === undefined || (found[name] as number | string) < value)
  );
}

function withoutUndefined(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}

/** A row as DynamoDB spells it: `{"S":"text"}`. Numbers, texts and truth values; others no stream reader of ours looks at. */
export function imageOf(row: Row): Record<string, unknown> {
  const image: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    if (typeof value === 'string') image[name] = { S: value };
    else if (typeof value === 'number') image[name] = { N: String(value) };
    else if (typeof value === 'boolean') image[name] = { BOOL: value };
  }
  return image;
}
