/**
 * Calls over the socket, whose code is loaded with the first of them: most programs follow over the socket and call over HTTP.
 */

import type { Call } from '../call.js';
import type { SocketConnection } from './connection.js';
import type { SocketParts } from './socket-engine.js';

let code: typeof import('./socket-call.js') | undefined;

/** Loads it now, so that the first call does not wait. What is here is here at once for every other client. */
export async function loadCalls(): Promise<typeof import('./socket-call.js')> {
  code ??= await import('./socket-call.js');
  return code;
}

/** Makes what carries calls over a connection. One fails with NETWORK_ERROR when the code cannot be loaded. */
export function lateCalls(parts: SocketParts, connection: SocketConnection): (call: Call) => void {
  let carry: ((call: Call) => void) | undefined;
  return (call) => {
    if (carry) return carry(call);
    loadCalls().then(
      ({ socketCarrier }) => {
        carry ??= socketCarrier(parts, connection);
        if (!call.ended) carry(call);
      },
      (cause) => call.end(parts.failure('NETWORK_ERROR', call.path, 'cannot load what calls over the socket', { cause })),
    );
  };
}
