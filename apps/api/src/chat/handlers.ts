/**
 * The chat service. Rooms are topics: what is said is kept by the topic's log alone, which is what `history` reads.
 */

import { type Implementation, implement } from '@org/gateway-server';
import type { Member } from '@org/gateway-server/service';
import { chatService } from './service.js';

/** The service's handlers. */
export function chatHandlers(): Implementation {
  return implement(chatService, {
    join: async ({ input: { room, name }, ctx }) => memberOf(await ctx.here.join(room, { name })),

    leave: ({ input: { room }, ctx }) => ctx.here.leave(room),

    who: async ({ input: { room }, ctx }) => ({ members: (await ctx.here.list(room)).map(memberOf) }),

    presence: ({ input: { room } }) => room,

    send: async ({ input: { room, text }, ctx, errors }) => {
      const found = await ctx.here.find(room);
      if (found === undefined) return errors.FORBIDDEN({ room });
      const { member, data } = found;
      return { id: await ctx.publish('messages', room, { from: member, name: data.name, text, atMs: ctx.now() }) };
    },

    messages: ({ input: { room } }) => room,

    history: async ({ input: { room, limit }, ctx }) => {
      const { events, position } = await ctx.recent('messages', room, limit);
      return { state: events.map(({ id, data }) => ({ id, ...data })), position };
    },

    direct: async ({ input: { to, name, text }, ctx }) => {
      const from = await ctx.here.self();
      const message = { from, to, name, text, atMs: ctx.now() };
      const id = await ctx.publish('inbox', to, message);
      // For the caller's other connections.
      if (from !== to) await ctx.publish('inbox', from, message);
      return { id };
    },

    // The topic is the caller's own, whatever it asks for.
    inbox: ({ ctx }) => ctx.here.self(),
  });
}

function memberOf({ member, data, sinceMs }: Member<{ readonly name: string }>) {
  return { member, name: data.name, sinceMs };
}
