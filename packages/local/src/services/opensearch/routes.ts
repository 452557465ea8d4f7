/**
 * Which handler a request of a domain belongs to, and which parameters its query string may have. A parameter that is not in the table is
 * refused as OpenSearch refuses a misspelled one, so that none is silently without effect.
 */
import { aliasExists, deleteAlias, getAlias, putAlias, updateAliases } from './alias-operations.js';
import { bulk } from './bulk.js';
import type { OpenSearchHandler } from './call.js';
import { catAliases, catCount, catHealth, catIndices, health, info } from './cluster-operations.js';
import { createDocument, deleteDocument, getDocument, getSource, indexDocument, multiGet, updateDocument } from './document-operations.js';
import {
  createIndex,
  deleteIndex,
  getIndex,
  getMapping,
  getSettings,
  indexExists,
  putMapping,
  putSettings,
  refresh,
} from './index-operations.js';
import { count, deleteByQuery, multiSearch, search } from './search-operations.js';

export interface Route {
  readonly methods: readonly string[];
  /** `{name}` is a part of the path that is no operation. */
  readonly path: string;
  readonly run: OpenSearchHandler;
  readonly parameters: readonly string[];
}

/** Everywhere. The first three change nothing here: there is nothing to wait for. */
const COMMON = ['timeout', 'cluster_manager_timeout', 'master_timeout', 'pretty', 'human', 'error_trace', 'format'];
const INDEXES = ['ignore_unavailable', 'allow_no_indices', 'expand_wildcards'];
const SOURCE = ['_source', '_source_includes', '_source_excludes'];
const WRITE = ['refresh', 'routing', 'wait_for_active_shards', 'require_alias'];
const VERSION = ['version', 'version_type', 'if_seq_no', 'if_primary_term'];
const READ = ['preference', 'refresh', 'routing'];
const SEARCH = [
  ...INDEXES,
  ...SOURCE,
  'from',
  'size',
  'sort',
  'track_total_hits',
  'track_scores',
  'version',
  'seq_no_primary_term',
  'preference',
  'routing',
  'search_type',
  'request_cache',
  'rest_total_hits_as_int',
  'max_concurrent_shard_requests',
  'batched_reduce_size',
  'ccs_minimize_roundtrips',
  'allow_partial_search_results',
];
const MULTI_SEARCH = [
  'rest_total_hits_as_int',
  'search_type',
  'max_concurrent_searches',
  'max_concurrent_shard_requests',
  'ccs_minimize_roundtrips',
];
const CAT = ['h', 'v', 'local', 'expand_wildcards'];

const route = (methods: string, path: string, run: OpenSearchHandler, parameters: readonly string[] = []): Route => ({
  methods: methods.split(' '),
  path,
  run,
  parameters: [...COMMON, ...parameters],
});

