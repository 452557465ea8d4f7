/**
 * A query or mutation over the socket. A query that was in flight when the connection broke is sent again on the next one; a mutation
 * fails, because nobody can tell whether it ran. PROTOCOL.md P3.3 and P3.14.
 */

import type { Call } from '../call.js';
import { answerFailure, failure } from '../failure.js';
import type { SocketConnection, SocketRequest } from './connection.js';
import { frameFailure } from './frame-input.js';

/** Carries one call. */
export function carryOver(connection: SocketConnection, call: Call): void {
  const { kind, path, json, end } = call;
  let leave: (() => void) | undefined;
  const request: SocketRequest = {
    ...call,
    start(link) {
      leave ??= link.request(call, ({ result, error }, lost) => {
        if (result) end(result.data);
        else if (!lost) end(answerFailure(path, error, { got: 'no result' }));
        else if (kind === 'mutation') end(failure('NETWORK_ERROR', path, `may have run: the socket went (${lost})`));
        else {
          leave = undefined;
          connection.add(request);
        }
      });
    },
  };
  call.onEnd = () => {
    leave?.();
    connection.remove(request);
  };
  const tooLarge = frameFailure(path, json);
  if (tooLarge) end(tooLarge);
  else connection.add(request);
}
