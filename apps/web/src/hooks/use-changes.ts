/**
 * The live feed: one subscription to every change for the whole page. It survives reconnects by itself; when events were missed for good
 * (the page slept longer than they are kept) `missed` counts up and lists load themselves anew.
 */

import { isGatewayError } from '@org/gateway-client';
import { useEffect, useRef, useState } from 'react';
import { useGateway } from '../gateway.js';
import type { Change } from '../model/document-types.js';

/** Newest first. */
export interface FeedItem {
  readonly id: string;
  readonly change: Change;
  readonly atMs: number;
}

const KEPT = 50;

export interface Changes {
  readonly feed: readonly FeedItem[];
  readonly missed: number;
  /** The server has said that it follows: whatever happens from then on arrives. */
  readonly isFollowing: boolean;
  readonly failure: unknown;
}

/** Follows all changes; `onChange` is called for each, in order. */
export function useChanges(onChange: (change: Change) => void): Changes {
  const gateway = useGateway();
  const [feed, setFeed] = useState<readonly FeedItem[]>([]);
  const [missed, setMissed] = useState(0);
  const [isFollowing, setFollowing] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const latest = useRef(onChange);
  latest.current = onChange;

  useEffect(() => {
    const stop = new AbortController();
    const follow = async () => {
      for await (const { id, data } of gateway.documents.changes
        .subscribe({}, { signal: stop.signal, onStarted: () => setFollowing(true) })
        .tracked()) {
        setFeed((items) => [{ id, change: data, atMs: Date.now() }, ...items].slice(0, KEPT));
        latest.current(data);
      }
    };
    const followForEver = async () => {
      while (!stop.signal.aborted) {
        try {
          await follow();
          return;
        } catch (error) {
          if (!isGatewayError(error) || error.code !== 'PRECONDITION_FAILED') return setFailure(error);
          setMissed((count) => count + 1);
        }
      }
    };
    void followForEver();
    return () => stop.abort();
  }, [gateway]);

  return { feed, missed, isFollowing, failure };
}
