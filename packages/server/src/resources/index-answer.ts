/** What OpenSearch answers, read field by field: only what is expected is taken from it. https://docs.opensearch.org/latest/api-reference/search-apis/search/ */

import type { SearchPage } from '../service/search-index.js';
import { highlightedPiece } from './index-highlight.js';

export type Fields = Readonly<Record<string, unknown>>;

/** A hit as it came, its document unchecked. */
export interface RawHit {
  readonly id: string;
  readonly score: number | null;
  readonly source: unknown;
  readonly highlights: SearchPage<unknown>['hits'][number]['highlights'];
  readonly sortValues: readonly unknown[];
}

/** The hits of an answer. */
export function hitsOf(body: unknown): readonly RawHit[] {
  return listAt(body, 'hits', 'hits').map((hit) => ({
    id: String(fieldsOf(hit)._id),
    score: numberOf(fieldsOf(hit)._score),
    source: fieldsOf(hit)._source,
    highlights: highlightsOf(fieldsOf(hit).highlight),
    sortValues: listAt(hit, 'sort'),
  }));
}

/** How many were found. */
export function totalOf(body: unknown): number {
  return numberOf(valueAt(body, 'hits', 'total', 'value')) ?? 0;
}

/** Counts by field; a boolean's key is 0 or 1, and its text beside it. */
export function facetsOf(body: unknown): SearchPage<unknown>['facets'] {
  const facets = Object.keys(fieldsOf(valueAt(body, 'aggregations'))).map((field) => {
    const buckets = listAt(body, 'aggregations', field, 'buckets').map(fieldsOf);
    return [
      field,
      buckets.map((each) => ({ value: String(each.key_as_string ?? each.key), count: numberOf(each.doc_count) ?? 0 })),
    ] as const;
  });
  return Object.fromEntries(facets);
}

/** The error type of a refusal: `index_not_found_exception`. */
export function errorTypeOf(body: unknown): string {
  const type = valueAt(body, 'error', 'type');
  return typeof type === 'string' ? type : '';
}

/** The value some properties down, or undefined. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce((at, key) => fieldsOf(at)[key], value);
}

/** The list some properties down, or an empty one. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

function highlightsOf(value: unknown): RawHit['highlights'] {
  const pieces = Object.keys(fieldsOf(value)).map(
    (field) => [field, listAt(value, field).map((each) => highlightedPiece(String(each)))] as const,
  );
  return Object.fromEntries(pieces);
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
