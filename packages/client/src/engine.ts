/**
 * What both faces of the client stand on, the typed proxy and the tRPC link: calls over HTTP, and a socket for subscriptions and for the
 * calls that ask for it.
 */

import { type CallRequest, startCall } from './call.js';
import { type Connection, connectionStore } from './connection-state.js';
import { httpCarrier } from './http/carrier.js';
import type { GatewayClientOptions } from './options.js';
import type { Feed, FeedSource } from './socket/feed.js';
import { openSocket } from './socket/socket.js';

/** Calls and subscriptions, untyped. */
export interface Engine {
  readonly connection: Connection;
  call(request: CallRequest): Promise<unknown>;
  /**
   * Opens a subscription.
   *
   * @throws GatewayError PAYLOAD_TOO_LARGE
   * @throws TypeError for an input JSON cannot carry
   */
  subscribe(source: FeedSource): Feed;
  close(): void;
}

/** Opens and sends nothing yet. @throws TypeError when there is no URL */
export function createEngine(options: GatewayClientOptions): Engine {
  const connection = connectionStore();
  const carry = httpCarrier(options);
  const socket = openSocket(options, connection);
  return {
    connection,
    call: (request) => startCall(request, options, request.options.over === 'socket' ? socket.carry : carry),
    subscribe: socket.subscribe,
    close: socket.close,
  };
}
