/**
 * Calls over the socket, whose code is loaded with the first of them: most programs follow over the socket and call over HTTP.
 */

import { answerFailure } from '../answer-failure.js';
import type { Call } from '../call.js';
import { systemClock } from '../clock.js';
import { failure } from '../failure.js';
import type { GatewayClientOptions } from '../options.js';
import type { SocketConnection } from './connection.js';

/** Loads it now, so that the first call does not wait. */
export const loadCalls = () => import('./socket-call.js');

/** Makes what carries calls over a connection. One fails with NETWORK_ERROR when the code cannot be loaded. */
export function lateCarrier(
  { clock = systemClock }: GatewayClientOptions,
  session: string,
  connection: SocketConnection,
): (call: Call) => void {
  let loading: Promise<unknown> | undefined;
  let carry: ((call: Call) => void) | undefined;
  const load = async () => {
    try {
      carry = (await loadCalls()).socketCarrier({ clock, session, connection, failure, answerFailure });
    } finally {
      loading = undefined;
    }
  };
  return (call) => {
    if (carry) return carry(call);
    loading ??= load();
    loading.then(
      () => call.ended || carry!(call),
      (cause) => call.end(failure('NETWORK_ERROR', call.path, 'cannot load what calls over the socket', { cause })),
    );
  };
}
