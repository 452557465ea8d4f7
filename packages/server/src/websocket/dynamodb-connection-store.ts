/**
 * `ConnectionStore` on the connections table. Keys: `topics/subscription-keys.ts`.
 */

import type { KeyTable, Row } from '../topics/key-table.js';
import { forEachParallel } from '../topics/parallel.js';
import { CONNECTION_ROW, connectionKey, subscriberKey, subscriptionOf } from '../topics/subscription-keys.js';
import { type Clock, ttlSeconds } from './clock.js';
import { CONNECTION_KEPT_MS, type Connection, type ConnectionStore } from './connection-store.js';

/** Deletions of one `$disconnect` at a time. */
const PARALLEL_DELETES = 16;

/** Connections in a table. */
export function createDynamoConnectionStore({ table, clock }: { readonly table: KeyTable; readonly clock: Clock }): ConnectionStore {
  const deleteRow = async (connectionId: string, row: Row): Promise<void> => {
    const subscription = subscriptionOf(connectionId, row);
    if (subscription) {
      const { pk, sk } = subscriberKey(subscription.key);
      await table.delete(pk, sk);
    }
    await table.delete(connectionKey(connectionId), String(row.sk));
  };
  return {
    open: async ({ id, connectedAtMs, user, session, gw, params }) => {
      const key = { pk: connectionKey(id), sk: CONNECTION_ROW };
      const ttl = ttlSeconds(connectedAtMs + CONNECTION_KEPT_MS);
      const known = { ...(user ? { user } : {}), ...(session === undefined ? {} : { session }), ...(gw ? { gw } : {}) };
      await table.put({ ...key, connectedAtMs, ttl, ...known, ...(params ? { params } : { awaitingParams: true }) });
    },
    get: async (connectionId) => {
      const row = await table.get(connectionKey(connectionId), CONNECTION_ROW);
      return row && Number(row.ttl) * 1000 > clock.now() ? connectionOf(connectionId, row) : undefined;
    },
    setParams: async (connectionId, params) =>
      (await table.update(connectionKey(connectionId), CONNECTION_ROW, { params, awaitingParams: false }, 'present')) !== undefined,
    claimReconnect: async (connectionId) => {
      const before = await table.update(connectionKey(connectionId), CONNECTION_ROW, { reconnectAsked: true }, 'present');
      return before !== undefined && before.reconnectAsked !== true && before.gw !== true;
    },
    close: async (connectionId) => {
      for await (const page of table.query({ pk: connectionKey(connectionId) })) {
        await forEachParallel(page, PARALLEL_DELETES, (row) => deleteRow(connectionId, row));
      }
    },
  };
}

function connectionOf(id: string, row: Row): Connection {
  return {
    id,
    connectedAtMs: Number(row.connectedAtMs),
    user: (row.user as Connection['user'] | undefined) ?? null,
    ...(typeof row.session === 'string' ? { session: row.session } : {}),
    ...(row.gw === true ? { gw: true } : {}),
    params: row.awaitingParams === true ? undefined : ((row.params as Connection['params']) ?? {}),
  };
}
