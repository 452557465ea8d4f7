/**
 * The row that a rebuild is: one per index. Who writes `waiting` into it has started the rebuild, because the table's stream does the rest.
 */

import type { search } from '@org/gateway-contract';
import type { OutputOf } from '@org/gateway-core';
import type { SearchContext } from './context.js';
import { DOCUMENTS_INDEX } from './index-entry.js';
import type { RebuildItem } from './resources.js';

/** A rebuild that has not got on for that long is not under way any more: its function runs for 5 minutes, three times at most. */
const STUCK_AFTER_MS = 20 * 60_000;

/** The rebuild under way, or the one that `make` describes, begun. */
export async function beginRebuild(ctx: SearchContext, make: () => Pick<RebuildItem, 'jobId' | 'phase'>): Promise<RebuildItem> {
  const before = await ctx.rebuilds.get({ index: DOCUMENTS_INDEX });
  if (before !== undefined && isUnderWay(before, ctx.now())) return before;
  const nowMs = ctx.now();
  const job: RebuildItem = {
    ...make(),
    index: DOCUMENTS_INDEX,
    state: 'waiting',
    indexed: 0,
    removed: 0,
    startedAtMs: nowMs,
    updatedAtMs: nowMs,
  };
  const seen = before === undefined ? ('absent' as const) : { jobId: before.jobId, updatedAtMs: before.updatedAtMs };
  if (await ctx.rebuilds.put(job, { if: seen })) return job;
  return (await ctx.rebuilds.get({ index: DOCUMENTS_INDEX })) ?? job;
}

/** What callers see of a rebuild. */
export function rebuildStatus(item: RebuildItem): OutputOf<(typeof search)['procedures']['status']> {
  const { jobId, state, indexed, removed, startedAtMs, updatedAtMs } = item;
  return { jobId, state, indexed, removed, startedAtMs, updatedAtMs };
}

function isUnderWay({ state, updatedAtMs }: RebuildItem, nowMs: number): boolean {
  return (state === 'waiting' || state === 'running') && nowMs - updatedAtMs < STUCK_AFTER_MS;
}
