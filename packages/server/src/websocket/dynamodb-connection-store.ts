/**
 * `ConnectionStore` on the connections table. Keys: `topics/subscription-keys.ts`. A user is kept as JSON text: claims may hold numbers that
 * DynamoDB does not take.
 */

import type { Identity } from '../identity/identity.js';
import type { KeyTable, Row } from '../topics/key-table.js';
import { forEachParallel } from '../topics/parallel.js';
import { CONNECTION_ROW, connectionKey, subscriberKey, subscriptionOf, USER_CONNECTIONS, userKey } from '../topics/subscription-keys.js';
import { type Clock, ttlSeconds } from './clock.js';
import { CONNECTION_KEPT_MS, type Connection, type ConnectionStore } from './connection-store.js';

/** Deletions of one `$disconnect` at a time. */
const PARALLEL_DELETES = 16;

/** Sign-ins of one connection at a time. */
const ATTEMPTS = 3;

/** Connections in a table. */
export function createDynamoConnectionStore({ table, clock }: { readonly table: KeyTable; readonly clock: Clock }): ConnectionStore {
  const deleteRow = async (connectionId: string, row: Row): Promise<void> => {
    const subscription = subscriptionOf(connectionId, row);
    if (subscription) {
      const { pk, sk } = subscriberKey(subscription.key);
      await table.delete(pk, sk);
    }
    if (typeof row.userId === 'string' && row.userId !== '') await forgetUser(row.userId, connectionId);
    await table.delete(connectionKey(connectionId), String(row.sk));
  };
  const noteUser = (userId: string, connectionId: string, connectedAtMs: number) =>
    table.put({ ...ofUserKey(userId, connectionId), ttl: ttlSeconds(connectedAtMs + CONNECTION_KEPT_MS) });
  const forgetUser = async (userId: string, connectionId: string) => {
    const { pk, sk } = ofUserKey(userId, connectionId);
    await table.delete(pk, sk);
  };
  const read = async (connectionId: string): Promise<Row | undefined> => {
    const row = await table.get(connectionKey(connectionId), CONNECTION_ROW);
    return row && Number(row.ttl) * 1000 > clock.now() ? row : undefined;
  };
  return {
    open: async ({ id, connectedAtMs, user, session, gw, params }) => {
      const key = { pk: connectionKey(id), sk: CONNECTION_ROW };
      const ttl = ttlSeconds(connectedAtMs + CONNECTION_KEPT_MS);
      const known = { ...userFields(user), ...(session === undefined ? {} : { session }), ...(gw ? { gw } : {}) };
      if (user) await noteUser(user.id, id, connectedAtMs);
      await table.put({ ...key, connectedAtMs, ttl, ...known, ...(params ? { params } : { awaitingParams: true }) });
    },
    get: async (connectionId) => {
      const row = await read(connectionId);
      return row && connectionOf(connectionId, row);
    },
    setParams: async (connectionId, params, refused) => {
      const set = { params, awaitingParams: false, ...(refused ? { refused } : {}) };
      return (await table.update(connectionKey(connectionId), CONNECTION_ROW, set, 'present')) !== undefined;
    },
    signIn: async (connectionId, user) => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const row = await read(connectionId);
        if (!row) return 'gone';
        if (row.userId !== '' && row.userId !== user.id) {
          // Of an attempt that another user's has overtaken: a revocation would close what is theirs.
          if (attempt > 0) await forgetUser(user.id, connectionId);
          return 'other';
        }
        await noteUser(user.id, connectionId, Number(row.connectedAtMs));
        const set = { ...userFields(user), refused: '' };
        if (await table.update(connectionKey(connectionId), CONNECTION_ROW, set, { equal: { userId: row.userId } })) return 'done';
      }
      return 'gone';
    },
    signOut: async (connectionId) => {
      const before = await table.update(connectionKey(connectionId), CONNECTION_ROW, userFields(null), 'present');
      if (typeof before?.userId === 'string' && before.userId !== '') await forgetUser(before.userId, connectionId);
    },
    ofUser: async (userId) => {
      const found: string[] = [];
      for await (const page of table.query({ pk: userKey(userId), between: USER_CONNECTIONS })) {
        found.push(...page.filter(({ ttl }) => Number(ttl) * 1000 > clock.now()).map(({ sk }) => String(sk).slice(2)));
      }
      return found;
    },
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

function ofUserKey(userId: string, connectionId: string): { readonly pk: string; readonly sk: string } {
  return { pk: userKey(userId), sk: `C#${connectionId}` };
}

/** `userId` is there for conditions; empty for nobody. */
function userFields(user: Identity | null): { readonly user: string; readonly userId: string } {
  return { user: user ? JSON.stringify(user) : '', userId: user?.id ?? '' };
}

function connectionOf(id: string, row: Row): Connection {
  const { user, session, refused } = row;
  return {
    id,
    connectedAtMs: Number(row.connectedAtMs),
    user: typeof user === 'string' && user !== '' ? (JSON.parse(user) as Identity) : null,
    ...(refused === 'UNAUTHORIZED' || refused === 'SERVICE_UNAVAILABLE' ? { refused } : {}),
    ...(typeof session === 'string' ? { session } : {}),
    ...(row.gw === true ? { gw: true } : {}),
    params: row.awaitingParams === true ? undefined : ((row.params as Connection['params']) ?? {}),
  };
}
