/**
 * A small contract with its router on tRPC's own adapters, for the router's tests.
 */

import type { AddressInfo } from 'node:net';
import { type Contract, defineContract, error, mutation, query, service, subscription } from '@org/gateway-core';
import { GatewayError } from '@org/gateway-core/errors';
import { formatEventId } from '@org/gateway-core/protocol';
import type { ContractRouter } from '@org/gateway-core/trpc';
import { createHTTPServer } from '@trpc/server/adapters/standalone';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import { WebSocketServer } from 'ws';
import * as z from 'zod';
import type { FunctionParts } from '../execute/function-parts.js';
import { implement } from '../execute/implement.js';
import { defineService } from '../service/define-service.js';
import { createLogger } from '../telemetry/logger.js';
import { createMemoryTopicLog, type MemoryTopicLog } from '../topics/memory-topic-log.js';
import { systemClock } from '../websocket/clock.js';
import { createTrpcRouter } from './create-trpc-router.js';

const notes = service('notes', {
  get: query({
    auth: 'public',
    input: () => z.object({ id: z.string().min(2) }),
    output: () => z.object({ id: z.string(), kind: z.string().default('note') }),
    errors: { NOT_FOUND: () => z.object({ id: z.string() }) },
  }),
  rename: mutation({
    auth: 'public',
    input: () => z.object({ id: z.string(), title: z.string() }),
    output: () => z.object({ title: z.string() }),
    errors: { LOCKED: error('CONFLICT', () => z.object({ by: z.string() })) },
  }),
  crash: query({ auth: 'public', output: () => z.string() }),
  label: query({ auth: 'public', output: () => z.string() }),
  mine: query({ output: () => z.string() }),
  /** Its schema refuses what it does not know, `lastEventId` for one. */
  changes: subscription({ auth: 'public', input: () => z.strictObject({ folder: z.string() }), event: () => z.object({ n: z.int() }) }),
  everything: subscription({ auth: 'public', event: () => z.object({ n: z.int() }) }),
  broken: subscription({ auth: 'public', event: () => z.object({ n: z.int() }) }),
});
const clocks = service('clocks', { now: query({ auth: 'public', output: () => z.number() }) });

export const contract: Contract<{ notes: typeof notes; clocks: typeof clocks }> = defineContract({ notes, clocks });

const notesImplementation = implement(defineService(notes, { uses: {} }), {
  get: ({ input: { id }, errors }) => (id === 'none' ? errors.NOT_FOUND({ id }) : { id }),
  rename: ({ input: { id, title }, errors }) => (id === 'locked' ? errors.LOCKED({ by: 'ann' }) : { title }),
  crash: () => {
    throw new Error('password is 1234');
  },
  label: () => new GatewayError('FAILED_DEPENDENCY', '[FAILED_DEPENDENCY] model Classifier failed, and so did what needs it'),
  mine: ({ ctx }) => ctx.user.id,
  changes: ({ input: { folder } }) => folder,
  everything: () => 'all',
  broken: () => '',
});

const clocksImplementation = implement(defineService(clocks, { uses: {} }), { now: ({ ctx }) => ctx.now() });

/** A router on an HTTP and a WebSocket port of its own. */
export interface RunningRouter {
  readonly httpUrl: string;
  readonly socketUrl: string;
  readonly router: ContractRouter<typeof contract>;
  readonly log: MemoryTopicLog;
  readonly logLines: readonly string[];
  readonly sockets: WebSocketServer;
  close(): Promise<void>;
}

/** Starts the router; events have the epochs e1, e2 and so on. */
export async function startRouter(): Promise<RunningRouter> {
  let epochs = 0;
  const log = createMemoryTopicLog({ clock: systemClock, newEpoch: () => `e${++epochs}` });
  const logLines: string[] = [];
  const shared: Omit<FunctionParts, 'implementation'> = {
    clients: {},
    publish: async (topic, eventJson, retainSeconds) => formatEventId(await log.append(topic, eventJson, retainSeconds)),
    connectionOf: async (id) => ({ id, params: {} }),
    allowedOrigin: '*',
    now: () => 1_700_000_000_123,
    log: createLogger({}, (line) => logLines.push(line)),
  };
  const router = createTrpcRouter(
    contract,
    { notes: { ...shared, implementation: notesImplementation }, clocks: { ...shared, implementation: clocksImplementation } },
    { topicLog: log, pollMs: 5, newRequestId: () => 'request-1' },
  );
  const http = createHTTPServer({
    router,
    createContext: ({ req }) =>
      req.headers.authorization === undefined ? {} : { user: { id: 'ann', claims: {} }, requestId: 'request-2' },
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', () => resolve()));
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  applyWSSHandler({ wss: sockets, router });
  await new Promise((resolve) => sockets.once('listening', resolve));
  return {
    httpUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    socketUrl: `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`,
    router,
    log,
    logLines,
    sockets,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      await new Promise((resolve) => sockets.close(resolve));
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
