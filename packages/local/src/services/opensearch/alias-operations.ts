/** Aliases: further names of indexes, moved from one to another at once. https://docs.opensearch.org/latest/im-plugin/index-alias/ */
import { acknowledged, bodyOf, type OpenSearchCall, type OpenSearchHandler, ok } from './call.js';
import type { Alias } from './domain.js';
import { OpenSearchError, parsingError } from './errors.js';
import { aliasesJson, readAlias } from './index-operations.js';
import { allowMembers, type JsonObject, objectOf, stringsOf } from './json.js';
import { wildcard } from './query/exact-queries.js';
import { validationError } from './versions.js';

type Changes = Map<string, Readonly<Record<string, Alias>>>;

export const updateAliases: OpenSearchHandler = async (call) => {
  const { actions, ...others } = bodyOf(call);
  if (Object.keys(others).length > 0) throw parsingError(`[aliases] unknown field [${Object.keys(others)[0]}]`);
  if (!Array.isArray(actions) || actions.length === 0) throw validationError('Must specify at least one alias action');
  const changes: Changes = new Map();
  const removed: string[] = [];
  for (const given of actions) {
    const [[kind, options] = ['', undefined], ...more] = Object.entries(objectOf(given, 'actions'));
    if (more.length > 0) throw parsingError('[alias_action] expected one action per object');
    const parameters = objectOf(options, kind);
    if (kind === 'add') addAliases(call, parameters, changes);
    else if (kind === 'remove') removeAliases(call, parameters, changes);
    else if (kind === 'remove_index') removed.push(...namesOf(call, parameters));
    else throw parsingError(`[alias_action] unknown field [${kind}]`);
  }
  for (const name of removed) await call.domain.delete(name);
  for (const name of removed) changes.delete(name);
  await call.domain.setAliases(changes);
  return acknowledged;
};

function listOf(parameters: JsonObject, one: string, many: string): string[] {
  const given = parameters[one] ?? parameters[many];
  if (given === undefined) throw validationError(`One of [${one}] or [${many}] is required`);
  return stringsOf(given, one);
}

function namesOf(call: OpenSearchCall, parameters: JsonObject): string[] {
  return call.domain.resolveNames(listOf(parameters, 'index', 'indices').join(','));
}

function addAliases(call: OpenSearchCall, parameters: JsonObject, changes: Changes): void {
  const { index: _, indices: _all, alias: _one, aliases: _many, ...options } = parameters;
  const alias = readAlias(options);
  for (const name of namesOf(call, parameters)) {
    const present = changes.get(name) ?? call.domain.aliasesOf(name);
    changes.set(name, { ...present, ...Object.fromEntries(listOf(parameters, 'alias', 'aliases').map((each) => [each, alias])) });
  }
}

function removeAliases(call: OpenSearchCall, parameters: JsonObject, changes: Changes): void {
  allowMembers(parameters, ['index', 'indices', 'alias', 'aliases', 'must_exist'], 'remove');
  const patterns = listOf(parameters, 'alias', 'aliases');
  const passes = patterns.map(wildcard);
  let removed = 0;
  for (const name of namesOf(call, parameters)) {
    const present = Object.entries(changes.get(name) ?? call.domain.aliasesOf(name));
    const kept = present.filter(([alias]) => !passes.some((matches) => matches(alias)));
    removed += present.length - kept.length;
    changes.set(name, Object.fromEntries(kept));
  }
  if (removed === 0 && parameters.must_exist !== false) throw aliasesMissing(patterns);
}

function aliasesMissing(names: readonly string[]): OpenSearchError {
  return new OpenSearchError('aliases_not_found_exception', `aliases [${names.join(',')}] missing`, {
    status: 404,
    'resource.type': 'aliases',
    'resource.id': names.join(','),
  });
}

export const putAlias: OpenSearchHandler = async (call) => {
  const changes: Changes = new Map();
  addAliases(call, { ...bodyOf(call), index: call.path.index!, alias: call.path.alias! }, changes);
  await call.domain.setAliases(changes);
  return acknowledged;
};

export const deleteAlias: OpenSearchHandler = async (call) => {
  const changes: Changes = new Map();
  removeAliases(call, { index: call.path.index!, alias: call.path.alias!.split(',') }, changes);
  await call.domain.setAliases(changes);
  return acknowledged;
};

export const getAlias: OpenSearchHandler = async (call) => {
  const { domain, path } = call;
  const passes = path.alias === undefined ? undefined : path.alias.split(',').map(wildcard);
  const shown = domain.resolveNames(path.index ?? '_all').map((name) => {
    const aliases = Object.entries(domain.aliasesOf(name)).filter(
      ([alias]) => passes === undefined || passes.some((matches) => matches(alias)),
    );
    return [name, aliases] as const;
  });
  const found = shown.filter(([, aliases]) => passes === undefined || aliases.length > 0);
  if (passes !== undefined && found.length === 0 && !path.alias!.includes('*'))
    return { status: 404, body: { error: `alias [${path.alias}] missing`, status: 404 } };
  return ok(Object.fromEntries(found.map(([name, aliases]) => [name, { aliases: aliasesJson(Object.fromEntries(aliases)) }])));
};

export const aliasExists: OpenSearchHandler = async (call) => {
  const { status } = await getAlias(call);
  return { status };
};
