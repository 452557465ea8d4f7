/**
 * The socket's state, for a status light: a value and its listeners. It fits React's
 * `useSyncExternalStore(connection.subscribe, () => connection.state)`.
 */

import type { GatewayError } from '@org/gateway-core/errors';

/** What the socket is doing. */
export type ConnectionState =
  /** Nobody needs it. */
  | { readonly status: 'idle' }
  /** Opening; `attempt` counts from 1 since it was last stable. */
  | { readonly status: 'connecting'; readonly attempt: number }
  /** Connected, and every subscription is where its topic is, as far as is known. */
  | { readonly status: 'live' }
  /** Connected; a subscription has not started yet or lacks events, which are asked for. */
  | { readonly status: 'catching-up' }
  /** Connected, but the server has owed a sign of life for 5 s. */
  | { readonly status: 'degraded' }
  /** Lost; the next attempt is made `retryInMs` after the state was entered. `Infinity`: when the network or the page is back. */
  | { readonly status: 'offline'; readonly attempt: number; readonly retryInMs: number; readonly reason: string }
  /**
   * `$close()` was called, or the server or `socketUrl` said not to come back; then the next request opens it again. `code` is that of the
   * error that ended what waited: UNAUTHORIZED when the sign-in is over, because it was revoked or its token is refused.
   */
  | { readonly status: 'closed'; readonly reason: string; readonly code?: GatewayError['code'] | undefined };

/** The observable state of a client's socket. */
export interface Connection {
  /** The present state; the same object until it changes. */
  readonly state: ConnectionState;
  /** Calls the listener after every change; the answer ends it. */
  readonly subscribe: (listener: (state: ConnectionState) => void) => () => void;
}

/** A connection whose owner sets the state. */
export interface ConnectionStore extends Connection {
  /** Tells the listeners, unless all of it is as before. */
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
      if (JSON.stringify(next) === JSON.stringify(state)) return;
      state = next;
      for (const listener of listeners) listener(next);
    },
  };
}
