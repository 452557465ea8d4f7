/** The platform's WebSocket and the `ws` package's fit the client's, as the compiler sees them. */

import type { WebSocket as NodeWebSocket } from 'ws';
import type { WebSocketConstructor } from './web-socket.js';

declare const node: typeof NodeWebSocket;
export const classes: readonly WebSocketConstructor[] = [globalThis.WebSocket, node];
