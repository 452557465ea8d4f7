/**
 * `ConnectionStore` in memory, for tests and for a server that is one process.
 */

import type { Clock } from './clock.js';
import { CONNECTION_KEPT_MS, type Connection, type ConnectionStore } from './connection-store.js';

export interface MemoryConnectionStoreOptions {
  readonly clock: Clock;
  /** Deletes a connection's subscriptions. */
  readonly closeSubscriptions: (connectionId: string) => void;
}

/** No connections yet. */
export function createMemoryConnectionStore({ clock, closeSubscriptions }: MemoryConnectionStoreOptions): ConnectionStore {
  const connections = new Map<string, Connection & { readonly reconnectAsked?: true }>();
  return {
    open: async (connection) => {
      connections.set(connection.id, connection);
    },
    get: async (connectionId) => {
      const connection = connections.get(connectionId);
      if (!connection || connection.connectedAtMs + CONNECTION_KEPT_MS <= clock.now()) return undefined;
      const { reconnectAsked: _asked, ...rest } = connection as Connection & { readonly reconnectAsked?: true };
      return rest;
    },
    setParams: async (connectionId, params, refused) => {
      const connection = connections.get(connectionId);
      if (connection) connections.set(connectionId, { ...connection, params, ...(refused ? { refused } : {}) });
      return connection !== undefined;
    },
    signIn: async (connectionId, user) => {
      const connection = connections.get(connectionId);
      if (!connection) return 'gone';
      if (connection.user && connection.user.id !== user.id) return 'other';
      const { refused: _refused, ...rest } = connection;
      connections.set(connectionId, { ...rest, user });
      return 'done';
    },
    signOut: async (connectionId) => {
      const connection = connections.get(connectionId);
      if (connection) connections.set(connectionId, { ...connection, user: null });
    },
    ofUser: async (userId) => [...connections.values()].flatMap(({ id, user }) => (user?.id === userId ? [id] : [])),
    claimReconnect: async (connectionId) => {
      const connection = connections.get(connectionId);
      if (!connection || connection.reconnectAsked || connection.gw) return false;
      connections.set(connectionId, { ...connection, reconnectAsked: true });
      return true;
    },
    close: async (connectionId) => {
      closeSubscriptions(connectionId);
      connections.delete(connectionId);
    },
  };
}
