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
    setParams: async (connectionId, params) => {
      const connection = connections.get(connectionId);
      if (connection) connections.set(connectionId, { ...connection, params });
      return connection !== undefined;
    },
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
