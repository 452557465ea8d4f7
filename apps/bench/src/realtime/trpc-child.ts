/** Stock tRPC's WebSocket server with a subscription that can be resumed: a log, and tracked events after `lastEventId`. */

import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { initTRPC, tracked } from '@trpc/server';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import { WebSocketServer } from 'ws';
import * as z from 'zod';
import { answerAsPublisher } from './publishing.js';

const published = new EventEmitter({ captureRejections: false }).setMaxListeners(0);
let last = 0;
const t = initTRPC.create({ isDev: false });
const input = z.object({ lastEventId: z.string().nullish() });
const router = t.router({
  whoami: t.procedure.query(() => 'me'),
  changes: t.procedure.input(input).subscription(async function* ({ input: { lastEventId }, signal }) {
    for (let n = lastEventId ? Number(lastEventId) : last; ; ) {
      while (n < last) {
        n += 1;
        yield tracked(String(n), { n });
      }
      await once(published, 'event', { signal });
    }
  }),
});
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
await once(server, 'listening');
applyWSSHandler({ wss: server, router });
answerAsPublisher({ port: (server.address() as AddressInfo).port, path: '' }, (n) => {
  last = n;
  published.emit('event');
});
