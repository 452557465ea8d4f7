/** What the kinds of aggregations share: the documents they look at, the values of a field in them, and buckets of documents. */
import { illegalArgument } from '../errors.js';
import { type FieldType, type FieldValue, isNumeric, readValue } from '../field-types.js';
import type { JsonObject } from '../json.js';
import type { Query } from '../query/query.js';
import type { SearchIndex } from '../search-index.js';
import { textFieldError } from './sort.js';

/** The documents of one index that are looked at. */
export interface Found {
  readonly index: SearchIndex;
  readonly numbers: readonly number[];
}

export interface AggregationContext {
  readonly nowMs: number;
  readonly parseQuery: (query: unknown, index: SearchIndex) => Query;
}

/** What an aggregation says of documents. */
export type Aggregate = (found: readonly Found[]) => JsonObject;

/** Reads the parameters of one kind; `inner` are the aggregations inside of its buckets. */
export type AggregationParser = (parameters: JsonObject, inner: Aggregate, context: AggregationContext) => Aggregate;

/** @throws OpenSearchError `illegal_argument_exception` without one */
export function fieldOf(parameters: JsonObject, type: string): string {
  if (typeof parameters.field !== 'string')
    throw illegalArgument(`Required one of fields [field, script], but none were specified. (the local stage serves [field] in [${type}])`);
  return parameters.field;
}

/** The values of a field in each document, the stand-in for those without. */
export function* valuesIn(
  found: readonly Found[],
  field: string,
  missing: unknown,
): Generator<{ of: Found; number: number; values: readonly FieldValue[] }> {
  for (const of of found) {
    const leaf = of.index.mapping.leaf(field);
    if (leaf?.type === 'text') throw textFieldError(field);
    const column = of.index.fields.column(field);
    const standIn = missing === undefined ? [] : [leaf === undefined ? (missing as FieldValue) : readValue(leaf, missing)];
    for (const number of of.numbers) {
      const values = column?.get(number) ?? [];
      yield { of, number, values: values.length === 0 ? standIn : values };
    }
  }
}

/** Documents by index again. */
export class Bucket {
  readonly #numbers = new Map<SearchIndex, number[]>();
  count = 0;

  add(index: SearchIndex, number: number): void {
    const numbers = this.#numbers.get(index);
    if (numbers === undefined) this.#numbers.set(index, [number]);
    else if (numbers.at(-1) === number) return;
    else numbers.push(number);
    this.count++;
  }

  get found(): Found[] {
    return [...this.#numbers].map(([index, numbers]) => ({ index, numbers }));
  }
}

/** The type of a field in the first index that has it. */
export function typeOf(found: readonly Found[], field: string): FieldType | undefined {
  return found.map(({ index }) => index.mapping.leaf(field)?.type).find((type) => type !== undefined);
}

/**
 * The type of a field that must have numbers.
 *
 * @throws OpenSearchError `illegal_argument_exception` for one that has none
 */
export function numericTypeOf(found: readonly Found[], field: string, aggregation: string): FieldType | undefined {
  const type = typeOf(found, field);
  if (type === undefined || type === 'date' || type === 'boolean' || isNumeric(type)) return type;
  throw type === 'text'
    ? textFieldError(field)
    : illegalArgument(`Field [${field}] of type [${type}] is not supported for aggregation [${aggregation}]`);
}
