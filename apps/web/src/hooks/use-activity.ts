/**
 * What happens, as it happens: two subscriptions for the whole page, and the entries from before. When changes were missed for good
 * `missed` counts up and lists load themselves anew.
 */

import { useSubscription } from '@org/gateway-client/react';
import { useState } from 'react';
import { useGateway } from '../gateway.js';
import { addChange, addEntries, type FeedItem } from '../model/activity-feed.js';
import type { Change } from '../model/document-types.js';

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

  const changes = useSubscription(
    gateway.documents.changes,
    {},
    {
      onStarted: () => setFollowing(true),
      onEvent: (data, id) => {
        setFeed((items) => addChange(items, { id, data }, Date.now()));
        onChange(data);
      },
      onReset: () => setMissed((count) => count + 1),
    },
  );
  const loadRecent = () =>
    gateway.events.recent.query({ limit: PAGE }).then(({ items }) => setFeed((known) => addEntries(known, items, false)), setFailure);
  const entries = useSubscription(gateway.events.activity, undefined, {
    // What happens between the two arrives twice, and is one item.
    onStarted: loadRecent,
    onReset: loadRecent,
    onEvent: (entry) => {
      setFeed((items) => addEntries(items, [entry], true));
      if (entry.kind === 'uploaded') setLastFile(entry.id);
    },
  });

  return { feed, missed, isFollowing, failure: failure ?? changes.error ?? entries.error, lastFile };
}
