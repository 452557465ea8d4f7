/**
 * The indexing service. A rebuild's row says how far it is, and every step writes it under the condition that nobody else has: of two
 * functions that work at one rebuild, the one that comes late stops.
 */

import { type Implementation, implement } from '@org/gateway-server';
import type { RebuildItem } from '../search/resources.js';
import type { IndexingContext } from './context.js';
import { rebuildStep, type StepResult } from './rebuild-step.js';
import { indexingService } from './service.js';

/** A step takes seconds, the function may run for 300: time enough for the last one. */
const RUN_MS = 200_000;

/** The service's handlers. */
export function indexingHandlers(): Implementation {
  return implement(indexingService, {
    rebuild: async ({ input: { index, jobId }, ctx }) => {
      const endMs = ctx.now() + RUN_MS;
      const row = await ctx.rebuilds.get({ index });
      if (row?.jobId !== jobId) return { ended: 'superseded' };
      if (row.state === 'done') return { ended: 'done' };
      let job = await progress(ctx, row, { state: 'running' });
      while (job?.state === 'running') job = await takeStep(ctx, job, endMs);
      if (job === undefined) return { ended: 'superseded' };
      return { ended: job.state === 'done' ? 'done' : 'paused' };
    },
  });
}

/** The row after one step more, undefined when somebody else wrote it. A step that fails is noted, and then fails the call. */
async function takeStep(ctx: IndexingContext, job: RebuildItem, endMs: number): Promise<RebuildItem | undefined> {
  try {
    const result = await rebuildStep(ctx, job);
    return await progress(ctx, job, { state: stateAfter(result, ctx.now() >= endMs), result });
  } catch (cause) {
    await progress(ctx, job, { state: 'failed' });
    throw cause;
  }
}

function stateAfter({ phase }: StepResult, timeIsShort: boolean): RebuildItem['state'] {
  if (phase === undefined) return 'done';
  return timeIsShort ? 'waiting' : 'running';
}

function progress(
  ctx: IndexingContext,
  job: RebuildItem,
  { state, result }: { readonly state: RebuildItem['state']; readonly result?: StepResult },
): Promise<RebuildItem | undefined> {
  const { index, jobId, updatedAtMs } = job;
  const { phase = job.phase, cursor, indexed = 0, removed = 0 } = result ?? { cursor: job.cursor };
  const change = {
    // Later with every write: it is what tells two functions apart.
    set: { state, phase, updatedAtMs: Math.max(ctx.now(), updatedAtMs + 1), ...(cursor === undefined ? {} : { cursor }) },
    add: { indexed, removed },
    ...(cursor === undefined ? { remove: ['cursor' as const] } : {}),
  };
  return ctx.rebuilds.update({ index }, change, { if: { jobId, updatedAtMs } });
}
