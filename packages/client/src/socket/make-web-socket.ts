/**
 * Makes the WebSocket. Its class is the one given or the platform's. Its address is `socketUrl`, or the API's own with the other scheme;
 * API Gateway gives REST and WebSocket APIs different hosts, so at one of its hosts that would fail for ever, which is said at once. The server is told
 * that it is our own client, and its session.
 */

import { GATEWAY_PROTOCOL } from '@org/gateway-core/protocol';
import { platformWebSocket } from '#web-socket';
import type { SocketParts } from './socket-engine.js';
import type { WebSocketLike } from './web-socket.js';

/**
 * @param parameters more of them, from `&` on
 * @throws GatewayError NOT_IMPLEMENTED without a class, BAD_REQUEST without an address, and what `socketUrl()` throws
 */
export async function makeWebSocket({ url, socketUrl, WebSocket, session, failure }: SocketParts, parameters = ''): Promise<WebSocketLike> {
  const address =
    (typeof socketUrl === 'function' ? await socketUrl() : socketUrl) ??
    (/^http.*\.execute-api\./.test(url) ? '' : url.replace(/^http/, 'ws'));
  if (!/^wss?:/.test(address)) throw failure('BAD_REQUEST', 'socketUrl', `is "${address}", expected wss://…`);
  return new (WebSocket ?? (await platformWebSocket()))(
    `${address}${address.includes('?') ? '&' : '?'}gw=${GATEWAY_PROTOCOL}&session=${session}${parameters}`,
  );
}
