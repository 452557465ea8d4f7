/**
 * Moves documents between folders: one transaction over facts and folders, so that no reader sees half of them moved, or a folder without
 * its name. Bodies stay where they are.
 */

import type { DocumentsContext } from './context.js';
import type { DocumentItem } from './resources.js';
import { seen } from './write-document.js';

/** Writes the versions that differ, all or none. `false`: somebody changed one of them since it was read. */
export async function moveDocuments(
  ctx: DocumentsContext,
  before: readonly DocumentItem[],
  after: readonly DocumentItem[],
): Promise<boolean> {
  const moves = after.flatMap((item, at) => (item === before[at] ? [] : ctx.table.putStep(item, { if: seen(before[at] as DocumentItem) })));
  const [first] = after;
  if (moves.length === 0 || first === undefined) return true;
  return ctx.table.transact([...moves, ctx.folders.putStep({ collection: 'folders', folder: first.folder })]);
}
