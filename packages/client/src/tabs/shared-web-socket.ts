/**
 * A WebSocket class whose sockets are places on one connection that all tabs of a browser share. The tab that holds a lock has the real
 * connection (hub.ts); when it goes, the others' sockets close as if the connection had broken, the next tab in line leads, and their
 * clients go on where they were. The client that uses the class need not know, but for `firstId`.
 *
 * Tabs share what the server knows the connection as: its user, and its session.
 */

import { type Clock, systemClock } from '../clock.js';
import type { WebSocketConstructor, WebSocketLike } from '../socket/web-socket.js';
import { type TabPlatform, tabPlatform } from './platform.js';
import { type Place, type Tab, tabOf } from './tab.js';

/** What `sharedWebSocket` can be told. */
export interface SharedWebSocketOptions {
  /**
   * Only tabs that say the same share a connection. Users who sign in by the client's `auth` are told apart without it; an application that
   * signs them in another way gives the user's id. @default ''
   */
  readonly name?: string | undefined;
  /** Makes the real connection. @default globalThis.WebSocket */
  readonly WebSocket?: WebSocketConstructor | undefined;
  /** Locks and channels. @default the browser's */
  readonly platform?: TabPlatform | undefined;
  readonly clock?: Clock | undefined;
  /** Makes names that no other tab has. @default crypto.randomUUID */
  readonly newId?: (() => string) | undefined;
}

/**
 * Makes the class for `createGatewayClient({ WebSocket: sharedWebSocket() })`, one for each client. Connections are shared by those whose
 * URLs differ in their parameters only, but for the user's; the parameters of the tab that opens it count, so one tab's ticket does for all of
 * one user. Without Web Locks and BroadcastChannel it is the
 * class given, or undefined, which says to the client: the platform's own.
 */
export function sharedWebSocket(options: SharedWebSocketOptions = {}): WebSocketConstructor | undefined {
  const {
    name = '',
    platform = tabPlatform(),
    WebSocket = globalThis.WebSocket,
    clock = systemClock,
    newId = () => crypto.randomUUID(),
  } = options;
  if (!platform || !WebSocket) return options.WebSocket;
  const tabs = new Map<string, Tab>();
  const tabAt = (url: string): Tab => {
    const address = `gateway ${name} ${url.split('?')[0]}${/[?&]user=\w*/.exec(url)?.[0] ?? ''}`;
    const tab = tabs.get(address) ?? tabOf({ ...platform, name: address, WebSocket, clock, newId });
    tabs.set(address, tab);
    return tab;
  };

  return class SharedWebSocket implements WebSocketLike {
    onopen: WebSocketLike['onopen'] = null;
    onmessage: WebSocketLike['onmessage'] = null;
    onclose: WebSocketLike['onclose'] = null;
    onerror: WebSocketLike['onerror'] = null;
    firstId = 0;
    readonly #place: Place;
    #isDead = false;

    constructor(url: string) {
      this.#place = tabAt(url)(this, url);
    }

    send(text: string): void {
      this.#place.send(text);
    }

    close(code = 1005): void {
      // Not before it is known whether the peer is dead: `terminate` follows at once.
      queueMicrotask(() => this.#place.close(code, this.#isDead));
    }

    /** Leaves a connection whose peer does not answer. */
    terminate(): void {
      this.#isDead = true;
      this.close();
    }
  };
}
