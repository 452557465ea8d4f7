/** `ReplyStore` in memory, for tests and for a server that is one process. Rows go away when their key is used again after its time. */

import type { Clock } from '../websocket/clock.js';
import { judge, newRow, type ReplyRow } from './reply-row.js';
import type { ReplyStore } from './reply-store.js';

export interface MemoryReplyStoreOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Unique texts. */
  readonly newId: () => string;
}

/** An empty store. */
export function createMemoryReplyStore({ clock, newId }: MemoryReplyStoreOptions): ReplyStore {
  const rows = new Map<string, ReplyRow>();
  const change = (name: string, token: string, changes: Partial<ReplyRow>): boolean => {
    const row = rows.get(name);
    if (row?.token !== token) return false;
    rows.set(name, { ...row, ...changes });
    return true;
  };
  return {
    begin: async (claim) => {
      const met = rows.get(claim.row);
      const judgement = met ? judge(met, claim, clock.now()) : 'take';
      if (judgement !== 'take') return judgement;
      const token = newId();
      rows.set(claim.row, newRow(claim, token, clock.now()));
      return { state: 'execute', token };
    },
    finish: async (row, token, reply) => change(row, token, { state: 'replied', reply }),
    release: async (row, token) => change(row, token, { state: 'free' }),
  };
}
