/**
 * Sets the indexing service to work whenever a rebuild waits. Telling it twice does no harm.
 */

import { implementWorker, type WorkerImplementation } from '@org/gateway-server';
import { rebuilderWorker } from './service.js';

/** The worker's handler. */
export function rebuilderHandler(): WorkerImplementation {
  return implementWorker(rebuilderWorker, async ({ change, ctx }) => {
    const { index, jobId, state } = change.item;
    if (change.kind === 'put' && state === 'waiting') await ctx.indexing.rebuild.send({ index, jobId });
  });
}
