/**
 * `IndexClient` in memory, for tests of handlers: words are matched whole (the last one as a prefix when asked), a hit's score is how many
 * match, weighed by boosts. Versions are OpenSearch's external ones: an older or equal write changes nothing, and a removal is remembered.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { FieldFilter, HighlightedPiece, IndexClient, IndexResource, SearchHit, SearchRequest } from '@org/gateway-server/service';
import type { Item } from './memory-query.fixture.js';
import { positionIn } from './memory-query.fixture.js';

type Client = IndexClient<Item, Record<string, never>>;
type Request = SearchRequest<Item, Record<string, { readonly type: 'text' }>>;

export interface MemoryIndex extends Client {
  /** What is found, by id. */
  readonly documents: Map<string, Item>;
  /** Versions by id, of removed ones too. */
  readonly versions: Map<string, number>;
  /** Whether the index is there. */
  exists: boolean;
}

/** An index that has not been made yet. */
export function memoryIndex(resource: IndexResource): MemoryIndex {
  const documents = new Map<string, Item>();
  const versions = new Map<string, number>();
  const there = () => {
    if (!index.exists) throw new GatewayError('FAILED_DEPENDENCY', `[FAILED_DEPENDENCY] there is no index ${resource.indexName}`);
  };
  const write: Client['write'] = async (writes) => {
    there();
    const fresh = writes.filter((each) => {
      if (each.version <= (versions.get(each.id) ?? 0)) return false;
      versions.set(each.id, each.version);
      if ('put' in each) documents.set(each.id, structuredClone(each.put));
      else documents.delete(each.id);
      return true;
    });
    return { written: fresh.length, stale: writes.length - fresh.length };
  };
  const index: MemoryIndex = {
    documents,
    versions,
    exists: false,
    search: async (request) => {
      there();
      return pageOf(documents, resource, request as unknown as Request);
    },
    get: async (id) => structuredClone(documents.get(id)),
    write,
    ensure: async () => {
      index.exists = true;
    },
    drop: async () => {
      index.exists = false;
      documents.clear();
      versions.clear();
    },
  };
  return index;
}

function pageOf(documents: ReadonlyMap<string, Item>, resource: IndexResource, request: Request) {
  const { text = '', filter = {}, facets = [], sort, limit = 10, cursor } = request;
  const words = wordsOf(text);
  const found = [...documents]
    .map(([id, document]): SearchHit<Item> => ({ id, document, score: score(document, resource, words, request), highlights: {} }))
    .filter(({ document, score }) => (words.length === 0 || (score ?? 0) > 0) && passes(document, filter))
    .sort((one, other) => orderOf(one, other, sort));
  const scope = JSON.stringify([resource.name, text, filter, sort]);
  const start = cursor === undefined ? 0 : Number(positionIn(scope, cursor));
  const hits = found.slice(start, start + limit).map((hit) => ({
    ...hit,
    score: sort === undefined ? hit.score : null,
    highlights: Object.fromEntries(
      (request.highlight ?? []).map((field) => [field, highlight(String(hit.document[field]), words, request)]),
    ),
  }));
  return {
    hits,
    total: found.length,
    facets: Object.fromEntries(facets.map((field) => [field, countsOf(found.map(({ document }) => String(document[field])))])),
    cursor: found.length > start + limit ? JSON.stringify([scope, String(start + limit)]) : null,
  };
}

function orderOf(one: SearchHit<Item>, other: SearchHit<Item>, sort: Request['sort']): number {
  if (sort === undefined) return (other.score ?? 0) - (one.score ?? 0) || one.id.localeCompare(other.id);
  const { by, descending = false } = sort;
  const difference = Number(one.document[by]) - Number(other.document[by]) || one.id.localeCompare(other.id);
  return descending ? -difference : difference;
}

function score(document: Item, { fields }: IndexResource, words: readonly string[], request: Request): number {
  const searched = Object.entries(fields).filter(([, { type }]) => type === 'text');
  return searched
    .flatMap(([name, { boost }]) => wordsOf(String(document[name])).map((word) => (matches(word, words, request) ? boost : 0)))
    .reduce((sum, each) => sum + each, 0);
}

function matches(word: string, words: readonly string[], { lastWordIsPrefix = false }: Request): boolean {
  const last = words.at(-1);
  return words.includes(word.toLowerCase()) || (lastWordIsPrefix && last !== undefined && word.toLowerCase().startsWith(last));
}

function highlight(text: string, words: readonly string[], request: Request): readonly HighlightedPiece[] {
  const runs = text.split(/(\p{L}+)/u).filter((run) => run !== '');
  const piece = runs.map((run) => ({ text: run, match: matches(run, words, request) }));
  return piece.some(({ match }) => match) ? [piece] : [];
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/\p{L}+/gu) ?? [];
}

function passes(document: Item, filter: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(filter).every(
    ([field, wanted]) => wanted === undefined || fits(document[field] as never, wanted as FieldFilter<never>),
  );
}

function fits(value: number & string, filter: FieldFilter<number & string>): boolean {
  if (typeof filter !== 'object') return value === filter;
  if ('anyOf' in filter) return (filter.anyOf as readonly unknown[]).includes(value);
  if ('prefix' in filter) return String(value).startsWith(filter.prefix as string);
  const { from, to } = filter as { readonly from?: number; readonly to?: number };
  return (from === undefined || value >= from) && (to === undefined || value <= to);
}

function countsOf(values: readonly string[]): readonly { readonly value: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ value, count })).sort((one, other) => other.count - one.count);
}
