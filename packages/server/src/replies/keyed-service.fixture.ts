/** A service with one mutation that counts and one that hangs until its signal is aborted, for the tests of both faces. */

import { mutation, query, service } from '@org/gateway-core';
import * as z from 'zod';
import type { FunctionParts } from '../execute/function-parts.js';
import { implement } from '../execute/implement.js';
import { defineService } from '../service/define-service.js';
import { createLogger } from '../telemetry/logger.js';
import { createManualClock } from '../websocket/clock.fixture.js';
import { createMemoryReplyStore } from './memory-reply-store.js';

const till = service('till', {
  sell: mutation({
    auth: 'public',
    input: () => z.object({ n: z.int() }),
    output: () => z.object({ sale: z.int() }),
    rest: 'POST /sales',
  }),
  wait: mutation({ auth: 'public', output: () => z.string() }),
  count: query({ auth: 'public', output: () => z.int() }),
});

/** What the till's function holds, on memory, and what it did. */
export function createTill() {
  const clock = createManualClock();
  const sold: number[] = [];
  const aborted: unknown[] = [];
  const logLines: string[] = [];
  let ids = 0;
  const implementation = implement(defineService(till, { uses: {} }), {
    sell: ({ input }) => ({ sale: sold.push(input.n) }),
    wait: ({ ctx }) =>
      new Promise<string>((resolve) => {
        ctx.signal.addEventListener('abort', () => {
          aborted.push(ctx.signal.reason);
          resolve('too late');
        });
      }),
    count: () => sold.length,
  });
  const parts: FunctionParts = {
    implementation,
    clients: {},
    publish: () => Promise.reject(new Error('nothing is published here')),
    replies: { store: createMemoryReplyStore({ clock, newId: () => `t${++ids}` }), clock, random: () => 0.5 },
    clock,
    connectionOf: async (id) => ({ id, params: {} }),
    allowedOrigin: '*',
    now: clock.now,
    log: createLogger({}, (line) => logLines.push(line)),
  };
  return { clock, sold, aborted, logLines, parts };
}

/** Lets everything that waits for nothing go on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}
