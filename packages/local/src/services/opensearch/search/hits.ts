/** What a query found in one index, before it is sorted and cut into pages. */
import type { FieldStore } from '../field-store.js';
import type { SearchIndex } from '../search-index.js';

/** A document that was found. */
export interface Hit {
  readonly index: SearchIndex;
  readonly number: number;
  readonly score: number;
  /** Values that it is sorted by; empty when by score alone. */
  readonly sort: readonly SortValue[];
}

/** `undefined` for a document without the field. */
export type SortValue = number | string | undefined;

/** Where the values of a field are read, by document. */
export function valuesOf(fields: FieldStore, path: string): (number: number) => readonly (string | number | boolean)[] {
  const column = fields.column(path);
  return (number) => column?.get(number) ?? [];
}
