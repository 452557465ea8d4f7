/**
 * Writes of documents. A body is stored under a key of its own before the facts that name it, and removed after the facts that replace
 * it: whoever reads facts finds the body they belong to, or newer facts. Facts are written only if nobody wrote since they were read.
 *
 * What is left over when a function dies half-way is a body that no facts name: unseen, and never a document without its body.
 */

import type { DocumentsContext } from './context.js';
import type { DocumentItem } from './resources.js';

/** One write: what was read, what shall be, and the body if it changes. */
export interface DocumentWrite {
  readonly before: DocumentItem | undefined;
  readonly after: DocumentItem;
  readonly body: string | undefined;
}

/**
 * Stores a version. `false`: somebody else wrote first, and nothing of this write is left. When the outcome is unknown (the store did
 * not answer) it rejects and keeps the body, because the facts may name it.
 */
export async function writeDocument(ctx: DocumentsContext, write: DocumentWrite): Promise<boolean> {
  const { before, after, body } = write;
  if (body !== undefined) await ctx.bodies.put(after.bodyKey, body, { contentType: 'text/plain; charset=utf-8' });
  // A folder is listed from before its first document on.
  if (before?.folder !== after.folder) await ctx.folders.put({ collection: 'folders', folder: after.folder });
  if (!(await ctx.table.put(after, { if: before === undefined ? 'absent' : seen(before) })) && !(await isStored(ctx, write))) {
    if (body !== undefined) await dropBody(ctx, after.bodyKey);
    return false;
  }
  if (before !== undefined && before.bodyKey !== after.bodyKey) await dropBody(ctx, before.bodyKey);
  return true;
}

/**
 * Deletes a version's facts, then its body. `false`: somebody wrote since it was read. An answer that got lost looks like a document
 * that is gone already: that counts as deleted.
 */
export async function deleteDocument(ctx: DocumentsContext, item: DocumentItem): Promise<boolean> {
  const { id } = item;
  if (!(await ctx.table.delete({ id }, { if: seen(item) })) && (await ctx.table.get({ id })) !== undefined) return false;
  await dropBody(ctx, item.bodyKey);
  return true;
}

/** What a version is recognised by. A version number alone would also match a document that was deleted and made again. */
export function seen({ version, bodyKey }: DocumentItem): Partial<DocumentItem> {
  return { version, bodyKey };
}

/** Whether a write that was refused had in fact been done, by an attempt whose answer got lost. */
async function isStored(ctx: DocumentsContext, { after, body }: DocumentWrite): Promise<boolean> {
  const stored = await ctx.table.get({ id: after.id });
  // A new body's key is unique; without one the write is known by what it wrote.
  if (stored === undefined || stored.bodyKey !== after.bodyKey) return false;
  return body !== undefined || (stored.changeKey === after.changeKey && stored.title === after.title && stored.version === after.version);
}

/** A body that stays costs storage and nothing else. */
async function dropBody(ctx: DocumentsContext, bodyKey: string): Promise<void> {
  try {
    await ctx.bodies.delete(bodyKey);
  } catch (cause) {
    ctx.log.warn('body left behind', { bodyKey, cause });
  }
}
