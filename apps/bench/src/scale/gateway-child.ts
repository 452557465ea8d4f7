/**
 * What stands for API Gateway in a scale run: holds WebSocket connections and takes `POST …/@connections/{id}`. It checks nothing: what counts here
 * is the fan-out in front of it and the sockets behind.
 */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { answerParent, usage } from './messages.js';

const sockets = new Map<string, WebSocket>();
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const socket = sockets.get(decodeURIComponent(request.url?.split('/').at(-1) ?? ''));
    if (socket?.readyState !== WebSocket.OPEN) response.writeHead(410, { 'content-length': 0 }).end();
    else {
      socket.send(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks), { binary: false });
      response.writeHead(200, { 'content-length': 0 }).end();
    }
  });
});
server.keepAliveTimeout = 600_000;
const wss = new WebSocketServer({ server, perMessageDeflate: false, clientTracking: false });
wss.on('connection', (socket, { url }) => {
  const id = url?.split('id=')[1] ?? '';
  sockets.set(id, socket);
  socket.on('close', () => sockets.delete(id));
  socket.on('error', () => socket.terminate());
});
await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, resolve));

answerParent(() => ({ ...usage(), port: (server.address() as AddressInfo).port, sockets: sockets.size }));
