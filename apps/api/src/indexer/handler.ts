/**
 * Puts a document's change into the index and the store of answers. The index is made when it is not there, also when it disappears later.
 * The index keeps an older write out by its version; the store does not, and relies on the stream's order.
 */

import { implementWorker, type WorkerContext, type WorkerImplementation } from '@org/gateway-server';
import { readBody } from '../documents/read-body.js';
import type { DocumentItem } from '../documents/resources.js';
import { indexedVersion, removedVersion } from '../search/index-entry.js';
import { isFailedDependency } from '../with-dependency.js';
import { indexerWorker } from './service.js';

type IndexerContext = WorkerContext<(typeof indexerWorker)['uses'], undefined>;

/** The worker's handler. */
export function indexerHandler(): WorkerImplementation {
  return implementWorker(indexerWorker, async ({ change, ctx }) => {
    if (change.kind === 'remove') await remove(ctx, change.item);
    else await put(ctx, change.item);
  });
}

async function put(ctx: IndexerContext, item: DocumentItem): Promise<void> {
  const body = await readBody(ctx, item);
  if (body === undefined) return;
  await writeIndex(ctx, indexedVersion(item, body));
  await ctx.store.put([{ id: item.id, title: item.title, text: body }]);
}

async function remove(ctx: IndexerContext, item: DocumentItem): Promise<void> {
  await writeIndex(ctx, removedVersion(item));
  await ctx.store.remove([item.id]);
}

async function writeIndex(ctx: IndexerContext, write: ReturnType<typeof indexedVersion>): Promise<void> {
  try {
    await ctx.index.write([write]);
  } catch (cause) {
    if (!isFailedDependency(cause)) throw cause;
    await ctx.index.ensure();
    await ctx.index.write([write]);
  }
}
