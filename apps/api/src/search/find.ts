/**
 * A search of the index, and its hits as callers see them.
 */

import type { search } from '@org/gateway-contract';
import type { OutputOf, ParsedOf } from '@org/gateway-core';
import type { HighlightedPiece, SearchHit, SearchPage } from '@org/gateway-server/service';
import type { SearchContext } from './context.js';
import type { IndexedDocument } from './resources.js';

type Find = (typeof search)['procedures']['find'];

/** Searches, best first; without words, newest change first. */
export function searchDocuments(ctx: SearchContext, input: ParsedOf<Find>): Promise<SearchPage<IndexedDocument>> {
  const { text, lastWordIsPrefix, folder, updatedFromMs, updatedToMs, limit, cursor } = input;
  const filter = {
    ...(folder === undefined ? {} : { folder }),
    ...(updatedFromMs === undefined && updatedToMs === undefined ? {} : { updatedAtMs: rangeOf(updatedFromMs, updatedToMs) }),
  };
  const paging = { filter, facets: ['folder'], limit, cursor } as const;
  if (text === undefined || text === '') return ctx.index.search({ ...paging, sort: { by: 'updatedAtMs', descending: true } });
  return ctx.index.search({ ...paging, text, lastWordIsPrefix, highlight: ['title', 'body'] });
}

/** A page as callers see it. */
export function foundPage({ hits, total, facets, cursor }: SearchPage<IndexedDocument>): OutputOf<Find> {
  const folders = (facets.folder ?? []).map(({ value, count }) => ({ folder: value, count }));
  return { items: hits.map(foundDocument), total, folders, nextCursor: cursor };
}

function foundDocument({ id, score, document, highlights }: SearchHit<IndexedDocument>): OutputOf<Find>['items'][number] {
  const { folder, title, version, updatedAtMs } = document;
  return {
    id,
    folder,
    title,
    version,
    updatedAtMs,
    score,
    titleRuns: titleRuns(title, highlights.title ?? []),
    excerpts: (highlights.body ?? []).map((piece) => [...piece]),
  };
}

/** The whole title, marked where a piece of it says so. */
function titleRuns(title: string, pieces: readonly HighlightedPiece[]): { text: string; match: boolean }[] {
  const whole = pieces.find((piece) => piece.map(({ text }) => text).join('') === title);
  return [...(whole ?? [{ text: title, match: false }])];
}

function rangeOf(from: number | undefined, to: number | undefined): { from?: number; to?: number } {
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}
