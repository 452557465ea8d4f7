/**
 * The socket's state, for a status light: a value and its listeners. It exists before the socket's code is loaded, and says `idle`
 * until then. It fits React's `useSyncExternalStore(connection.subscribe, () => connection.state)`.
 */

/** What the socket is doing. */
export type ConnectionState =
  /** Nobody needs it. */
  | { readonly status: 'idle' }
  /** Opening; `attempt` counts from 1 since it was last stable. */
  | { readonly status: 'connecting'; readonly attempt: number }
  | { readonly status: 'open' }
  /** Lost; the next attempt is made `retryInMs` after the state was entered. */
  | { readonly status: 'waiting'; readonly attempt: number; readonly retryInMs: number; readonly reason: string }
  /** `$close()` was called. */
  | { readonly status: 'closed' };

/** The observable state of a client's socket. */
export interface Connection {
  /** The present state; the same object until it changes. */
  readonly state: ConnectionState;
  /** Calls the listener after every change; the answer ends it. */
  readonly subscribe: (listener: (state: ConnectionState) => void) => () => void;
}

/** A connection whose owner sets the state. */
export interface ConnectionStore extends Connection {
  readonly set: (state: ConnectionState) => void;
}

/** A store that says `idle`. */
export function connectionStore(): ConnectionStore {
  const listeners = new Set<(state: ConnectionState) => void>();
  let state: ConnectionState = { status: 'idle' };
  return {
    get state() {
      return state;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set(next) {
      state = next;
      for (const listener of listeners) listener(next);
    },
  };
}
