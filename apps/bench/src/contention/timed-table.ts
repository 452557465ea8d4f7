/**
 * A table as far away as DynamoDB, on a virtual clock: conditions as DynamoDB evaluates them, at a moment between a request and its answer.
 * Half of a latency is the same for all requests and the rest falls off exponentially, so that one in a hundred takes three times the mean.
 * Writes are counted as AWS bills those below 1 kB: 1 a write, also a refused one, 2 a row of a transaction.
 */

import type { Clock, ConditionalRow, KeyTable, Row } from '@org/gateway-server/parts';

/** Means, in milliseconds. */
export interface Latencies {
  readonly readMs: number;
  readonly writeMs: number;
  readonly transactionMs: number;
}

/** What was asked of the table. */
export interface Counts {
  /** Writes of events. */
  attempts: number;
  writeUnits: number;
  reads: number;
}

export interface TimedTableOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly latencies: Latencies;
  readonly counts: Counts;
}

type Condition = NonNullable<Parameters<KeyTable['put']>[1]>;

/** An empty table. */
export function createTimedTable({ clock, random, latencies, counts }: TimedTableOptions): KeyTable {
  const { readMs, writeMs, transactionMs } = latencies;
  const rows = new Map<string, Row>();
  /** Sort keys by partition, in order. */
  const sortKeys = new Map<unknown, string[]>();
  const idOf = (pk: unknown, sk: unknown) => `${pk}\n${sk}`;
  const keysOf = (pk: unknown) => sortKeys.get(pk) ?? [];
  const rowOf = (pk: unknown, sk: unknown) => rows.get(idOf(pk, sk));
  const set = (row: Row) => {
    const id = idOf(row.pk, row.sk);
    if (!rows.has(id)) {
      const keys = keysOf(row.pk);
      keys.splice(placeOf(keys, String(row.sk)), 0, String(row.sk));
      sortKeys.set(row.pk, keys);
    }
    rows.set(id, row);
  };
  const request = async <TResult>(meanMs: number, work: () => TResult): Promise<TResult> => {
    const way = () => clock.sleep(meanMs / 4 - (meanMs / 4) * Math.log(1 - random()));
    await way();
    const result = work();
    await way();
    return result;
  };
  const count = (written: readonly Row[], units: number) => {
    counts.writeUnits += units;
    counts.attempts += written.filter(({ sk }) => String(sk).startsWith('E#')).length;
  };
  const putAll = (all: readonly ConditionalRow[]): boolean => {
    if (!all.every(({ row, condition }) => holds(rowOf(row.pk, row.sk), condition))) return false;
    for (const { row } of all) set(row);
    return true;
  };
  return {
    get: (pk, sk) => {
      counts.reads += 1;
      return request(readMs, () => rowOf(pk, sk));
    },
    put: (row, condition) => {
      count([row], 1);
      return request(writeMs, () => {
        const done = condition === undefined || holds(rowOf(row.pk, row.sk), condition);
        if (done) set(row);
        return done;
      });
    },
    putAll: (all) => {
      count(
        all.map(({ row }) => row),
        2 * all.length,
      );
      return request(transactionMs, () => putAll(all));
    },
    update: (pk, sk, changes, condition) => {
      count([], 1);
      return request(writeMs, () => {
        const before = rowOf(pk, sk);
        if (condition !== undefined && !holds(before, condition)) return undefined;
        set({ pk, sk, ...before, ...changes });
        return before ?? {};
      });
    },
    delete: (pk, sk) => {
      count([], 1);
      return request(writeMs, () => {
        sortKeys.set(
          pk,
          keysOf(pk).filter((key) => key !== sk),
        );
        return rows.delete(idOf(pk, sk));
      });
    },
    query: async function* ({ pk, between: [from, to] = ['', '\uffff'], descending = false, limit }) {
      counts.reads += 1;
      yield await request(readMs, () => {
        const keys = keysOf(pk);
        const [first, last] = [placeOf(keys, from), placeOf(keys, `${to}\0`)];
        const most = Math.min(last - first, limit ?? Number.POSITIVE_INFINITY);
        const found = descending ? keys.slice(last - most, last).reverse() : keys.slice(first, first + most);
        return found.map((sk) => rowOf(pk, sk) as Row);
      });
    },
  };
}

function holds(row: Row | undefined, condition: Condition): boolean {
  if (condition === 'absent') return row === undefined;
  if (condition === 'present') return row !== undefined;
  const { equal = {}, below = {}, rising = {} } = condition;
  const value = (name: string) => row?.[name] as number;
  return (
    Object.entries(equal).every(([name, wanted]) => row?.[name] === wanted) &&
    Object.entries(below).every(([name, limit]) => value(name) < limit) &&
    Object.entries(rising).every(([name, limit]) => value(name) === undefined || value(name) < (limit as number))
  );
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
