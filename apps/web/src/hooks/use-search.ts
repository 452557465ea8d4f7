/**
 * Results for what is in the search box. While somebody types, the last word may go on, and a moment without keys passes before anything is
 * asked; a search that was asked for with Enter is asked at once, and counted.
 */

import { useCallback, useEffect } from 'react';
import { useGateway } from '../gateway.js';
import type { Hit, SearchPage } from '../model/document-types.js';
import type { Call } from '../model/latest.js';
import { useLatest } from './use-latest.js';

const TYPING_PAUSE_MS = 180;
const PAGE = 20;

/** What to search for. */
export interface SearchQuery {
  readonly text: string;
  /** The last word may not be whole yet. */
  readonly isTyping: boolean;
  /** Absent: every folder. */
  readonly folder: string | undefined;
}

/** What was found so far. */
export interface Found {
  readonly items: readonly Hit[];
  readonly total: number;
  /** Of every folder, whichever is chosen. */
  readonly folders: SearchPage['folders'];
  readonly nextCursor: string | null;
}

export interface Search {
  readonly call: Call<Found>;
  readonly loadMore: () => void;
  readonly again: () => void;
}

/** Searches whenever the query changes; without text there is nothing. */
export function useSearch({ text, isTyping, folder }: SearchQuery): Search {
  const gateway = useGateway();
  const [call, run] = useLatest<Found>();
  const words = text.trim();

  const find = useCallback(
    async (known: Found | undefined, signal: AbortSignal): Promise<Found> => {
      const query = { text: words, lastWordIsPrefix: isTyping };
      const cursor = known?.nextCursor;
      const page = { ...query, limit: PAGE, ...(folder === undefined ? {} : { folder }), ...(cursor ? { cursor } : {}) };
      // Both travel in one request. The second one says how much there is in the folders that are not chosen.
      const everywhere = known !== undefined || folder === undefined ? undefined : { ...query, lastWordIsPrefix: true, limit: 1 };
      const [found, counts] = await Promise.all([
        gateway.search.find.query(page, { signal }),
        everywhere && gateway.search.find.query(everywhere, { signal }),
      ]);
      const folders = known?.folders ?? (counts ?? found).folders;
      return { ...found, folders, items: [...(known?.items ?? []), ...found.items] };
    },
    [gateway, words, isTyping, folder],
  );
  const again = useCallback(() => run((signal) => find(undefined, signal)), [run, find]);

  useEffect(() => {
    if (words === '') return run();
    if (!isTyping) return again();
    const timer = setTimeout(again, TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [words, isTyping, run, again]);

  return { call, again, loadMore: () => run((signal) => find(call.value, signal)) };
}
