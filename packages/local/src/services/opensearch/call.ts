/** One request to a domain as its handlers see it, and what they answer. */
import type { Domain } from './domain.js';
import { illegalArgument, OpenSearchError } from './errors.js';
import { flagOf, type JsonObject, readObject } from './json.js';
import type { SearchContext } from './search/run-search.js';
import type { SearchIndex } from './search-index.js';

export interface OpenSearchCall {
  readonly domain: Domain;
  readonly method: string;
  /** Named parts of the path, decoded. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: ReadonlyMap<string, string>;
  /** As text. */
  readonly body: string;
}

export interface OpenSearchAnswer {
  readonly status: number;
  /** JSON, or text for `_cat`. `undefined` for an answer to HEAD. */
  readonly body?: unknown;
}

export type OpenSearchHandler = (call: OpenSearchCall) => Promise<OpenSearchAnswer>;

export function ok(body: unknown): OpenSearchAnswer {
  return { status: 200, body };
}

export const acknowledged: OpenSearchAnswer = { status: 200, body: { acknowledged: true } };

/** The body as an object. */
export function bodyOf(call: OpenSearchCall): JsonObject {
  return readObject(call.body);
}

export function flag(call: OpenSearchCall, name: string): boolean {
  return flagOf(call.query.get(name), false, name);
}

/** What `_source`, `_source_includes` and `_source_excludes` of the query string ask for, as a body would say it; `undefined` for nothing. */
export function sourceParameter({ query }: OpenSearchCall): unknown {
  const list = (name: string): string[] | undefined => query.get(name)?.split(',');
  const [includes, excludes] = [list('_source_includes'), list('_source_excludes')];
  if (includes !== undefined || excludes !== undefined) return { includes: includes ?? [], excludes: excludes ?? [] };
  const given = query.get('_source');
  return given === undefined || given === 'true' || given === 'false' ? given : given.split(',');
}

/** What a search needs to know of its call. */
export function searchContext({ domain }: OpenSearchCall): SearchContext {
  return { nowMs: domain.clock.now(), scoreFactor: scoreFactorOf(domain.version) };
}

/** https://github.com/opensearch-project/OpenSearch/issues/17315 */
function scoreFactorOf(version: string): number {
  return Number.parseInt(version, 10) >= 3 ? 1 : 2.2;
}

/** The index that takes a write, made when it is not there. */
export async function writableIndex(call: OpenSearchCall, name: string, requireAlias = false): Promise<SearchIndex> {
  if (requireAlias && call.domain.indexesOfAlias(name).length === 0) {
    throw new OpenSearchError(
      'index_not_found_exception',
      `no such index [${name}] and [require_alias] request flag is [true] and [${name}] is not an alias`,
      { status: 404, index: name },
    );
  }
  const present = await call.domain.writeIndex(name);
  if (present !== undefined) return present;
  try {
    return await call.domain.create(name, {});
  } catch (error) {
    // Two writes at once may both find no index.
    if (error instanceof OpenSearchError && error.type === 'resource_already_exists_exception') return call.domain.open(name);
    throw error;
  }
}

/** Makes writes visible as `refresh` asks for: at once, or by waiting for the next refresh. */
export async function refreshAsAsked(call: OpenSearchCall, indexes: Iterable<SearchIndex>): Promise<void> {
  const refresh = call.query.get('refresh') ?? 'false';
  if (refresh === 'true' || refresh === '') for (const index of indexes) index.refresh();
  else if (refresh === 'wait_for') await Promise.all([...indexes].map((index) => index.refreshed()));
  else if (refresh !== 'false') throw illegalArgument(`Unknown value for refresh: [${refresh}].`);
}
