/**
 * The gateway's own table in memory: what is written with a condition is only written when it holds.
 */

import type { KeyTable, Row, RowCondition } from '@org/gateway-server/parts';

/** A table without rows. */
export function memoryKeyTable(): Pick<KeyTable, 'get' | 'put' | 'delete' | 'query'> {
  const rows = new Map<string, Row>();
  const keyOf = (pk: unknown, sk: unknown) => `${pk}\n${sk}`;
  const holds = (row: Row | undefined, condition: RowCondition | undefined) => {
    if (condition === undefined) return true;
    if (typeof condition === 'string') return (row !== undefined) === (condition === 'present');
    const isEqual = Object.entries(condition.equal ?? {}).every(([name, value]) => row?.[name] === value);
    return isEqual && Object.entries(condition.below ?? {}).every(([name, value]) => Number(row?.[name]) < value);
  };
  const write = (key: string, after: Row | undefined, condition: RowCondition | undefined) => {
    if (!holds(rows.get(key), condition)) return false;
    if (after) rows.set(key, structuredClone(after));
    else rows.delete(key);
    return true;
  };
  return {
    get: async (pk, sk) => structuredClone(rows.get(keyOf(pk, sk))),
    put: async (row, condition) => write(keyOf(row.pk, row.sk), row, condition),
    delete: async (pk, sk, condition) => write(keyOf(pk, sk), undefined, condition),
    query: async function* ({ pk, between: [from, to] = ['', '\uffff'] }) {
      const found = [...rows.values()].filter((row) => row.pk === pk && String(row.sk) >= from && String(row.sk) <= to);
      yield structuredClone(found.sort((one, other) => (String(one.sk) < String(other.sk) ? -1 : 1)));
    },
  };
}
