/**
 * How much is stored, counted from the bucket's own listing: what has only been asked for is not in there.
 */

import type { FilesContext } from './context.js';

/** Ten listings, a second or two. */
const MAX_PAGES = 10;

/** Counts files and bytes, of 10,000 files at most. */
export async function usageOf(ctx: FilesContext): Promise<{ files: number; bytes: number; complete: boolean }> {
  let cursor: string | null = null;
  let files = 0;
  let bytes = 0;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const listing: Awaited<ReturnType<FilesContext['uploads']['list']>> = await ctx.uploads.list({ cursor: cursor ?? undefined });
    files += listing.objects.length;
    bytes += listing.objects.reduce((sum, object) => sum + object.bytes, 0);
    cursor = listing.cursor;
    if (cursor === null) break;
  }
  return { files, bytes, complete: cursor === null };
}
