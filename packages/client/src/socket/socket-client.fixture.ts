/**
 * What the socket tests share: a fake server, clients that are closed after each test, and PROTOCOL.md's frames as short functions.
 */

import { afterEach, beforeEach } from 'vitest';
import type { GatewayClient } from '../client-types.js';
import { createGatewayClient } from '../create-client.js';
import { type FakeServer, type Peer, startFakeServer } from '../fake-server.fixture.js';
import type { GatewayClientOptions } from '../options.js';

/** A server and clients of it, made new for each test of the file. */
export function socketStage() {
  let server: FakeServer;
  let clients: GatewayClient[];
  beforeEach(async () => {
    clients = [];
    server = await startFakeServer();
  });
  afterEach(async () => {
    for (const client of clients) client.$close();
    await server.close();
  });
  return {
    get server() {
      return server;
    },
    client(options: Partial<GatewayClientOptions> = {}) {
      const client = createGatewayClient({ url: server.url, ...options });
      clients.push(client);
      return client;
    },
  };
}

/** A frame a client sent, read. */
export interface SentFrame {
  readonly id: number;
  readonly method: string;
  readonly svc: string;
  readonly params: { readonly path: string; readonly input?: unknown; readonly lastEventId?: string };
}

/** The next frame of a peer, read. */
export async function nextFrame(peer: Peer): Promise<SentFrame> {
  return JSON.parse(await peer.next());
}

export const started = (id: number, position?: string) =>
  `{"id":${id},"result":{"type":"started"${position ? `,"id":"${position}"` : ''}}}`;
export const stopped = (id: number) => `{"id":${id},"result":{"type":"stopped"}}`;
export const data = (id: number, value: unknown) => `{"id":${id},"result":{"type":"data","data":${JSON.stringify(value)}}}`;
export const event = (id: number, eventId: string, value: unknown = eventId) =>
  `{"id":${id},"result":{"type":"data","id":"${eventId}","data":{"id":"${eventId}","data":${JSON.stringify(value)}}}}`;
export const failed = (id: number, code: string, status: number, more = '') =>
  `{"id":${id},"error":{"message":"it failed","code":-32603,"data":{"code":"${code}","httpStatus":${status}${more}}}}`;
export const RECONNECT = '{"id":null,"method":"reconnect"}';

/** Takes so many values of a stream that goes on. */
export async function take<TValue>(iterator: AsyncIterator<TValue, undefined>, count: number): Promise<TValue[]> {
  const values: TValue[] = [];
  while (values.length < count) {
    const { done, value } = await iterator.next();
    if (done) break;
    values.push(value);
  }
  return values;
}

/** An iterator over a stream. */
export const iterate = <TValue>(stream: AsyncIterable<TValue, undefined>): AsyncIterator<TValue, undefined> =>
  stream[Symbol.asyncIterator]();
