/**
 * The documents of a folder, a page at a time, with live changes folded in.
 */

import { useCallback, useEffect, useRef, useState } from 'react';
import { useGateway } from '../gateway.js';
import type { Change, Summary } from '../model/document-types.js';
import { addPage, applyChange } from '../model/live-list.js';

const PAGE = 50;

export interface Documents {
  readonly items: readonly Summary[];
  readonly status: 'loading' | 'ready' | 'failed';
  readonly failure: unknown;
  readonly hasMore: boolean;
  readonly loadMore: () => void;
  readonly reload: () => void;
  readonly apply: (change: Change) => void;
}

/** Loads the first page when the folder changes. */
export function useDocuments(folder: string | undefined): Documents {
  const gateway = useGateway();
  const [items, setItems] = useState<readonly Summary[]>([]);
  const [cursor, setCursor] = useState<string | null>(null);
  const [state, setState] = useState<{ status: Documents['status']; failure?: unknown }>({ status: 'loading' });
  const generation = useRef(0);

  const load = useCallback(
    async (after: string | null) => {
      if (after === null) generation.current += 1;
      const mine = generation.current;
      setState({ status: 'loading' });
      try {
        const page = await gateway.documents.list.query({
          limit: PAGE,
          ...(folder ? { folder } : {}),
          ...(after ? { cursor: after } : {}),
        });
        if (mine !== generation.current) return;
        setItems((known) => addPage(after === null ? [] : known, page.items));
        setCursor(page.nextCursor);
        setState({ status: 'ready' });
      } catch (failure) {
        if (mine === generation.current) setState({ status: 'failed', failure });
      }
    },
    [gateway, folder],
  );

  useEffect(() => {
    setItems([]);
    void load(null);
  }, [load]);

  return {
    items,
    status: state.status,
    failure: state.failure,
    hasMore: cursor !== null,
    loadMore: () => void load(cursor),
    reload: () => void load(null),
    apply: useCallback((change: Change) => setItems((known) => applyChange(known, change, folder)), [folder]),
  };
}
