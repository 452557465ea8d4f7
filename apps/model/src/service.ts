/**
 * The service under test: a contract and handlers that do nothing but tell the oracle that they ran.
 */

import { mutation, query, service, subscription } from '@org/gateway-core';
import type { Implementation } from '@org/gateway-server';
import { implement } from '@org/gateway-server';
import { defineService } from '@org/gateway-server/service';
import * as z from 'zod';

/** Events are kept this long: clients that were away for longer are reset. */
export const RETAIN_MINUTES = 20;

export const room = service('room', {
  /** Has an effect, and says which. */
  add: mutation({
    auth: 'public',
    input: () => z.object({ call: z.string() }),
    output: () => z.object({ effect: z.string() }),
  }),
  /** Has the same effect however often it runs. */
  set: mutation({
    auth: 'public',
    idempotent: true,
    input: () => z.object({ call: z.string() }),
    output: () => z.object({ effect: z.string() }),
  }),
  /** Publishes. */
  say: mutation({
    auth: 'public',
    input: () => z.object({ topic: z.string(), value: z.string() }),
    output: () => z.object({ id: z.string() }),
  }),
  read: query({ auth: 'public', input: () => z.object({ call: z.string() }), output: () => z.object({ call: z.string() }) }),
  changes: subscription({
    auth: 'public',
    input: () => z.object({ topic: z.string() }),
    event: () => z.object({ value: z.string() }),
    retain: `${RETAIN_MINUTES}m`,
  }),
});

/** What a client is typed with. */
export interface ModelContract {
  readonly services: { readonly room: typeof room };
}

const roomService = defineService(room, { uses: {} });

/** What handlers do besides answering. */
export interface HandlerHooks {
  /** The handler of a mutation began: it has its effect, and this is the effect's name. */
  ran(call: string, isIdempotent: boolean): string;
  /** Takes the time of one operation on a table, and may fail as one. */
  work(): Promise<void>;
}

/** Handlers of one container. */
export function implementRoom({ ran, work }: HandlerHooks): Implementation {
  return implement(roomService, {
    add: async ({ input }) => {
      const effect = ran(input.call, false);
      await work();
      return { effect };
    },
    set: async ({ input }) => {
      const effect = ran(input.call, true);
      await work();
      return { effect };
    },
    say: async ({ input, ctx }) => ({ id: await ctx.publish('changes', input.topic, { value: input.value }) }),
    read: async ({ input }) => {
      await work();
      return { call: input.call };
    },
    changes: ({ input }) => input.topic,
  });
}

/** The server's name of a topic. */
export function topicOf(key: string): string {
  return `room.changes/${key}`;
}
