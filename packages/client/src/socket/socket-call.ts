/**
 * Queries and mutations over the socket. They wait in an outbox that has bounds. What was in flight when the connection broke is sent again
 * on the next one if that is safe: a query, or a mutation with a key, which the server executes once. PROTOCOL.md P3.3, P3.14, P3.23, P3.24.
 * Loaded by late-calls.ts.
 */

import type { Call } from '../call.js';
import type { SocketConnection, SocketRequest } from './connection.js';
import { MAX_DEADLINE_MS, MAX_OUTBOX_CALLS, MAX_OUTBOX_LENGTH } from './limits.js';
import type { SocketParts } from './socket-engine.js';

/** Makes what carries calls over a connection. */
export function socketCarrier(
  { clock, session, failure, answerFailure, meaningOf }: SocketParts,
  connection: SocketConnection,
): (call: Call) => void {
  /** What begins the calls of each lane, in order. */
  const lanes = new Map<string, (() => void)[]>();
  let count = 0;
  let length = 0;
  let lastKey = 0;

  return (call) => {
    const { kind, path, json = '', end, key, lane, endsAtMs } = call;
    const isKeyed = kind === 'mutation' && key !== false;
    if (isKeyed) lastKey += 1;
    const k = isKeyed ? (key ?? `${session}:${lastKey}`) : undefined;
    let leave: (() => void) | undefined;
    const request: SocketRequest = {
      end,
      abort: call.abort,
      start(link) {
        const dl = Math.max(0, Math.min(MAX_DEADLINE_MS, endsAtMs - clock.now()));
        leave ??= link.request(
          { kind, path, json: call.json, k, dl },
          {
            fail(cause) {
              const { message } = cause as Error;
              end(
                failure(cause instanceof RangeError ? 'PAYLOAD_TOO_LARGE' : 'NETWORK_ERROR', path, `was not sent: ${message}`, { cause }),
              );
            },
            receive({ result, error }, lost) {
              if (result?.codecs) meaningOf(path, result).then(end, end);
              else if (result) end(result.data);
              else if (!lost) end(answerFailure(path, error, { got: 'no result' }));
              else if (kind === 'mutation' && !isKeyed) end(failure('NETWORK_ERROR', path, `may have run: the socket went (${lost})`));
              else {
                leave = undefined;
                connection.add(request);
              }
            },
          },
        );
      },
    };
    const begin = () => connection.add(request);
    const queue = lane ? (lanes.get(lane) ?? []) : undefined;
    const refusal =
      (call.volatile && !connection.isUp() ? failure('NETWORK_ERROR', path, 'is volatile, and there is no connection') : undefined) ??
      (count >= MAX_OUTBOX_CALLS || (count && length + json.length > MAX_OUTBOX_LENGTH)
        ? failure('BACKPRESSURE', path, `comes after ${count} calls that have no answer yet (${length} characters): wait for some`)
        : undefined);
    if (refusal) return end(refusal);
    count += 1;
    length += json.length;
    call.onEnd = () => {
      count -= 1;
      length -= json.length;
      leave?.();
      connection.remove(request);
      if (!queue) return;
      const isFirst = queue[0] === begin;
      queue.splice(queue.indexOf(begin), 1);
      if (!queue.length) lanes.delete(lane!);
      else if (isFirst) queue[0]?.();
    };
    if (queue) lanes.set(lane!, queue);
    if (!queue || queue.push(begin) === 1) begin();
  };
}
