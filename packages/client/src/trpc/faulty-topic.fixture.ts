/**
 * A topic behind a real WebSocket server that keeps PROTOCOL.md sections 3.2 to 3.4 and no more: dense event ids, replay after a position,
 * one sender per connection. On the way to the client frames are lost and doubled, and connections broken, as a test says.
 */

import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** What happens to an event on its way. */
export type Fate = 'arrives' | 'lost' | 'doubled' | 'breaks';

export interface FaultyTopic {
  readonly url: string;
  /** Connections so far. */
  readonly connections: number;
  /** Appends the next event and sends it to everybody who follows. */
  publish(): void;
  /** Settles when somebody follows. */
  readonly followed: Promise<void>;
  close(): Promise<void>;
}

/** Starts one; every event that is sent, or sent again, asks for its fate. */
export async function startFaultyTopic(fateOf: (offset: number) => Fate): Promise<FaultyTopic> {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const followers = new Map<WebSocket, Set<number>>();
  let head = 0;
  let connections = 0;
  let onFollowed = () => {};
  const followed = new Promise<void>((resolve) => {
    onFollowed = resolve;
  });

  const deliver = (socket: WebSocket, id: number, offset: number) => {
    const frame = JSON.stringify({ id, result: { type: 'data', id: `e1.${offset}`, data: { id: `e1.${offset}`, data: offset } } });
    const fate = fateOf(offset);
    if (fate === 'breaks') return socket.terminate();
    if (fate === 'lost') return;
    socket.send(frame);
    if (fate === 'doubled') socket.send(frame);
  };
  const read = (socket: WebSocket, text: string) => {
    if (text === 'PING') return socket.send('PONG');
    for (const { id, method, params } of [JSON.parse(text)].flat()) {
      const ids = followers.get(socket);
      if (method === 'subscription.stop') {
        ids?.delete(id);
        socket.send(JSON.stringify({ id, result: { type: 'stopped' } }));
        continue;
      }
      const after = params.lastEventId === undefined ? head : Number(params.lastEventId.split('.')[1]);
      socket.send(JSON.stringify({ id, result: { type: 'started', id: `e1.${after}` } }));
      for (let offset = after + 1; offset <= head; offset += 1) deliver(socket, id, offset);
      ids?.add(id);
      onFollowed();
    }
  };
  sockets.on('connection', (socket) => {
    connections += 1;
    followers.set(socket, new Set());
    socket.on('message', (data) => read(socket, String(data)));
    socket.on('close', () => followers.delete(socket));
  });
  await new Promise((resolve) => sockets.once('listening', resolve));
  return {
    url: `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`,
    get connections() {
      return connections;
    },
    publish() {
      head += 1;
      for (const [socket, ids] of followers) for (const id of ids) deliver(socket, id, head);
    },
    followed,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      await new Promise((resolve) => sockets.close(resolve));
    },
  };
}
