/**
 * What a page tells of the network and of itself.
 */

import type { PageEvents } from '../options.js';

/** Captured where there is a document, because some are told to it only; workerd refuses to capture. */
const PAGE_EVENTS = ['online', 'offline', 'pagehide', 'pageshow', 'visibilitychange', 'resume'];

/** Who is told. */
export interface PageOwner {
  /** The network or the page is gone. */
  onAway(why: string): void;
  /** The page is back, or looked at, and with `isOnline` the network: what looked well before may be dead. */
  onBack(isOnline: boolean): void;
}

/** Listens when told to, and stops then. */
export function pageWatch(page: Partial<PageEvents>, { onAway, onBack }: PageOwner): (isWatching: boolean) => void {
  let wasWatching = false;
  const hear = ({ type }: { readonly type: string }) => {
    if (type === 'offline' || type === 'pagehide') onAway(type);
    else if (type !== 'visibilitychange' || !page.document?.hidden) onBack(type === 'online');
  };
  return (isWatching) => {
    if (isWatching === wasWatching) return;
    wasWatching = isWatching;
    for (const type of PAGE_EVENTS) page[isWatching ? 'addEventListener' : 'removeEventListener']?.(type, hear, !!page.document);
  };
}
