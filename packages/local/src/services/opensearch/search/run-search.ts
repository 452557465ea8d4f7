/**
 * A search over one or more indexes: query, order, page, sources, highlights, aggregations, and the answer in OpenSearch's shape.
 * https://docs.opensearch.org/latest/api-reference/search-apis/search/
 */
import { illegalArgument, OpenSearchError, parsingError, searchPhaseFailure } from '../errors.js';
import type { FieldStore } from '../field-store.js';
import { resultWindow } from '../index-settings.js';
import { flagOf, type JsonObject, numberOf } from '../json.js';
import { everything } from '../query/match-queries.js';
import { parseQuery } from '../query/parse-query.js';
import type { Query } from '../query/query.js';
import { matches, type Scores } from '../query/scores.js';
import type { SearchIndex } from '../search-index.js';
import { readAggregations } from './aggregations.js';
import { type Highlighter, readHighlight } from './highlight.js';
import type { Hit, SortValue } from './hits.js';
import { compareSort, isByScore, readSearchAfter, readSort, type SortKey, type SortReader, shownSort, sortReaders } from './sort.js';
import { readSourceFilter, type SourceFilter } from './source-filter.js';

/** What a search needs besides its body. */
export interface SearchContext {
  readonly nowMs: number;
  /** See `QueryContext`. */
  readonly scoreFactor: number;
}

const MEMBERS = [
  'query',
  'from',
  'size',
  'sort',
  'search_after',
  '_source',
  'track_total_hits',
  'track_scores',
  'highlight',
  'aggs',
  'aggregations',
  'min_score',
  'post_filter',
  'version',
  'seq_no_primary_term',
  'timeout',
];

interface SearchRequest {
  readonly from: number;
  readonly size: number;
  readonly keys: readonly SortKey[];
  readonly after: readonly SortValue[] | undefined;
  readonly trackTotal: number;
  readonly trackScores: boolean;
  readonly minScore: number | undefined;
  readonly source: SourceFilter;
  readonly highlight: Highlighter | undefined;
  readonly showVersion: boolean;
  readonly showSequenceNumber: boolean;
}

/** Runs a search. @throws OpenSearchError */
export function runSearch(indexes: readonly SearchIndex[], body: JsonObject, context: SearchContext): JsonObject {
  for (const name of Object.keys(body)) {
    if (!MEMBERS.includes(name))
      throw parsingError(`Unknown key for a search request [${name}] (the local stage serves: ${MEMBERS.join(', ')})`);
  }
  const request = readRequest(body, indexes);
  const compile = (query: unknown, index: SearchIndex): Query => compileQuery(query, index, context);
  const aggregate = readAggregations(body.aggs ?? body.aggregations, { nowMs: context.nowMs, parseQuery: compile });
  const parts = indexes.map((index) => searchIndex(index, { body, request, compile }));
  const total = parts.reduce((sum, { found }) => sum + found, 0);
  const hits = parts.flatMap((part) => part.hits);
  const page = pageOf(hits, request);
  const asked = body.aggs ?? body.aggregations;
  const aggregations =
    asked === undefined
      ? {}
      : { aggregations: inShard(indexes[0], () => aggregate(parts.map(({ index, all }) => ({ index, numbers: all })))) };
  const shown = page.map((hit) => showHit(hit, request, parts.find(({ index }) => index === hit.index)!.query));
  const best = hits.reduce((max, { score }) => Math.max(max, score), Number.NEGATIVE_INFINITY);
  return {
    took: 0,
    timed_out: false,
    _shards: { total: indexes.length, successful: indexes.length, skipped: 0, failed: 0 },
    hits: {
      ...totalOf(total, request.trackTotal),
      max_score: scored(request) && best > Number.NEGATIVE_INFINITY && request.size > 0 ? Math.fround(best) : null,
      hits: shown,
    },
    ...aggregations,
  };
}

/** How many documents match. */
export function runCount(indexes: readonly SearchIndex[], body: JsonObject, context: SearchContext): number {
  for (const name of Object.keys(body)) if (name !== 'query') throw parsingError(`request does not support [${name}]`);
  return indexes.reduce((sum, index) => sum + matchingNumbers(index, body.query, context).length, 0);
}

/** The documents of an index that a query matches. */
export function matchingNumbers(index: SearchIndex, query: unknown, context: SearchContext): number[] {
  const scores = compileQuery(query, index, context).run(index.fields);
  return numbersOf(index.fields, (number) => matches(scores, number));
}

/** Documents of a store that pass, in order. */
function numbersOf(fields: FieldStore, passes: (number: number) => boolean): number[] {
  const numbers: number[] = [];
  for (let number = 0; number < fields.size; number++) if (passes(number)) numbers.push(number);
  return numbers;
}

function readRequest(body: JsonObject, indexes: readonly SearchIndex[]): SearchRequest {
  const from = numberOf(body.from, 0, 'from');
  const size = numberOf(body.size, 10, 'size');
  if (!Number.isInteger(from) || from < 0) throw illegalArgument(`[from] parameter cannot be negative, found [${from}]`);
  if (!Number.isInteger(size) || size < 0) throw illegalArgument(`[size] parameter cannot be negative, found [${size}]`);
  const keys = readSort(body.sort);
  const after = readSearchAfter(
    body.search_after,
    keys,
    indexes.map(({ mapping }) => mapping),
  );
  if (after !== undefined && from > 0) throw illegalArgument('`from` parameter must be set to 0 when `search_after` is used.');
  for (const index of indexes) checkWindow(index, from + size);
  return {
    from,
    size,
    keys,
    after,
    trackTotal: trackedTotal(body.track_total_hits),
    trackScores: flagOf(body.track_scores, false, 'track_scores'),
    minScore: body.min_score === undefined ? undefined : numberOf(body.min_score, 0, 'min_score'),
    source: readSourceFilter(body._source),
    highlight: readHighlight(body.highlight),
    showVersion: flagOf(body.version, false, 'version'),
    showSequenceNumber: flagOf(body.seq_no_primary_term, false, 'seq_no_primary_term'),
  };
}

