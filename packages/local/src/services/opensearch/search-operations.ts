/** Reading many documents, and deleting them: search, msearch, count, delete_by_query. https://docs.opensearch.org/latest/api-reference/search-apis/index/ */
import { bodyOf, flag, type OpenSearchCall, type OpenSearchHandler, ok, refreshAsAsked, searchContext, sourceParameter } from './call.js';
import { errorCause, illegalArgument, notServed, OpenSearchError } from './errors.js';
import { flagOf, type JsonObject, readObject } from './json.js';
import { matchingNumbers, runCount, runSearch } from './search/run-search.js';
import type { SearchIndex } from './search-index.js';
import { validationError } from './versions.js';

export const search: OpenSearchHandler = async (call) => ok(await searchIn(call, call.path.index ?? '_all', withParameters(call)));

/** Members of a search that may stand in the query string. */
function withParameters(call: OpenSearchCall): JsonObject {
  const { query } = call;
  const body: Record<string, unknown> = { ...bodyOf(call) };
  for (const name of ['from', 'size', 'track_total_hits', 'track_scores', 'version', 'seq_no_primary_term']) {
    const value = query.get(name);
    if (value !== undefined) body[name] = value;
  }
  const sort = query.get('sort');
  if (sort !== undefined) body.sort = sort.split(',').map((each) => sortOf(each));
  const source = sourceParameter(call);
  if (source !== undefined) body._source = source;
  return body;
}

function sortOf(text: string): unknown {
  const colon = text.lastIndexOf(':');
  return colon < 0 ? text : { [text.slice(0, colon)]: text.slice(colon + 1) };
}

async function searchIn(call: OpenSearchCall, expression: string, body: JsonObject): Promise<JsonObject> {
  const startedMs = call.domain.clock.now();
  const indexes = await call.domain.resolve(expression, { ignoreUnavailable: flag(call, 'ignore_unavailable') });
  if (indexes.length === 0 && call.query.get('allow_no_indices') === 'false')
    throw new OpenSearchError('index_not_found_exception', `no such index [${expression}]`, { status: 404, index: expression });
  const answer = runSearch(indexes, body, searchContext(call));
  const total = call.query.get('rest_total_hits_as_int') === 'true' ? plainTotal(answer.hits as JsonObject) : {};
  return { ...answer, took: call.domain.clock.now() - startedMs, ...total };
}

function plainTotal(hits: JsonObject): JsonObject {
  const { total } = hits as { readonly total?: { readonly value: number } };
  return { hits: { ...hits, ...(total === undefined ? {} : { total: total.value }) } };
}

export const multiSearch: OpenSearchHandler = async (call) => {
  const startedMs = call.domain.clock.now();
  const lines = call.body.split(/\r?\n/);
  if (lines.at(-1)?.trim() === '') lines.pop();
  if (lines.length === 0) throw validationError('no requests added');
  if (lines.length % 2 !== 0)
    throw illegalArgument('The msearch request must have a line with a header and one with a body for every search');
  const responses: JsonObject[] = [];
  for (let at = 0; at < lines.length; at += 2) responses.push(await oneOfMany(call, readObject(lines[at]!), readObject(lines[at + 1]!)));
  return ok({ took: call.domain.clock.now() - startedMs, responses });
};

async function oneOfMany(call: OpenSearchCall, header: JsonObject, body: JsonObject): Promise<JsonObject> {
  const { index = call.path.index ?? '_all', ...others } = header;
  try {
    const [unknown] = Object.keys(others).filter(
      (name) => !['search_type', 'preference', 'ignore_unavailable', 'allow_no_indices', 'expand_wildcards'].includes(name),
    );
    if (unknown !== undefined) throw illegalArgument(`key [${unknown}] is not supported in the metadata section`);
    const name = Array.isArray(index) ? index.join(',') : String(index);
    return { ...(await searchIn(call, name, body)), status: 200 };
  } catch (error) {
    if (!(error instanceof OpenSearchError)) throw error;
    const cause = errorCause(error);
    return { error: { root_cause: [cause], ...cause }, status: error.status };
  }
}

export const count: OpenSearchHandler = async (call) => {
  const indexes = await call.domain.resolve(call.path.index ?? '_all', { ignoreUnavailable: flag(call, 'ignore_unavailable') });
  const found = runCount(indexes, bodyOf(call), searchContext(call));
  return ok({ count: found, _shards: { total: indexes.length, successful: indexes.length, skipped: 0, failed: 0 } });
};

export const deleteByQuery: OpenSearchHandler = async (call) => {
  const startedMs = call.domain.clock.now();
  const { query, conflicts, ...others } = bodyOf(call);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw notServed(`[${unknown}] of _delete_by_query`);
  if (query === undefined) throw validationError('query is missing');
  if (call.query.get('wait_for_completion') === 'false') throw notServed('tasks: [wait_for_completion=false]');
  const proceeds = (conflicts ?? call.query.get('conflicts') ?? 'abort') === 'proceed';
  const indexes = await call.domain.resolve(call.path.index!, { ignoreUnavailable: flag(call, 'ignore_unavailable') });
  const results = await Promise.all(indexes.map((index) => deleteMatching(index, query, { call, proceeds })));
  if (flagOf(call.query.get('refresh'), false, 'refresh'))
    await refreshAsAsked({ ...call, query: new Map([['refresh', 'true']]) }, indexes);
  const sum = (name: 'total' | 'deleted' | 'version_conflicts'): number => results.reduce((all, result) => all + result[name], 0);
  const failures = results.flatMap((result) => result.failures);
  const body = {
    took: call.domain.clock.now() - startedMs,
    timed_out: false,
    total: sum('total'),
    deleted: sum('deleted'),
    batches: sum('total') > 0 ? 1 : 0,
    version_conflicts: sum('version_conflicts'),
    noops: 0,
    retries: { bulk: 0, search: 0 },
    throttled_millis: 0,
    requests_per_second: -1,
    throttled_until_millis: 0,
    failures,
  };
  return { status: failures.length > 0 ? 409 : 200, body };
};

/** Deletes what the last refresh shows; a document that was written since is a conflict. */
async function deleteMatching(
  index: SearchIndex,
  query: unknown,
  { call, proceeds }: { readonly call: OpenSearchCall; readonly proceeds: boolean },
): Promise<{ total: number; deleted: number; version_conflicts: number; failures: JsonObject[] }> {
  const numbers = matchingNumbers(index, query, searchContext(call));
  const documents = numbers.map((number) => index.fields.document(number)!);
  const result = { total: documents.length, deleted: 0, version_conflicts: 0, failures: [] as JsonObject[] };
  const kept: Promise<void>[] = [];
  for (const { id, sequenceNumber } of documents) {
    try {
      kept.push(index.delete(id, { ifSequenceNumber: sequenceNumber, ifPrimaryTerm: 1 }).kept);
      result.deleted++;
    } catch (error) {
      if (!(error instanceof OpenSearchError)) throw error;
      result.version_conflicts++;
      if (!proceeds) result.failures.push({ index: index.name, id, cause: errorCause(error), status: error.status });
      if (!proceeds) break;
    }
  }
  await Promise.all(kept);
  return result;
}
