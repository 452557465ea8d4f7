/** The domain as a whole: its version, its health, and lists for people. https://docs.opensearch.org/latest/api-reference/cat/index/ */
import { type OpenSearchCall, type OpenSearchHandler, ok } from './call.js';
import type { SearchIndex } from './search-index.js';

export const info: OpenSearchHandler = async ({ domain }) =>
  ok({
    name: 'local',
    cluster_name: `local:${domain.name}`,
    cluster_uuid: 'local-stage',
    version: {
      distribution: 'opensearch',
      number: fullVersion(domain.version),
      build_type: 'local-stage',
      build_snapshot: false,
      minimum_wire_compatibility_version: '7.10.0',
      minimum_index_compatibility_version: '7.0.0',
    },
    tagline: 'The OpenSearch Project: https://opensearch.org/',
  });

/** `2.19` is `2.19.0`. */
function fullVersion(version: string): string {
  return /^\d+\.\d+$/.test(version) ? `${version}.0` : version;
}

export const health: OpenSearchHandler = async ({ domain, path }) => {
  const indexes = path.index === undefined ? domain.indexNames : domain.resolveNames(path.index);
  return ok({
    cluster_name: `local:${domain.name}`,
    status: 'green',
    timed_out: false,
    number_of_nodes: 1,
    number_of_data_nodes: 1,
    discovered_master: true,
    discovered_cluster_manager: true,
    active_primary_shards: indexes.length,
    active_shards: indexes.length,
    relocating_shards: 0,
    initializing_shards: 0,
    unassigned_shards: 0,
    delayed_unassigned_shards: 0,
    number_of_pending_tasks: 0,
    number_of_in_flight_fetch: 0,
    task_max_waiting_in_queue_millis: 0,
    active_shards_percent_as_number: 100,
  });
};

/** The columns of a list, by name. */
type Row = Readonly<Record<string, string>>;

export const catIndices: OpenSearchHandler = async (call) => list(call, (await call.domain.resolve(call.path.index ?? '_all')).map(rowOf));

function rowOf(index: SearchIndex): Row {
  return {
    health: 'green',
    status: 'open',
    index: index.name,
    uuid: index.uuid,
    pri: index.settings.number_of_shards ?? '1',
    rep: index.settings.number_of_replicas ?? '1',
    'docs.count': String(index.fields.visibleCount),
    'docs.deleted': '0',
  };
}

export const catAliases: OpenSearchHandler = async (call) => {
  const { domain } = call;
  const rows = domain.indexNames.flatMap((index) =>
    Object.entries(domain.aliasesOf(index)).map(([alias, { isWriteIndex }]) => ({
      alias,
      index,
      is_write_index: isWriteIndex === undefined ? '-' : String(isWriteIndex),
    })),
  );
  return list(call, rows);
};

export const catCount: OpenSearchHandler = async (call) => {
  const indexes = await call.domain.resolve(call.path.index ?? '_all');
  return list(call, [{ count: String(indexes.reduce((sum, { fields }) => sum + fields.visibleCount, 0)) }]);
};

export const catHealth: OpenSearchHandler = (call) => list(call, [{ cluster: `local:${call.domain.name}`, status: 'green' }]);

/** As JSON with `format=json`, else as a table; `h` chooses columns, `v` names them. */
async function list({ query }: OpenSearchCall, rows: readonly Row[]): ReturnType<OpenSearchHandler> {
  const wanted = query.get('h')?.split(',');
  const shown = rows.map((row) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => wanted === undefined || wanted.includes(name))),
  );
  if (query.get('format') === 'json') return ok(shown);
  const lines = shown.map((row) => Object.values(row).join(' '));
  const head = query.has('v') && query.get('v') !== 'false' ? [Object.keys(shown[0] ?? {}).join(' ')] : [];
  return ok([...head, ...lines].map((line) => `${line}\n`).join(''));
}