function checkWindow(index: SearchIndex, reach: number): void {
  const window = resultWindow(index.settings);
  if (reach <= window) return;
  const reason =
    `Result window is too large, from + size must be less than or equal to: [${window}] but was [${reach}]. ` +
    'See the scroll api for a more efficient way to request large data sets. This limit can be set by changing the [index.max_result_window] index level setting.';
  throw searchPhaseFailure(illegalArgument(reason), index.name);
}

/** Up to which number the total is exact. */
function trackedTotal(value: unknown): number {
  if (value === undefined) return 10_000;
  if (value === true || value === 'true') return Number.POSITIVE_INFINITY;
  if (value === false || value === 'false') return -1;
  return numberOf(value, 10_000, 'track_total_hits');
}

function totalOf(total: number, tracked: number): JsonObject {
  if (tracked < 0) return {};
  return { total: total > tracked ? { value: tracked, relation: 'gte' } : { value: total, relation: 'eq' } };
}

function compileQuery(query: unknown, index: SearchIndex, { nowMs, scoreFactor }: SearchContext): Query {
  if (query === undefined) return everything(1);
  const { mapping } = index;
  const parse = (): Query => parseQuery(query, { leaf: (path) => mapping.leaf(path), leaves: () => mapping.leaves(), nowMs, scoreFactor });
  return inShard(index, parse, ['query_shard_exception']);
}

interface IndexPart {
  readonly index: SearchIndex;
  readonly query: Query;
  /** What the query matches, before `post_filter`. */
  readonly all: readonly number[];
  readonly found: number;
  readonly hits: readonly Hit[];
}

function searchIndex(
  index: SearchIndex,
  { body, request, compile }: { body: JsonObject; request: SearchRequest; compile: (query: unknown, index: SearchIndex) => Query },
): IndexPart {
  const query = compile(body.query, index);
  const scores = query.run(index.fields);
  const { minScore } = request;
  const all = numbersOf(index.fields, (number) => matches(scores, number) && (minScore === undefined || scores[number]! >= minScore));
  const filter = body.post_filter === undefined ? undefined : compile(body.post_filter, index).run(index.fields);
  const found = filter === undefined ? all : all.filter((number) => matches(filter, number));
  const readers = inShard(index, () => sortReaders(request.keys, index));
  return { index, query, all, found: found.length, hits: found.map((number) => hitOf(index, number, { scores, readers })) };
}

function hitOf(index: SearchIndex, number: number, { scores, readers }: { scores: Scores; readers: readonly SortReader[] }): Hit {
  const score = scores[number]!;
  return { index, number, score, sort: readers.map((read) => read(number, score)) };
}

function pageOf(hits: readonly Hit[], { keys, after, from, size }: SearchRequest): Hit[] {
  const behind = after === undefined ? hits : hits.filter(({ sort }) => compareSort(keys, after, sort) < 0);
  const order = new Map([...new Set(hits.map(({ index }) => index))].map((index, at) => [index, at]));
  const compare = (left: Hit, right: Hit): number =>
    compareSort(keys, left.sort, right.sort) || order.get(left.index)! - order.get(right.index)! || left.number - right.number;
  return [...behind].sort(compare).slice(from, from + size);
}

/** Whether an answer has scores: not when it is sorted by fields alone. */
function scored({ keys, trackScores }: SearchRequest): boolean {
  return trackScores || keys.some(({ field }) => field === '_score');
}

function showHit({ index, number, score, sort }: Hit, request: SearchRequest, query: Query): JsonObject {
  const { id, version, sequenceNumber, source } = index.fields.document(number)!;
  const document = JSON.parse(source) as JsonObject;
  const filtered = request.source(document);
  const highlight = request.highlight?.(document, query.marks, index.mapping) ?? {};
  return {
    _index: index.name,
    _id: id,
    ...(request.showVersion ? { _version: version } : {}),
    ...(request.showSequenceNumber ? { _seq_no: sequenceNumber, _primary_term: 1 } : {}),
    _score: scored(request) ? Math.fround(score) : null,
    ...(filtered === undefined ? {} : { _source: filtered }),
    ...(Object.keys(highlight).length === 0 ? {} : { highlight }),
    ...(isByScore(request.keys) ? {} : { sort: shownSort(sort) }),
  };
}

/** What fails while an index is searched, and not while the request is read, is told as the failure of its shard. */
function inShard<TResult>(index: SearchIndex | undefined, run: () => TResult, types: readonly string[] = SHARD_ERRORS): TResult {
  try {
    return run();
  } catch (error) {
    throw error instanceof OpenSearchError && types.includes(error.type) ? searchPhaseFailure(error, index?.name ?? '') : error;
  }
}

const SHARD_ERRORS = ['query_shard_exception', 'illegal_argument_exception'];
