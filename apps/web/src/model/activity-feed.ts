/**
 * What happened, newest first, from two sources that tell of the same things: changes of documents arrive at once, and entries of the
 * activity moments later, with notes, files and what was before. What both tell of is one item that stays where it is.
 *
 * An entry does not say which version it is about. Both sources tell of a document in the order of its changes, so an entry belongs to the
 * document's oldest change that has none yet.
 */

import type { Change, Entry } from './document-types.js';

export interface FeedItem {
  /** Stays the same for as long as the item is there. */
  readonly key: string;
  readonly kind: Entry['kind'] | 'edited';
  /** The document's id, or the file's key. */
  readonly subject: string;
  readonly title: string;
  /** The note. */
  readonly text: string | null;
  readonly atMs: number;
  /** Happened while the page looked on. */
  readonly isLive: boolean;
  readonly changeId?: string;
  readonly entryId?: string;
}

const KEPT = 50;
/** How much later than the change its entry may have been written. */
const ENTRY_DELAY_MS = 60_000;

/** The feed with a change. @param nowMs when it was removed: a removed document does not know. */
export function addChange(
  feed: readonly FeedItem[],
  { id, data }: { readonly id: string; readonly data: Change },
  nowMs: number,
): readonly FeedItem[] {
  const { change, document } = data;
  const atMs = change === 'removed' ? nowMs : document.updatedAtMs;
  const item: FeedItem = {
    key: `change-${id}`,
    kind: change,
    subject: document.id,
    title: document.title,
    text: null,
    atMs,
    isLive: true,
    changeId: id,
  };
  if (feed.some(({ changeId }) => changeId === id)) return feed;
  const told = feed.find((other) => other.changeId === undefined && isSame(other, item) && isSoonAfter(other.atMs, atMs));
  if (told === undefined) return inOrder([item, ...feed]);
  return feed.map((other) => (other === told ? { ...other, kind: change, changeId: id } : other));
}

/** The feed with entries. @param isLive whether they come as they happen. */
export function addEntries(feed: readonly FeedItem[], entries: readonly Entry[], isLive: boolean): readonly FeedItem[] {
  const byAge = [...entries].sort((a, b) => a.atMs - b.atMs);
  return byAge.reduce((items, entry) => addEntry(items, entry, isLive), feed);
}

function addEntry(feed: readonly FeedItem[], entry: Entry, isLive: boolean): readonly FeedItem[] {
  const { id, ...about } = entry;
  if (feed.some(({ entryId }) => entryId === id)) return feed;
  const item: FeedItem = { key: `entry-${id}`, ...about, isLive, entryId: id };
  const told = feed.findLast((other) => other.entryId === undefined && isSame(other, item) && isSoonAfter(item.atMs, other.atMs));
  if (told === undefined) return inOrder([item, ...feed]);
  return feed.map((other) => (other === told ? { ...other, entryId: id } : other));
}

/** To the bus an edit is another time that a document was saved. */
function isSame(left: FeedItem, right: FeedItem): boolean {
  const plain = ({ kind }: FeedItem) => (kind === 'edited' ? 'saved' : kind);
  return left.subject === right.subject && plain(left) === plain(right);
}

/** Clocks of servers and of this machine differ by some seconds. */
function isSoonAfter(entryMs: number, changeMs: number): boolean {
  return Math.abs(entryMs - changeMs) < ENTRY_DELAY_MS;
}

function inOrder(items: readonly FeedItem[]): readonly FeedItem[] {
  return [...items].sort((a, b) => b.atMs - a.atMs).slice(0, KEPT);
}