/** Operations stand before names: `/_search` is no index. */
const ROUTES: readonly Route[] = [
  route('GET HEAD', '/', info),
  route('GET', '/_cluster/health', health, ['wait_for_status', 'wait_for_no_relocating_shards', 'wait_for_nodes', 'local']),
  route('GET', '/_cluster/health/{index}', health, ['wait_for_status', 'local']),
  route('GET', '/_cat/indices', catIndices, CAT),
  route('GET', '/_cat/indices/{index}', catIndices, CAT),
  route('GET', '/_cat/aliases', catAliases, CAT),
  route('GET', '/_cat/count', catCount, CAT),
  route('GET', '/_cat/count/{index}', catCount, CAT),
  route('GET', '/_cat/health', catHealth, CAT),
  route('POST PUT', '/_bulk', bulk, WRITE),
  route('POST PUT', '/{index}/_bulk', bulk, WRITE),
  route('GET POST', '/_search', search, SEARCH),
  route('GET POST', '/{index}/_search', search, SEARCH),
  route('GET POST', '/_msearch', multiSearch, MULTI_SEARCH),
  route('GET POST', '/{index}/_msearch', multiSearch, MULTI_SEARCH),
  route('GET POST', '/_count', count, [...INDEXES, 'preference', 'routing']),
  route('GET POST', '/{index}/_count', count, [...INDEXES, 'preference', 'routing']),
  route('GET POST', '/_mget', multiGet, [...READ, ...SOURCE]),
  route('GET POST', '/{index}/_mget', multiGet, [...READ, ...SOURCE]),
  route('POST', '/{index}/_delete_by_query', deleteByQuery, [
    ...INDEXES,
    ...WRITE,
    'conflicts',
    'wait_for_completion',
    'slices',
    'scroll_size',
    'requests_per_second',
  ]),
  route('GET POST', '/_refresh', refresh, INDEXES),
  route('GET POST', '/{index}/_refresh', refresh, INDEXES),
  route('POST', '/_aliases', updateAliases),
  route('GET', '/_alias', getAlias, INDEXES),
  route('GET', '/_alias/{alias}', getAlias, INDEXES),
  route('HEAD', '/_alias/{alias}', aliasExists, INDEXES),
  route('GET', '/{index}/_alias', getAlias, INDEXES),
  route('GET', '/{index}/_alias/{alias}', getAlias, INDEXES),
  route('HEAD', '/{index}/_alias/{alias}', aliasExists, INDEXES),
  route('PUT POST', '/{index}/_alias/{alias}', putAlias),
  route('DELETE', '/{index}/_alias/{alias}', deleteAlias),
  route('GET', '/_mapping', getMapping, [...INDEXES, 'local']),
  route('GET', '/{index}/_mapping', getMapping, [...INDEXES, 'local']),
  route('PUT POST', '/{index}/_mapping', putMapping, INDEXES),
  route('GET', '/_settings', getSettings, [...INDEXES, 'local']),
  route('GET', '/{index}/_settings', getSettings, [...INDEXES, 'local']),
  route('PUT', '/_settings', putSettings, INDEXES),
  route('PUT', '/{index}/_settings', putSettings, INDEXES),
  route('POST', '/{index}/_doc', indexDocument, [...WRITE, ...VERSION, 'op_type']),
  route('PUT POST', '/{index}/_doc/{id}', indexDocument, [...WRITE, ...VERSION, 'op_type']),
  route('GET HEAD', '/{index}/_doc/{id}', getDocument, [...READ, ...SOURCE]),
  route('DELETE', '/{index}/_doc/{id}', deleteDocument, [...WRITE, ...VERSION]),
  route('PUT POST', '/{index}/_create/{id}', createDocument, WRITE),
  route('POST', '/{index}/_update/{id}', updateDocument, [...WRITE, ...VERSION, ...SOURCE, 'retry_on_conflict']),
  route('GET HEAD', '/{index}/_source/{id}', getSource, [...READ, ...SOURCE]),
  route('PUT', '/{index}', createIndex, ['wait_for_active_shards']),
  route('GET', '/{index}', getIndex, [...INDEXES, 'local']),
  route('HEAD', '/{index}', indexExists, [...INDEXES, 'local']),
  route('DELETE', '/{index}', deleteIndex, INDEXES),
];

/** The route of a request, or the methods that its path has. */
export type Routing = { readonly route: Route; readonly path: Readonly<Record<string, string>> } | { readonly allowed: readonly string[] };

/** @param segments of the path, decoded */
export function routeOf(method: string, segments: readonly string[]): Routing {
  const allowed: string[] = [];
  for (const each of ROUTES) {
    const path = match(each.path, segments);
    if (path === undefined) continue;
    if (each.methods.includes(method)) return { route: each, path };
    allowed.push(...each.methods);
  }
  return { allowed };
}

function match(pattern: string, segments: readonly string[]): Record<string, string> | undefined {
  const parts = pattern.split('/').filter((part) => part !== '');
  if (parts.length !== segments.length) return undefined;
  const path: Record<string, string> = {};
  for (const [at, part] of parts.entries()) {
    const segment = segments[at]!;
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined ? part !== segment : name === 'index' && segment.startsWith('_') && segment !== '_all') return undefined;
    if (name !== undefined) path[name] = segment;
  }
  return path;
}
