/**
 * `ReplyStore` on a DynamoDB table. The usual call costs two writes and no read: the row is put where none is, then gets its reply. A
 * repetition costs the write that is refused and a consistent read. TTL deletes up to days late, so a row's own time counts:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
 */

import type { KeyTable, Row } from '../topics/key-table.js';
import { type Clock, ttlSeconds } from '../websocket/clock.js';
import { judge, newRow, type ReplyRow } from './reply-row.js';
import type { Begun, ReplyClaim, ReplyStore } from './reply-store.js';

export interface DynamoReplyStoreOptions {
  readonly table: KeyTable;
  readonly clock: Pick<Clock, 'now'>;
  /** Unique texts. */
  readonly newId: () => string;
}

/** A partition of its own per key. */
const SORT_KEY = 'reply';

/** Opens nothing until the first call with a key. */
export function createDynamoReplyStore({ table, clock, newId }: DynamoReplyStoreOptions): ReplyStore {
  /** Takes a row that is not there, or is still as it was read. */
  const take = async (claim: ReplyClaim, token: string, before: ReplyRow | undefined): Promise<boolean> => {
    const row = newRow(claim, token, clock.now());
    const item = { pk: claim.row, sk: SORT_KEY, ...row, ttl: ttlSeconds(row.keptUntilMs) };
    return table.put(item, before ? { equal: { token: before.token, state: before.state } } : 'absent');
  };
  return {
    begin: async (claim): Promise<Begun> => {
      const token = newId();
      if (await take(claim, token, undefined)) return { state: 'execute', token };
      const found = await table.get(claim.row, SORT_KEY);
      // It was there a moment ago: TTL took it. The next attempt finds its place free.
      if (!found) return { state: 'running' };
      const met = rowOf(found);
      // The SDK repeats a put whose answer was lost, and then meets its own row.
      if (met.token === token) return { state: 'execute', token };
      const judgement = judge(met, claim, clock.now());
      if (judgement !== 'take') return judgement;
      return (await take(claim, token, met)) ? { state: 'execute', token } : { state: 'running' };
    },
    finish: async (row, token, reply) =>
      (await table.update(row, SORT_KEY, { state: 'replied', reply }, { equal: { token } })) !== undefined,
    release: async (row, token) => (await table.update(row, SORT_KEY, { state: 'free' }, { equal: { token } })) !== undefined,
  };
}

function rowOf(row: Row): ReplyRow {
  return {
    state: row.state as ReplyRow['state'],
    token: String(row.token),
    inputHash: String(row.inputHash),
    leaseEndsAtMs: Number(row.leaseEndsAtMs),
    keptUntilMs: Number(row.keptUntilMs),
    reply: row.reply === undefined ? undefined : String(row.reply),
  };
}
