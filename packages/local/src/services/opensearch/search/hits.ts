/** What a query found in one index, before it is sorted and cut into pages. */
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
