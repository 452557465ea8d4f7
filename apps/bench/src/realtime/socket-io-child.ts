/** socket.io with connection state recovery: packets of the last two minutes are kept for a session that comes back. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { answerAsPublisher } from './publishing.js';

const http = createServer();
const server = new Server(http, { connectionStateRecovery: { maxDisconnectionDuration: 120_000 } });
http.listen(0, '127.0.0.1');
await once(http, 'listening');
server.on('connection', (socket) => {
  socket.on('whoami', (answer: (who: string) => void) => answer('me'));
});
answerAsPublisher({ port: (http.address() as AddressInfo).port, path: '' }, (n) => server.emit('change', { n }));
