/**
 * A plain ws server that speaks what our own client does (PROTOCOL.md P3.16 to P3.20): a log in memory, without functions and tables. What is left is
 * the client's part of a recovery.
 */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { answerAsPublisher } from './publishing.js';

const TOPIC = 'documents.changes/bench';

interface Frame {
  readonly id: unknown;
  readonly method: string;
  readonly params: {
    readonly lastEventId?: string;
    readonly n: number;
    readonly c: readonly (readonly [id: unknown, position: string])[];
  };
}

let last = 0;
const followers = new Set<WebSocket>();
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
await once(server, 'listening');

/** All events after an offset: a run is short. */
const after = (from: number) => Array.from({ length: last - from }, (_, at) => [from + at + 1, { document: { version: from + at + 1 } }]);
const offsetOf = (id = `e.${last}`) => Number(id.split('.')[1]);
const reply = ({ id, method, params }: Frame) => {
  switch (method) {
    case 'subscription': {
      const from = offsetOf(params.lastEventId);
      return { id, result: { type: 'started', id: `e.${from}`, gw: { t: TOPIC, h: `e.${last}`, x: after(from) } } };
    }
    case 'gw.sync': {
      const states = params.c.map(([of, position]) => [of, `e.${last}`, after(offsetOf(position))]);
      return { id: null, method, params: { n: params.n, s: states, exp: 7_200_000 } };
    }
    default:
      return { id, result: { type: 'data', data: {} } };
  }
};
server.on('connection', (socket) => {
  socket.on('error', () => socket.terminate());
  socket.on('close', () => followers.delete(socket));
  socket.on('message', (text) => {
    const frame = JSON.parse(String(text)) as Frame;
    if (frame.method === 'subscription') followers.add(socket);
    socket.send(JSON.stringify(reply(frame)));
  });
});
answerAsPublisher({ port: (server.address() as AddressInfo).port, path: '' }, (n) => {
  last = n;
  const frame = JSON.stringify({ id: null, method: 'gw.ev', params: { t: TOPIC, e: 'e', x: after(n - 1) } });
  for (const socket of followers) socket.send(frame);
});
