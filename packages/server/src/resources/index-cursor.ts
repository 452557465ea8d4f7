/**
 * Cursors of searches: the values by which the last hit of a page was sorted, as opaque text. A cursor says by a hash which search it
 * belongs to, and is refused by any other. It is not signed: it only ever names a position in what the search itself finds.
 */

import { createHash } from 'node:crypto';
import type { IndexFieldType, IndexResource } from '../service/search-index.js';
import { foreignCursor, readCursor, writeCursor } from './cursor.js';
import { type AnySearchRequest, type SortValue, sortTypes } from './index-query.js';

/** The cursor after a hit. */
export function encodeSearchCursor(resource: IndexResource, request: AnySearchRequest, values: readonly unknown[]): string {
  const types = sortTypes(resource, request);
  const kept = types.map((type, place) => keptValue(type, values[place]));
  return writeCursor([searchHash(resource, request), ...kept]);
}

/**
 * What `search_after` continues from.
 *
 * @throws GatewayError BAD_REQUEST for anything but a cursor of this very search.
 */
export function decodeSearchCursor(resource: IndexResource, request: AnySearchRequest, cursor: string): readonly SortValue[] {
  const [hash, ...values] = readCursor(cursor) ?? [];
  const types = sortTypes(resource, request);
  const fits = hash === searchHash(resource, request) && values.length === types.length;
  if (fits && values.every((value, place) => isSortValue(types[place], value))) return values as readonly SortValue[];
  throw foreignCursor();
}

/** Everything that decides which hits there are and in which order. */
function searchHash({ indexName }: IndexResource, request: AnySearchRequest): string {
  const { text = '', in: names = null, lastWordIsPrefix = false, filter = {}, sort } = request;
  const filters = Object.entries(filter)
    .filter(([, condition]) => condition !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const order = sort === undefined ? null : [sort.by, sort.descending ?? false];
  const parts = JSON.stringify([indexName, text, names, lastWordIsPrefix, filters, order]);
  return createHash('sha256').update(parts).digest('base64url').slice(0, 22);
}

/** How OpenSearch sorts a document that lacks the boolean it is sorted by: as a long's ends, which JavaScript cannot hold. */
const LONG_MAX = '9223372036854775807';
const LONG_MIN = '-9223372036854775808';

function keptValue(type: IndexFieldType | 'score', value: unknown): unknown {
  if (type !== 'boolean' || typeof value !== 'number' || Number.isSafeInteger(value)) return value ?? null;
  return value > 0 ? LONG_MAX : LONG_MIN;
}

/** Null is what a document without the field is sorted by, where it is no number. */
function isSortValue(type: IndexFieldType | 'score' | undefined, value: unknown): boolean {
  switch (type) {
    case 'score':
      return typeof value === 'number';
    case 'number':
      return typeof value === 'number' || value === 'Infinity' || value === '-Infinity' || value === null;
    case 'boolean':
      return value === 0 || value === 1 || value === LONG_MAX || value === LONG_MIN || value === null;
    default:
      return typeof value === 'string' || value === null;
  }
}
