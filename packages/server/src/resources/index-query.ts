/**
 * A search request in OpenSearch's query DSL. Field names come from the declaration and everything of the caller's is a value, so no text is
 * read as syntax. https://docs.opensearch.org/latest/query-dsl/
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { IndexFieldType, IndexResource } from '../service/search-index.js';
import { filterClauses } from './index-filter.js';
import { MATCH_END, MATCH_START } from './index-highlight.js';
import { ID_FIELD } from './index-mapping.js';

/** A `SearchRequest` without the types of its index. */
export interface AnySearchRequest {
  readonly text?: string | undefined;
  readonly in?: readonly string[];
  readonly lastWordIsPrefix?: boolean;
  readonly filter?: Readonly<Record<string, unknown>>;
  readonly facets?: readonly string[];
  readonly highlight?: readonly string[];
  readonly sort?: { readonly by: string; readonly descending?: boolean };
  readonly limit?: number;
  readonly cursor?: string | undefined;
}

export type SortValue = string | number | null;

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 100;
const MAX_TEXT_CHARACTERS = 1_000;
const MAX_BODY_BYTES = 100_000;
const MAX_FACET_VALUES = 100;

/** `total` is counted exactly up to this. */
const COUNTED = 10_000;

/**
 * The body of a search: one hit more than the page holds, which says whether it is the last.
 *
 * @throws GatewayError BAD_REQUEST for a limit, a text or filters that are too large.
 */
export function searchBody(resource: IndexResource, request: AnySearchRequest, after: readonly SortValue[] | undefined): string {
  const body = JSON.stringify({
    size: limitOf(request) + 1,
    track_total_hits: COUNTED,
    query: { bool: { must: [textQuery(resource, request)], filter: filterClauses(request.filter ?? {}) } },
    sort: sortOf(request),
    ...(after === undefined ? {} : { search_after: after }),
    ...facetsOf(request),
    ...highlightOf(request),
  });
  const bytes = Buffer.byteLength(body);
  if (bytes > MAX_BODY_BYTES) throw tooLarge(`${bytes} bytes of filters and text`, `at most ${MAX_BODY_BYTES}`);
  return body;
}

/** Hits of a page. */
export function limitOf({ limit = DEFAULT_LIMIT }: AnySearchRequest): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw tooLarge(`a limit of ${limit}`, `1 to ${MAX_LIMIT}`);
}

/** Types of the values that a hit is sorted by, in their order; the last one is its id. */
export function sortTypes({ fields }: IndexResource, { sort }: AnySearchRequest): readonly (IndexFieldType | 'score')[] {
  return [sort === undefined ? 'score' : (fields[sort.by]?.type ?? 'keyword'), 'keyword'];
}

function textQuery({ fields }: IndexResource, { text = '', in: names, lastWordIsPrefix = false }: AnySearchRequest): object {
  if (text.length > MAX_TEXT_CHARACTERS) throw tooLarge(`a text of ${text.length} characters`, `at most ${MAX_TEXT_CHARACTERS}`);
  if (text.trim() === '') return { match_all: {} };
  const asked = Object.entries(fields).filter(([name, { type }]) => type === 'text' && (names === undefined || names.includes(name)));
  if (asked.length === 0) return { match_none: {} };
  const query = { query: text, fields: asked.map(([name, { boost }]) => `${name}^${boost}`) };
  // The best field counts whole, and the others a little: a document that has the words in title and body comes first.
  return { multi_match: lastWordIsPrefix ? { ...query, type: 'bool_prefix' } : { ...query, type: 'best_fields', tie_breaker: 0.3 } };
}

/** Equal hits are in the order of their ids, or a page could repeat or leave out some. */
function sortOf({ sort }: AnySearchRequest): readonly object[] {
  const first = sort === undefined ? { _score: 'desc' } : { [sort.by]: { order: sort.descending ? 'desc' : 'asc', missing: '_last' } };
  return [first, { [ID_FIELD]: 'asc' }];
}

function facetsOf({ facets = [] }: AnySearchRequest): object {
  if (facets.length === 0) return {};
  return { aggs: Object.fromEntries(facets.map((field) => [field, { terms: { field, size: MAX_FACET_VALUES } }])) };
}

function highlightOf({ highlight = [], text = '' }: AnySearchRequest): object {
  if (highlight.length === 0 || text.trim() === '') return {};
  const fields = Object.fromEntries(highlight.map((field) => [field, {}]));
  return { highlight: { pre_tags: [MATCH_START], post_tags: [MATCH_END], number_of_fragments: 3, fragment_size: 150, fields } };
}

function tooLarge(got: string, expected: string): GatewayError {
  return new GatewayError('BAD_REQUEST', `[BAD_REQUEST] cannot search: got ${got}, expected ${expected}`);
}
