/** A plain ws server: sends each number to whoever is there, and answers calls. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { answerAsPublisher } from './publishing.js';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
await once(server, 'listening');
server.on('connection', (socket) => {
  socket.on('error', () => socket.terminate());
  socket.on('message', (text) => socket.send(String(text)));
});
answerAsPublisher({ port: (server.address() as AddressInfo).port, path: '' }, (n) => {
  for (const socket of server.clients) socket.send(JSON.stringify({ n }));
});
