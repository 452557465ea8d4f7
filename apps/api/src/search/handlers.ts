/**
 * The search service. The index follows the documents through their stream; nothing is written to it here.
 */

import { type Implementation, implement } from '@org/gateway-server';
import { newId, type RandomBytes } from '../new-id.js';
import { withDependency } from '../with-dependency.js';
import { foundPage, searchDocuments } from './find.js';
import { DOCUMENTS_INDEX } from './index-entry.js';
import { beginRebuild, rebuildStatus } from './rebuild.js';
import { searchService } from './service.js';
import { countSearch, popularSearches } from './stats.js';

/** The service's handlers, with their source of ids. */
export function searchHandlers(randomBytes: RandomBytes): Implementation {
  return implement(searchService, {
    // A search is counted when it is asked, not while it is typed and not page by page.
    find: async ({ input, ctx, errors }) => {
      const counts = input.text !== undefined && input.text !== '' && !input.lastWordIsPrefix && input.cursor === undefined;
      const missing = () => errors.INDEX_MISSING({ index: DOCUMENTS_INDEX });
      const [page] = await Promise.all([
        withDependency(ctx.log, missing, () => searchDocuments(ctx, input)),
        counts ? countSearch(ctx, input.text ?? '') : undefined,
      ]);
      return foundPage(page);
    },

    popular: async ({ input: { days, limit }, ctx }) => ({ items: await popularSearches(ctx, days, limit) }),

    rebuild: async ({ input: { fromScratch }, ctx }) => {
      const make = () => ({ jobId: newId(ctx.now(), randomBytes), phase: fromScratch ? ('drop' as const) : ('write' as const) });
      return rebuildStatus(await beginRebuild(ctx, make));
    },

    status: async ({ ctx, errors }) => {
      const item = await ctx.rebuilds.get({ index: DOCUMENTS_INDEX });
      return item === undefined ? errors.NOT_FOUND({ index: DOCUMENTS_INDEX }) : rebuildStatus(item);
    },
  });
}
