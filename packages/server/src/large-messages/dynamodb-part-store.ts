/**
 * `PartStore` on the connections table: `P#{connection}#{message}` with a row per part and `taken`, which one caller gets to write. A row has at
 * most 32 KB, a query reads all parts of a message in one page.
 */

import type { KeyTable, Row } from '../topics/key-table.js';
import { type Clock, ttlSeconds } from '../websocket/clock.js';
import { joined, PARTS_KEPT_MS, type Part, type PartStore } from './part-store.js';

const TAKEN = 'taken';

/** Parts in a table. */
export function createDynamoPartStore({ table, clock }: { readonly table: KeyTable; readonly clock: Clock }): PartStore {
  return {
    add: async (connectionId, part) => {
      const pk = `P#${connectionId}#${part.k}`;
      const nowMs = clock.now();
      const ttl = ttlSeconds(nowMs + PARTS_KEPT_MS);
      await table.put({ pk, sk: `${part.i}`, ...part, atMs: nowMs, ttl });
      const rows: Row[] = [];
      for await (const page of table.query({ pk })) rows.push(...page);
      const kept = rows.filter((row) => Number(row.atMs) > nowMs - PARTS_KEPT_MS);
      if (kept.some((row) => row.sk === TAKEN)) return undefined;
      const text = joined(kept.filter((row) => row.sk !== TAKEN) as unknown as Part[], part.n);
      if (text === undefined || !(await take(table, { pk, nowMs, ttl }))) return undefined;
      return text;
    },
  };
}

/** The rows stay until they expire: to delete them costs as much as they do. */
async function take(
  table: KeyTable,
  { pk, nowMs, ttl }: { readonly pk: string; readonly nowMs: number; readonly ttl: number },
): Promise<boolean> {
  const row = { pk, sk: TAKEN, atMs: nowMs, ttl };
  if (await table.put(row, 'absent')) return true;
  return table.put(row, { below: { atMs: nowMs - PARTS_KEPT_MS } });
}
