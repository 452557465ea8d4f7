/**
 * A query or mutation over the socket. A query that was in flight when the connection broke is sent again on the next one; a mutation
 * fails, because nobody can tell whether it ran. PROTOCOL.md P3.3 and P3.14.
 */

import type { Call } from '../call.js';
import { answerFailure, failure } from '../failure.js';
import type { SocketConnection, SocketRequest } from './connection.js';
import { checkFrameInput } from './frame-input.js';

/** Carries one call. @throws GatewayError PAYLOAD_TOO_LARGE */
export function carryOver(connection: SocketConnection, call: Call): void {
  const { kind, path, json, end } = call;
  let leave: (() => void) | undefined;
  checkFrameInput(path, json);
  const request: SocketRequest = {
    start(link) {
      leave ??= link.request({ method: kind, path, json }, ({ result, error, lost }) => {
        if (result) end(undefined, result.data);
        else if (!lost) end(answerFailure(path, error, { got: 'no result' }));
        else if (kind === 'query') leave = undefined;
        else end(failure('NETWORK_ERROR', path, `may have run: the socket went (${lost})`));
      });
    },
    end: (error = failure('CLIENT_CLOSED_REQUEST', path, 'met $close()')) => end(error),
  };
  call.onEnd = () => {
    leave?.();
    connection.remove(request);
  };
  connection.add(request);
}
