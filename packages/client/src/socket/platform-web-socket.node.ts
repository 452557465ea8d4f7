/**
 * The platform's WebSocket on Node: its own from Node 22 on, before that the `ws` package's. Only the `node` condition of package.json
 * leads here, so that no browser's bundler looks for `ws`.
 */

import { failure } from '../failure.js';
import type { WebSocketConstructor } from './web-socket.js';

/** The platform's class, or the one of a module that has to be loaded. @throws GatewayError NOT_IMPLEMENTED when there is neither */
export async function platformWebSocket(
  native: WebSocketConstructor | null = globalThis.WebSocket,
  load: () => Promise<{ readonly WebSocket: WebSocketConstructor }> = () => import('ws'),
): Promise<WebSocketConstructor> {
  try {
    return native ?? (await load()).WebSocket;
  } catch (cause) {
    throw failure('NOT_IMPLEMENTED', 'WebSocket', 'is missing: install "ws" or pass a class', { cause });
  }
}
