/**
 * A TCP proxy in front of a WebSocket server that breaks what goes through it, for one client, so that a new connection is known to be that client's.
 * The proxies of the conformance package do more, and run in tests only.
 */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A close frame of a server with code 1001, "going away". https://datatracker.ietf.org/doc/html/rfc6455#section-5.5.1 */
const GOING_AWAY = Buffer.from([0x88, 0x02, 0x03, 0xe9]);

/** What it can do to its client. */
export interface BreakProxy {
  /** `ws://127.0.0.1:…`. */
  readonly address: string;
  /** When the newest connection that was let through came, by `performance.now()`. */
  readonly acceptedMs: number;
  /** Closes with 1001, as API Gateway does: nothing more comes after the close frame. */
  goAway(): void;
  /** Resets every connection and every new one. */
  cut(): void;
  /** Lets new ones through again. */
  restore(): void;
  /** The peer of the present connections freezes: nothing passes either way, and nobody is told. New ones get through. */
  freeze(): void;
  close(): void;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  isCut: boolean;
}

/** Starts one. */
export async function startBreakProxy(port: number): Promise<BreakProxy> {
  const pairs = new Set<Pair>();
  let isRefusing = false;
  let acceptedMs = 0;
  const listener = createServer({ noDelay: true }, (client) => {
    client.on('error', () => client.destroy());
    if (isRefusing) return client.resetAndDestroy();
    acceptedMs = performance.now();
    const pair: Pair = { client, server: connect({ port, host: '127.0.0.1', noDelay: true }), isCut: false };
    const { server } = pair;
    pairs.add(pair);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('data', (bytes) => pair.isCut || to.write(bytes));
      from.on('end', () => pair.isCut || to.end());
      from.on('error', () => pair.isCut || to.destroy());
    }
    client.on('close', () => {
      server.destroy();
      pairs.delete(pair);
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');

  return {
    address: `ws://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    get acceptedMs() {
      return acceptedMs;
    },
    goAway() {
      for (const pair of pairs) {
        pair.isCut = true;
        pair.client.end(GOING_AWAY);
        pair.server.destroy();
      }
    },
    cut() {
      isRefusing = true;
      for (const { client } of pairs) client.resetAndDestroy();
    },
    restore() {
      isRefusing = false;
    },
    freeze() {
      for (const pair of pairs) pair.isCut = true;
    },
    close() {
      listener.close();
      for (const { client } of pairs) client.resetAndDestroy();
    },
  };
}
