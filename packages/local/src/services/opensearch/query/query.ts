/** What the parts of the query language share: a query that can be run on an index, and what its parsers may ask about the index. */

import type { PhrasePart } from '../../text-index/phrases.js';
import type { FieldStore } from '../field-store.js';
import type { LeafField } from '../field-types.js';
import type { Scores } from './scores.js';

/** Words of a field that a highlighter marks. */
export interface Mark {
  readonly field: string;
  /** Single terms, as the field's analyzer writes them. */
  readonly term?: (term: string) => boolean;
  /** Terms that count only next to each other. */
  readonly phrase?: readonly PhrasePart[];
}

/** A query for one index. */
export interface Query {
  run(fields: FieldStore): Scores;
  readonly marks: readonly Mark[];
}

/** What a parser knows of its index. */
export interface QueryContext {
  readonly leaf: (path: string) => LeafField | undefined;
  readonly leaves: () => Iterable<LeafField>;
  readonly nowMs: number;
  /** What BM25 is multiplied with: OpenSearch 2 keeps the constant factor k1 + 1 that OpenSearch 3 dropped. */
  readonly scoreFactor: number;
  /** Parses a query inside of another. */
  readonly parse: (query: unknown) => Query;
}

export type QueryParser = (body: unknown, context: QueryContext) => Query;

/** A query that matches nothing, such as one on a field that no document has. */
export const matchNone: Query = { run: (fields) => new Float64Array(fields.size).fill(Number.NaN), marks: [] };
