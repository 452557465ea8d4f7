/**
 * The events service: what is said to the bus here is read here again, once the activity workers have written it down.
 */

import { type Implementation, implement } from '@org/gateway-server';
import { entryOf } from './entry.js';
import { eventsService } from './service.js';
import { EVERYTHING } from './topic.js';

/** The service's handlers. */
export function eventsHandlers(): Implementation {
  return implement(eventsService, {
    // Under the document's key: after the change that the note is about, whoever listens.
    note: async ({ input: { id, text }, ctx, errors }) => {
      const document = await ctx.documents.get({ id });
      if (document === undefined) return errors.NOT_FOUND({ id });
      return { entryId: await ctx.bus.publish('noted', { id, title: document.title, text }, { key: id }) };
    },

    recent: async ({ input: { limit, cursor }, ctx }) => {
      const page = await ctx.activity.query({ index: 'byTime', where: { feed: 'all' }, descending: true, limit, cursor });
      return { items: page.items.map(entryOf), nextCursor: page.cursor };
    },

    activity: () => EVERYTHING,
  });
}
