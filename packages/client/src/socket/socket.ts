/**
 * The socket half of the client: one connection, and the calls and subscriptions on it.
 */

import type { Call } from '../call.js';
import { systemClock } from '../clock.js';
import type { ConnectionStore } from '../connection-state.js';
import type { GatewayClientOptions } from '../options.js';
import { socketConnection } from './connection.js';
import { type Feed, type FeedSource, openFeed } from './feed.js';
import { carryOver } from './socket-call.js';

/** Calls and subscriptions over one connection, which opens with the first and closes after the last. */
export interface Socket {
  carry(call: Call): void;
  /** @throws GatewayError PAYLOAD_TOO_LARGE, TypeError for an input JSON cannot carry */
  subscribe(source: FeedSource): Feed;
  /** Ends all of them, and those to come. */
  close(): void;
}

/** Opens nothing yet. */
export function openSocket(options: GatewayClientOptions, state: ConnectionStore): Socket {
  const { clock = systemClock, timeoutMs } = options;
  const connection = socketConnection(options, clock, state);
  return {
    carry: (call) => carryOver(connection, call),
    subscribe: (source) => openFeed({ ...source, options: { timeoutMs, ...source.options } }, connection, clock),
    close: connection.close,
  };
}
