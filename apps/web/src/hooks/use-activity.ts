/**
 * What happens, as it happens: two subscriptions for the whole page, and the entries from before. When changes were missed for good
 * `missed` counts up and lists load themselves anew.
 */

import { useEffect, useRef, useState } from 'react';
import { useGateway } from '../gateway.js';
import { addChange, addEntries, type FeedItem } from '../model/activity-feed.js';
import type { Change, Entry } from '../model/document-types.js';
import { follow } from './follow.js';

const PAGE = 30;

export interface Activity {
  /** Newest first. */
  readonly feed: readonly FeedItem[];
  readonly missed: number;
  /** The server has said that it follows the documents: whatever happens from then on arrives. */
  readonly isFollowing: boolean;
  readonly failure: unknown;
  /** The newest entry about a file. */
  readonly lastFile: string | undefined;
}

/** Follows everything; `onChange` is called for each change of a document, in order. */
export function useActivity(onChange: (change: Change) => void): Activity {
  const gateway = useGateway();
  const [feed, setFeed] = useState<readonly FeedItem[]>([]);
  const [missed, setMissed] = useState(0);
  const [isFollowing, setFollowing] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const [lastFile, setLastFile] = useState<string>();
  const latest = useRef(onChange);
  latest.current = onChange;

  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    void follow({
      open: () => gateway.documents.changes.subscribe({}, { signal, onStarted: () => setFollowing(true) }).tracked(),
      onEvent: (event) => {
        setFeed((items) => addChange(items, event, Date.now()));
        latest.current(event.data);
      },
      onMissed: () => setMissed((count) => count + 1),
      onFailure: setFailure,
      signal,
    });
    return () => stop.abort();
  }, [gateway]);

  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const loadRecent = () =>
      gateway.events.recent.query({ limit: PAGE }, { signal }).then(
        ({ items }) => setFeed((known) => addEntries(known, items, false)),
        (error: unknown) => !signal.aborted && setFailure(error),
      );
    const see = (entry: Entry) => {
      setFeed((items) => addEntries(items, [entry], true));
      if (entry.kind === 'uploaded') setLastFile(entry.id);
    };
    // What happens between the two arrives twice, and is one item.
    const open = () => gateway.events.activity.subscribe(undefined, { signal, onStarted: () => void loadRecent() });
    void follow({ open, onEvent: see, onFailure: setFailure, signal });
    return () => stop.abort();
  }, [gateway]);

  return { feed, missed, isFollowing, failure, lastFile };
}
