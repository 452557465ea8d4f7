/**
 * A rebuild, a step at a time:
 *
 *   drop (only from scratch) → write: all documents, newest change first → sweep: entries without a document → done
 *
 * What is found stays found meanwhile, but from scratch. A document that changes moves to the front of the list, behind the step's back: its
 * own change brings it into the index.
 */

import type { RebuildItem } from '../search/resources.js';
import type { IndexingContext } from './context.js';
import { forgetDocuments, indexDocuments } from './index-documents.js';

/** What a step did, and where the next one begins; without `phase` there is none. */
export interface StepResult {
  readonly phase?: RebuildItem['phase'];
  readonly cursor?: string;
  readonly indexed: number;
  readonly removed: number;
}

/** Documents of one step; no more than `documents.many` takes. */
const PAGE = 50;

/** Does one step. Doing it again does no harm. */
export async function rebuildStep(ctx: IndexingContext, { phase, cursor }: RebuildItem): Promise<StepResult> {
  switch (phase) {
    case 'drop':
      await ctx.index.drop();
      return { phase: 'write', indexed: 0, removed: 0 };
    case 'write':
      return writePage(ctx, cursor);
    case 'sweep':
      return sweepPage(ctx, cursor);
    default:
      return phase satisfies never;
  }
}

async function writePage(ctx: IndexingContext, cursor: string | undefined): Promise<StepResult> {
  await ctx.index.ensure();
  const page = await ctx.documents.list({ limit: PAGE, cursor });
  await indexDocuments(ctx, page.items);
  const next = page.nextCursor === null ? { phase: 'sweep' as const } : { phase: 'write' as const, cursor: page.nextCursor };
  return { ...next, indexed: page.items.length, removed: 0 };
}

async function sweepPage(ctx: IndexingContext, cursor: string | undefined): Promise<StepResult> {
  const page = await ctx.index.search({ sort: { by: 'updatedAtMs' }, limit: PAGE, cursor });
  const stamps = page.hits.map(({ id, document: { updatedAtMs } }) => ({ id, updatedAtMs }));
  const { items } = stamps.length === 0 ? { items: [] } : await ctx.documents.many({ id: stamps.map(({ id }) => id) });
  const present = new Set(items.map(({ id }) => id));
  const gone = stamps.filter(({ id }) => !present.has(id));
  await forgetDocuments(ctx, gone);
  return { ...(page.cursor === null ? {} : { phase: 'sweep' as const, cursor: page.cursor }), indexed: 0, removed: gone.length };
}
