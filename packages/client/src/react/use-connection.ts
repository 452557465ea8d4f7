/** The socket's state, for a status light. */

import { useSyncExternalStore } from 'react';
import type { ClientControls } from '../client-types.js';
import type { ConnectionState } from '../connection-state.js';

const IDLE: ConnectionState = { status: 'idle' };

/** The state of a client's socket, as it changes; on the server it is idle. */
export function useConnection({ $connection }: Pick<ClientControls, '$connection'>): ConnectionState {
  return useSyncExternalStore(
    $connection.subscribe,
    () => $connection.state,
    () => IDLE,
  );
}
