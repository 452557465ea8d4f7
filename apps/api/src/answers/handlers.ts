/**
 * The answers service. The store may lag behind the documents: titles are the current ones, and what was removed is not shown.
 */

import { type Implementation, implement } from '@org/gateway-server';
import { withDependency } from '../with-dependency.js';
import { excerptRuns } from './excerpt-runs.js';
import { answersService } from './service.js';

/** The service's handlers. */
export function answersHandlers(): Implementation {
  return implement(answersService, {
    ask: async ({ input: { question, limit }, ctx, errors }) => {
      const missing = () => errors.STORE_MISSING({ store: 'help' });
      const found = await withDependency(ctx.log, missing, () => ctx.store.ask(question, { limit }));
      const ids = [...new Set(found.map(({ documentId }) => documentId))];
      const items = ids.length === 0 ? [] : await ctx.documents.batchGet(ids.map((id) => ({ id })));
      const documents = new Map(items.map((item) => [item.id, item]));
      const answers = found.flatMap(({ documentId, excerpt, highlights, confidence }) => {
        const document = documents.get(documentId);
        if (document === undefined) return [];
        const { folder, title } = document;
        return [{ documentId, folder, title, excerpt: excerptRuns(excerpt, highlights), confidence }];
      });
      return { answers };
    },
  });
}
