/**
 * Removes the records of uploads that are not coming any more, and what arrived of them. Whoever comes by does it; it never fails the call.
 */

import type { FilesContext } from './context.js';
import type { FileItem } from './resources.js';

const DAY_MS = 86_400_000;

/** An upload begun in the URL's last second may run for a while; a day later it is not coming any more. */
const ABANDONED_AFTER_MS = DAY_MS;

/** An upload in parts may be resumed for that long. */
const PARTS_ABANDONED_AFTER_MS = 7 * DAY_MS;

/** Forgets those of these records, none of which has an object, that are too old. */
export async function forgetAbandoned(ctx: FilesContext, items: readonly FileItem[]): Promise<void> {
  const abandoned = items.filter((item) => ctx.now() - item.requestedAtMs > lifetimeMs(item));
  if (abandoned.length === 0) return;
  try {
    // The parts first: without the record nobody knows of them.
    await Promise.all(abandoned.map(({ key, uploadId }) => uploadId !== undefined && ctx.uploads.abortUpload(key, uploadId)));
    await ctx.table.batchWrite({ delete: abandoned.map(({ key }) => ({ key })) });
  } catch (cause) {
    ctx.log.warn('records of abandoned uploads left behind', { keys: abandoned.map(({ key }) => key), cause });
  }
}

function lifetimeMs({ uploadId }: FileItem): number {
  return uploadId === undefined ? ABANDONED_AFTER_MS : PARTS_ABANDONED_AFTER_MS;
}
