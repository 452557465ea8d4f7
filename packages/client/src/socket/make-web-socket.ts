/**
 * Makes the WebSocket. Its class is the one given, the platform's (browsers, Node 22 and later), or the `ws` package's on Node 20. Its
 * address is `socketUrl`, or the API's own with the other scheme; API Gateway gives REST and WebSocket APIs different hosts, so at one of
 * its hosts that would fail for ever, which is said at once.
 */

import { failure } from '../failure.js';
import type { GatewayClientOptions } from '../options.js';
import type { WebSocketConstructor, WebSocketLike } from './web-socket.js';

/** @throws GatewayError NOT_IMPLEMENTED without a class, BAD_REQUEST without an address, and what `socketUrl()` throws */
export async function makeWebSocket({ url, socketUrl, WebSocket = globalThis.WebSocket }: GatewayClientOptions): Promise<WebSocketLike> {
  const given = typeof socketUrl === 'function' ? await socketUrl() : socketUrl;
  const address = given ?? (url.includes('.execute-api.') ? '' : url.replace(/^http/, 'ws'));
  if (!/^wss?:/.test(address)) throw failure('BAD_REQUEST', 'socketUrl', `is "${address}", expected wss://…`);
  return new (WebSocket ?? (await installedWebSocket('ws')))(address);
}

/** The class of a package whose name is an argument and no literal, or every browser bundler would look for it. @throws GatewayError NOT_IMPLEMENTED */
export async function installedWebSocket(name: string): Promise<WebSocketConstructor> {
  try {
    return (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)).WebSocket;
  } catch (cause) {
    throw failure('NOT_IMPLEMENTED', 'WebSocket', 'is missing: install "ws" or pass a class', { cause });
  }
}
