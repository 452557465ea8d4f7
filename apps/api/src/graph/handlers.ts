/**
 * The graph service: each procedure is one operation of the GraphQL API.
 */

import { type Implementation, implement } from '@org/gateway-server';
import { withDependency } from '../with-dependency.js';
import { graphService } from './service.js';

const GRAPH = 'library';

/** The service's handlers. */
export function graphHandlers(): Implementation {
  return implement(graphService, {
    documents: async ({ input, ctx, errors }) => {
      const failed = () => errors.GRAPH_FAILED({ graph: GRAPH });
      const { documents } = await withDependency(ctx.log, failed, () => ctx.library.documents(input));
      return documents;
    },

    document: async ({ input: { id }, ctx, errors }) => {
      const failed = () => errors.GRAPH_FAILED({ graph: GRAPH });
      const { document } = await withDependency(ctx.log, failed, () => ctx.library.document({ id }));
      return document ?? errors.NOT_FOUND({ id });
    },
  });
}
