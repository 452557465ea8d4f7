/**
 * A paged list that live changes are folded into: newest change first, each document once, only those of the chosen folder. An older
 * version never replaces a newer one, so it does not matter whether a page or a change arrives first.
 */

import type { Change, Summary } from './document-types.js';

/** The list with a change in it. A document beyond the loaded pages is shown too: it is the newest now. */
export function applyChange(items: readonly Summary[], { change, document }: Change, folder: string | undefined): readonly Summary[] {
  const known = items.find((item) => item.id === document.id);
  if (known && known.version > document.version) return items;
  const others = items.filter((item) => item.id !== document.id);
  if (change === 'removed' || (folder !== undefined && document.folder !== folder)) return others.length === items.length ? items : others;
  return inOrder([document, ...others]);
}

/** The list with another page at its end. */
export function addPage(items: readonly Summary[], page: readonly Summary[]): readonly Summary[] {
  const byId = new Map(items.map((item) => [item.id, item]));
  for (const item of page) if ((byId.get(item.id)?.version ?? 0) < item.version) byId.set(item.id, item);
  return inOrder([...byId.values()]);
}

function inOrder(items: readonly Summary[]): readonly Summary[] {
  return [...items].sort((a, b) => b.updatedAtMs - a.updatedAtMs || (a.id < b.id ? 1 : -1));
}
