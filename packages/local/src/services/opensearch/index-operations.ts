/** Indexes: create, look at, delete, mapping, settings, refresh. https://docs.opensearch.org/latest/api-reference/index-apis/index/ */
import { acknowledged, bodyOf, flag, type OpenSearchCall, type OpenSearchHandler, ok } from './call.js';
import type { Alias } from './domain.js';
import { illegalArgument, OpenSearchError, parsingError } from './errors.js';
import { readSettings, settingsJson } from './index-settings.js';
import { isObject, type JsonObject, objectOf } from './json.js';
import type { SearchIndex } from './search-index.js';
import { validationError } from './versions.js';

export const createIndex: OpenSearchHandler = async (call) => {
  const { settings, mappings, aliases, ...others } = bodyOf(call);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw parsingError(`unknown key [${unknown}] for create index`);
  const name = call.path.index!;
  await call.domain.create(name, {
    settings,
    mappings: mappings === undefined ? {} : objectOf(mappings, 'mappings'),
    aliases: readAliases(aliases),
  });
  return ok({ acknowledged: true, shards_acknowledged: true, index: name });
};

function readAliases(given: unknown): Record<string, Alias> {
  const entries = Object.entries(given === undefined ? {} : objectOf(given, 'aliases'));
  return Object.fromEntries(entries.map(([alias, options]) => [alias, readAlias(objectOf(options, alias))]));
}

/** Options of an alias. @throws OpenSearchError for filters and routing, which are not served */
export function readAlias({ is_write_index: isWriteIndex, ...others }: JsonObject): Alias {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw illegalArgument(`Unknown field [${unknown}] in alias (the local stage serves [is_write_index])`);
  if (isWriteIndex !== undefined && typeof isWriteIndex !== 'boolean') throw illegalArgument(`[is_write_index] expected a boolean`);
  return isWriteIndex === undefined ? {} : { isWriteIndex };
}

async function each(call: OpenSearchCall, show: (index: SearchIndex) => JsonObject): Promise<JsonObject> {
  const indexes = await call.domain.resolve(call.path.index ?? '_all', { ignoreUnavailable: flag(call, 'ignore_unavailable') });
  return Object.fromEntries(indexes.map((index) => [index.name, show(index)]));
}

/** Aliases as answers show them. */
export function aliasesJson(aliases: Readonly<Record<string, Alias>>): JsonObject {
  return Object.fromEntries(
    Object.entries(aliases).map(([name, { isWriteIndex }]) => [name, isWriteIndex === undefined ? {} : { is_write_index: isWriteIndex }]),
  );
}

export const getIndex: OpenSearchHandler = async (call) =>
  ok(
    await each(call, (index) => ({
      aliases: aliasesJson(call.domain.aliasesOf(index.name)),
      mappings: index.mapping.toJson(),
      settings: settingsJson(index.settings, { ...index, version: call.domain.version }),
    })),
  );

export const getMapping: OpenSearchHandler = async (call) => ok(await each(call, (index) => ({ mappings: index.mapping.toJson() })));

export const getSettings: OpenSearchHandler = async (call) =>
  ok(await each(call, (index) => ({ settings: settingsJson(index.settings, { ...index, version: call.domain.version }) })));

export const indexExists: OpenSearchHandler = async (call) => {
  try {
    return call.domain.resolveNames(call.path.index!).length > 0 ? { status: 200 } : { status: 404 };
  } catch (error) {
    if (error instanceof OpenSearchError && error.status === 404) return { status: 404 };
    throw error;
  }
};

export const deleteIndex: OpenSearchHandler = async (call) => {
  const expression = call.path.index!;
  const { domain } = call;
  const alias = expression.split(',').find((name) => !domain.hasIndex(name) && domain.indexesOfAlias(name).length > 0);
  if (alias !== undefined)
    throw illegalArgument(`The provided expression [${alias}] matches an alias, specify the corresponding concrete indices instead.`);
  const names = domain.resolveNames(expression, { ignoreUnavailable: flag(call, 'ignore_unavailable') });
  for (const name of names) await domain.delete(name);
  return acknowledged;
};

export const putMapping: OpenSearchHandler = async (call) => {
  const mappings = bodyOf(call);
  if (Object.keys(mappings).length === 0) throw validationError('mapping source is empty');
  const indexes = await call.domain.resolve(call.path.index!);
  for (const index of indexes) index.mapping.attempt(() => index.mapping.merge(mappings));
  for (const index of indexes) await call.domain.keep(index);
  return acknowledged;
};

export const putSettings: OpenSearchHandler = async (call) => {
  const body = bodyOf(call);
  const given = isObject(body.settings) ? body.settings : body;
  const indexes = await call.domain.resolve(call.path.index ?? '_all');
  const read = indexes.map((index) => [index, readSettings(given, index.settings)] as const);
  for (const [index, settings] of read) {
    index.settings = settings;
    await call.domain.keep(index);
  }
  return acknowledged;
};

export const refresh: OpenSearchHandler = async (call) => {
  const indexes = await call.domain.resolve(call.path.index ?? '_all', { ignoreUnavailable: flag(call, 'ignore_unavailable') });
  for (const index of indexes) index.refresh();
  return ok({ _shards: { total: indexes.length * 2, successful: indexes.length, failed: 0 } });
};
