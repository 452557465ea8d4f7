/**
 * Orders hits: by score, by a field, by id or as indexed. `search_after` goes on behind the values of a hit.
 * https://docs.opensearch.org/latest/search-plugins/searching-data/sort/ - scripts, nested fields and geo distance are not served.
 */
import { illegalArgument, OpenSearchError, parsingError } from '../errors.js';
import { type FieldValue, readValue } from '../field-types.js';
import { allowMembers, describe, isObject, type JsonObject } from '../json.js';
import type { Mapping } from '../mapping.js';
import type { SearchIndex } from '../search-index.js';
import type { SortValue } from './hits.js';

/** One key to sort by. */
export interface SortKey {
  readonly field: string;
  readonly descending: boolean;
  /** Where documents without the field go, or the value that stands in. */
  readonly missing: unknown;
  /** Which of several values counts. */
  readonly mode: string;
  readonly unmappedType: string | undefined;
}

const BY_SCORE: SortKey = { field: '_score', descending: true, missing: '_last', mode: 'max', unmappedType: undefined };

/** @throws OpenSearchError `parsing_exception` */
export function readSort(given: unknown): readonly SortKey[] {
  if (given === undefined) return [BY_SCORE];
  const list = Array.isArray(given) ? given : [given];
  return list.length === 0 ? [BY_SCORE] : list.flatMap(readKeys);
}

function readKeys(given: unknown): SortKey[] {
  if (typeof given === 'string') return [keyOf(given, {})];
  if (!isObject(given))
    throw parsingError(
      `malformed sort format, within the sort array, an object, or an actual string are allowed, found [${describe(given)}]`,
    );
  return Object.entries(given).map(([field, order]) => keyOf(field, isObject(order) ? order : { order }));
}

function keyOf(field: string, options: JsonObject): SortKey {
  allowMembers(options, ['order', 'missing', 'mode', 'unmapped_type'], 'sort');
  const order = String(options.order ?? (field === '_score' ? 'desc' : 'asc')).toLowerCase();
  if (order !== 'asc' && order !== 'desc')
    throw illegalArgument(`No enum constant org.opensearch.search.sort.SortOrder.${order.toUpperCase()}`);
  const mode = String(options.mode ?? (order === 'asc' ? 'min' : 'max'));
  if (!['min', 'max', 'avg', 'sum'].includes(mode)) throw illegalArgument(`Unknown SortMode [${mode}]`);
  const unmappedType = options.unmapped_type === undefined ? undefined : String(options.unmapped_type);
  return { field, descending: order === 'desc', missing: options.missing ?? '_last', mode, unmappedType };
}

/** Whether hits are in the order of their scores and nothing else. */
export function isByScore(keys: readonly SortKey[]): boolean {
  return keys.length === 1 && keys[0]!.field === '_score' && keys[0]!.descending;
}

/** What a key reads of a document. */
export type SortReader = (number: number, score: number) => SortValue;

/**
 * Readers of an index's documents.
 *
 * @throws OpenSearchError `query_shard_exception`, `illegal_argument_exception` for fields that cannot be sorted by
 */
export function sortReaders(keys: readonly SortKey[], { fields, mapping }: SearchIndex): SortReader[] {
  return keys.map((key) => {
    if (key.field === '_score') return (_number, score) => score;
    if (key.field === '_doc') return (number) => number;
    if (key.field === '_id') return (number) => fields.document(number)!.id;
    checkField(key, mapping);
    const leaf = mapping.leaf(key.field);
    const column = fields.column(key.field);
    const standIn =
      leaf === undefined || key.missing === '_last' || key.missing === '_first' ? undefined : sortable(readValue(leaf, key.missing));
    return (number) => pick(column?.get(number) ?? [], key.mode) ?? standIn;
  });
}

function checkField({ field, unmappedType }: SortKey, mapping: Mapping): void {
  const leaf = mapping.leaf(field);
  if (leaf === undefined && unmappedType === undefined)
    throw new OpenSearchError('query_shard_exception', `No mapping found for [${field}] in order to sort on`);
  if (leaf?.type === 'text') throw textFieldError(field);
}

/** A text field has no values to sort by or to count. */
export function textFieldError(field: string): OpenSearchError {
  return illegalArgument(
    'Text fields are not optimised for operations that require per-document field data like aggregations and sorting, so these operations are disabled by default. ' +
      `Please use a keyword field instead. Alternatively, set fielddata=true on [${field}] in order to load field data by uninverting the inverted index. Note that this can use significant memory.`,
  );
}

function pick(values: readonly FieldValue[], mode: string): SortValue {
  if (values.length <= 1 && mode !== 'sum') return values.length === 0 ? undefined : sortable(values[0]!);
  const list = values.map(sortable);
  if (list.length === 0) return undefined;
  if (mode === 'min' || mode === 'max') return list.reduce((best, each) => ((mode === 'min' ? each < best : each > best) ? each : best));
  const sum = list.reduce((total: number, each) => total + Number(each), 0);
  return mode === 'sum' ? sum : sum / list.length;
}

function sortable(value: FieldValue): number | string {
  return typeof value === 'boolean' ? Number(value) : value;
}

/** Compares the values of two hits. */
export function compareSort(keys: readonly SortKey[], left: readonly SortValue[], right: readonly SortValue[]): number {
  for (const [index, key] of keys.entries()) {
    const order = compareValue(key, left[index], right[index]);
    if (order !== 0) return order;
  }
  return 0;
}

function compareValue({ descending, missing }: SortKey, left: SortValue, right: SortValue): number {
  if (left === undefined || right === undefined) {
    if (left === right) return 0;
    return (left === undefined) === (missing === '_first') ? -1 : 1;
  }
  if (left === right) return 0;
  const order = left < right ? -1 : 1;
  return descending ? -order : order;
}

/**
 * The values of `search_after`, as documents have them.
 *
 * @throws OpenSearchError `illegal_argument_exception` when they do not fit the keys
 */
export function readSearchAfter(given: unknown, keys: readonly SortKey[], mappings: readonly Mapping[]): SortValue[] | undefined {
  if (given === undefined) return undefined;
  if (!Array.isArray(given)) throw parsingError('[search_after] expected an array of values');
  if (given.length !== keys.length) throw illegalArgument(`search_after has ${given.length} value(s) but sort has ${keys.length}.`);
  return keys.map((key, index) => {
    const value: unknown = given[index];
    if (value === null) return undefined;
    const leaf = mappings.map((mapping) => mapping.leaf(key.field)).find((found) => found !== undefined);
    if (leaf !== undefined) return sortable(leaf.type === 'boolean' && typeof value === 'number' ? value : readValue(leaf, value));
    if (typeof value === 'number' || typeof value === 'string') return value;
    throw illegalArgument(`Failed to parse search_after value for field [${key.field}].`);
  });
}

/** Sort values as an answer shows them. */
export function shownSort(values: readonly SortValue[]): unknown[] {
  return values.map((value) => value ?? null);
}
