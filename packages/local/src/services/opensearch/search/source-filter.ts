/** `_source`: which parts of a document an answer has. https://docs.opensearch.org/latest/search-plugins/searching-data/retrieve-specific-fields/ */
import { parsingError } from '../errors.js';
import { allowMembers, isObject, type JsonObject, stringsOf } from '../json.js';
import { wildcard } from '../query/exact-queries.js';

/** The document as it is shown, `undefined` for none at all. */
export type SourceFilter = (source: JsonObject) => JsonObject | undefined;

/** Reads `true`, `false`, fields, or fields to leave in and out. */
export function readSourceFilter(given: unknown): SourceFilter {
  if (given === undefined || given === true || given === 'true') return (source) => source;
  if (given === false || given === 'false') return () => undefined;
  if (typeof given === 'string' || Array.isArray(given)) return filter(stringsOf(given, '_source'), []);
  if (!isObject(given)) throw parsingError('Expected one of [VALUE_BOOLEAN, START_OBJECT] for [_source]');
  allowMembers(given, ['includes', 'include', 'excludes', 'exclude'], '_source');
  const list = (value: unknown): string[] => (value === undefined ? [] : stringsOf(value, '_source'));
  return filter(list(given.includes ?? given.include), list(given.excludes ?? given.exclude));
}

function filter(includes: readonly string[], excludes: readonly string[]): SourceFilter {
  const [included, excluded] = [includes.map(covering), excludes.map(covering)];
  const keeps = (path: string): boolean =>
    (included.length === 0 || included.some((covers) => covers(path))) && !excluded.some((covers) => covers(path));
  return (source) => filterObject(source, '', keeps);
}

/** A pattern stands for a field and everything below it. */
function covering(pattern: string): (path: string) => boolean {
  const [whole, below] = [wildcard(pattern), wildcard(`${pattern}.*`)];
  return (path) => whole(path) || below(path);
}

function filterObject(object: JsonObject, prefix: string, keeps: (path: string) => boolean): JsonObject {
  const entries = Object.entries(object).map(([name, value]) => [name, filterValue(value, `${prefix}${name}`, keeps)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function filterValue(value: unknown, path: string, keeps: (path: string) => boolean): unknown {
  if (isObject(value)) {
    const inner = filterObject(value, `${path}.`, keeps);
    return Object.keys(inner).length > 0 || keeps(path) ? inner : undefined;
  }
  if (Array.isArray(value) && value.some(isObject)) {
    const items = value.map((item) => filterValue(item, path, keeps)).filter((item) => item !== undefined);
    return items.length > 0 ? items : undefined;
  }
  return keeps(path) ? value : undefined;
}
