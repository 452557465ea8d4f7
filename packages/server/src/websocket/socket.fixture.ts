/** A service and a socket side in memory for tests, with hand-written events. */

import { mutation, query, service, subscription } from '@org/gateway-core';
import { GatewayError } from '@org/gateway-core/errors';
import * as z from 'zod';
import type { FunctionParts } from '../execute/function-parts.js';
import { implement } from '../execute/implement.js';
import { defineService } from '../service/define-service.js';
import { createRecordingSender, silentLog } from '../topics/fanout.fixture.js';
import { createMemorySubscriptionStore } from '../topics/memory-subscription-store.js';
import { createMemoryTopicLog } from '../topics/memory-topic-log.js';
import { createManualClock, START_MS } from './clock.fixture.js';
import type { Clock } from './clock.js';
import { createMemoryConnectionStore } from './memory-connection-store.js';
import type { LambdaContext, SocketEvent, SocketRequestContext } from './socket-event.js';
import { waitForConnection } from './wait-for-connection.js';

const notes = service('notes', {
  get: query({ auth: 'public', input: () => z.object({ id: z.string() }), output: () => z.object({ text: z.string() }) }),
  save: mutation({ input: () => z.object({ text: z.string() }), output: () => z.object({ by: z.string() }) }),
  tenant: query({ auth: 'public', output: () => z.record(z.string(), z.string()) }),
  hang: query({ auth: 'public' }),
  changes: subscription({ auth: 'public', input: () => z.object({ folder: z.string() }), event: () => z.object({ n: z.int() }) }),
});

/** Everything a socket or service function holds, on memory. */
export function createSocketStage(clock: Clock = createManualClock()) {
  const subscriptions = createMemorySubscriptionStore({ clock });
  const topics = createMemoryTopicLog({ clock, newEpoch: () => 'e1' });
  const connections = createMemoryConnectionStore({ clock, closeSubscriptions: (id) => subscriptions.closeConnection(id) });
  const never = new Promise<never>(() => {});
  const implementation = implement(defineService(notes, { uses: {} }), {
    get: ({ input }) => ({ text: 'x'.repeat(Number(input.id)) }),
    save: ({ ctx }) => ({ by: ctx.user.id }),
    tenant: async ({ ctx }) => ({ ...(await ctx.connection())?.params }),
    hang: () => never,
    changes: ({ input }) => {
      if (input.folder === 'secret') throw new GatewayError('FORBIDDEN', '[FORBIDDEN] not your folder');
      return input.folder;
    },
  });
  const parts: FunctionParts = {
    implementation,
    clients: {},
    publish: async () => 'e1.1',
    connectionOf: (id) => waitForConnection(connections, id, clock),
    allowedOrigin: '*',
    now: clock.now,
    log: silentLog,
  };
  return { clock, connections, subscriptions, topics, parts, sender: createRecordingSender(), log: silentLog };
}

let frames = 0;

/** A frame of the connection `L0SM9cOFvHcCIhw=`. */
export function messageEvent(body: unknown, more: Partial<SocketRequestContext> = {}): SocketEvent {
  return {
    requestContext: {
      routeKey: '$default',
      eventType: 'MESSAGE',
      connectionId: 'L0SM9cOFvHcCIhw=',
      requestId: `Zt${++frames}`,
      messageId: `L0SM9${frames}=`,
      connectedAt: START_MS,
      ...more,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    isBase64Encoded: false,
  };
}

export const lambda: LambdaContext = { getRemainingTimeInMillis: () => 29_000 };
