/**
 * A DynamoDB table in memory: single items under conditions, and queries in the order of the sort keys, each in one indivisible moment.
 * Rows with an expired `ttl` stay until they are swept, in any order, as AWS does it ("typically within a few days"). Inserts are given
 * to `onInsert` with their image as the stream has it. It has no faults of its own: `stores.ts` puts them in front.
 */

import type { ConditionalRow, Row, RowCondition, RowRange } from '@org/gateway-server/parts';

/** A table without waiting: the same operations, done when they are called. */
export interface MemoryTable {
  get(pk: string, sk: string): Row | undefined;
  put(row: Row, condition?: RowCondition): boolean;
  /** Whether all of these could be put now. */
  allows(rows: readonly ConditionalRow[]): boolean;
  update(pk: string, sk: string, set: Row, condition?: RowCondition): Row | undefined;
  delete(pk: string, sk: string, condition?: RowCondition): boolean;
  /** Queries do not see this row until they are told to: it is being committed with others. */
  hide(pk: string, sk: string): () => void;
  /** The first page of so many rows, or all. */
  query(range: RowRange): readonly Row[];
  /** Every row. */
  rows(): Iterable<Row>;
  /** Deletes expired rows that `isDue`. */
  sweep(nowMs: number, isDue: (row: Row) => boolean): void;
}

interface Partition {
  readonly rows: Map<string, Row>;
  /** Sort keys in order. */
  readonly order: string[];
}

/** An empty table. */
export function createMemoryTable(onInsert: (row: Row) => void = () => {}): MemoryTable {
  const partitions = new Map<string, Partition>();
  const hidden = new Set<Row>();
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
    const { order } = partition;
    const last = order.at(-1);
    if (last === undefined || last < sk) order.push(sk);
    else order.splice(firstFrom(order, sk), 0, sk);
    onInsert(row);
  };
  const remove = (pk: string, sk: string) => {
    const partition = partitions.get(pk);
    if (!partition?.rows.delete(sk)) return;
    partition.order.splice(firstFrom(partition.order, sk), 1);
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
    allows: (rows) => rows.every(({ row, condition }) => holds(get(String(row.pk), String(row.sk)), condition)),
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
    hide(pk, sk) {
      const row = get(pk, sk);
      if (row) hidden.add(row);
      return () => void (row && hidden.delete(row));
    },
    query({ pk, between, descending, limit }) {
      const partition = partitions.get(pk);
      if (!partition) return [];
      const { order, rows } = partition;
      const from = between ? firstFrom(order, between[0]) : 0;
      const last = between?.[1];
      const found: Row[] = [];
      const take = (at: number) => {
        const sk = order[at] as string;
        const row = rows.get(sk) as Row;
        if ((last === undefined || sk <= last) && !hidden.has(row)) found.push(row);
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
        for (const [sk, row] of [...rows]) if (Number(row.ttl) * 1000 < nowMs && isDue(row)) remove(pk, sk);
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
  const isEqual = Object.entries(equal).every(([name, value]) => value === undefined || found?.[name] === value);
  const isBelow = Object.entries(below).every(([name, value]) => Number(found?.[name]) < value);
  return (
    isEqual &&
    isBelow &&
    Object.entries(rising).every(([name, value]) => found?.[name] === undefined || (found[name] as typeof value) < value)
  );
}

function withoutUndefined(row: Row): Row {
  for (const name in row) {
    if (row[name] === undefined) return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
  }
  return row;
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
