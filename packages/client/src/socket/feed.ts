/**
 * One subscription on the wire: it is opened on every link there is, and asked for what it misses. Its place among the events, and what of
 * them it hands on, is reading.ts's: every event of its topic once and in order. PROTOCOL.md sections 3.3, 3.4 and 3.6.
 *
 * A server without `gw` sends events under the subscription's id; then a hole is asked for by opening it again.
 *
 * While the client moves to another connection it is on both, until it has started on the new one.
 */

import type { GatewayError } from '@org/gateway-core/errors';
import type { SubscriptionState } from '../client-types.js';
import type { SubscribeOptions } from '../options.js';
import { bytesBeyond } from './bytes-beyond.js';
import type { SocketConnection, SocketRequest } from './connection.js';
import { MAX_INPUT_BYTES } from './limits.js';
import type { Link } from './link.js';
import { readingOf } from './reading.js';
import { takeSeat } from './seat.js';
import type { SocketParts } from './socket-engine.js';

/** An iterator whose `return` may be called while `next` is pending, which then ends. */
export interface Feed extends Required<Pick<AsyncIterator<unknown, void, void>, 'next' | 'return'>> {
  state(): SubscriptionState;
  stalenessMs(): number;
}

/** Opens a feed that is not aborted yet; `tracked` yields events with their ids, `json` is the input. One that is too large ends it with PAYLOAD_TOO_LARGE. */
export type FeedOpener = (path: string, tracked: boolean, json: string | undefined, options: SubscribeOptions) => Feed;

/** Opens feeds over a connection. */
export function feedsOf(parts: SocketParts, connection: SocketConnection): FeedOpener {
  const { clock, timeoutMs: defaultMs = 30_000, failure } = parts;
  return (path, tracked, json, options) => {
    const { signal, timeoutMs = defaultMs, onStarted } = options;
    /** How to leave each link it is on. */
    const leaves = new Map<Link, (stop?: boolean) => void>();
    /** The links among them on which it has started. */
    const here = new Set<Link>();
    let isEnded = false;
    let wasBehind = true;
    let freshAt = clock.now();

    const isBehind = () => !here.size || place.isBehind();
    /** After every change: tells the connection when it falls behind or has caught up. */
    const settle = () => {
      const behind = isBehind();
      if (!behind) freshAt = clock.now();
      if (behind === wasBehind) return;
      wasBehind = behind;
      connection.changed();
      options.onState?.();
    };
    /** Leaves the links it was on before this one. */
    const leaveBefore = (link?: Link) => {
      for (const [other, leave] of leaves) {
        if (other === link) break;
        leave(true);
      }
    };
    const end = (error?: GatewayError) => {
      isEnded = true;
      leaveBefore();
      signal?.removeEventListener('abort', close);
      connection.remove(request);
      reading.end(error);
    };
    const close = () => {
      reading.drop();
      end();
    };
    const reading = readingOf({
      ...parts,
      path,
      tracked,
      options,
      onFull: () => leaveBefore(),
      onGoOn() {
        connection.add(request);
        for (const link of leaves.keys()) link.want(0);
      },
      onDone: () => close(),
      onLost: end,
    });
    const { place, events } = reading;
    const request: SocketRequest = {
      end,
      abort: close,
      isBehind,
      start(link) {
        if (isEnded || leaves.has(link) || reading.isHeld()) return;
        takeSeat(link, {
          ...parts,
          path,
          json,
          reading,
          timeoutMs,
          leaves,
          here,
          settle,
          leaveBefore,
          end,
          onStarted,
          reopen,
        });
      },
    };
    const reopen = () => connection.add(request);

    const bytes = bytesBeyond(MAX_INPUT_BYTES, json ?? '');
    signal?.addEventListener('abort', close);
    if (bytes) end(failure('PAYLOAD_TOO_LARGE', path, `input has ${bytes} bytes, expected at most ${MAX_INPUT_BYTES} over the socket`));
    else connection.add(request);
    return {
      state: () => (reading.hasBegun() ? (isBehind() ? 'recovering' : 'live') : 'connecting'),
      stalenessMs: () => clock.now() - freshAt,
      next: () => events.next(),
      return() {
        close();
        return events.return();
      },
    };
  };
}
