/**
 * The platform's WebSocket, as `#web-socket` of package.json: this file for browsers and their like, platform-web-socket.node.ts for Node.
 */

import type { WebSocketConstructor } from './web-socket.js';

/** The platform's class. */
export const platformWebSocket = (): WebSocketConstructor => globalThis.WebSocket;
