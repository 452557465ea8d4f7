/**
 * The platform's WebSocket on workerd, as `#web-socket` of package.json: its class sends events and has no `onopen` and the like, which the
 * client sets. https://developers.cloudflare.com/workers/runtime-apis/websockets/
 */

import type { WebSocketConstructor, WebSocketLike } from './web-socket.js';

const TYPES = ['open', 'message', 'close', 'error'] as const;

/** The platform's class, with handlers where it lacks them. */
export function platformWebSocket(native: new (url: string) => WebSocket = globalThis.WebSocket): WebSocketConstructor {
  if ('onopen' in native.prototype) return native;
  return class extends native {
    constructor(url: string) {
      super(url);
      const handlers = this as unknown as Record<string, ((event: Event) => void) | undefined>;
      for (const type of TYPES) this.addEventListener(type, (event) => handlers[`on${type}`]?.(event));
    }
  } as WebSocketConstructor & (new (url: string) => WebSocketLike);
}
