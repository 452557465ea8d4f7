/** Conditions on exact fields as clauses of a `bool` query's `filter`: they select and do not score, and OpenSearch caches them. */

import { GatewayError } from '@org/gateway-core/errors';
import type { FieldFilter } from '../service/search-index.js';

type Value = string | number | boolean;

/** Values of one `anyOf`. */
const MAX_VALUES = 1_000;

/** One clause per condition; fields whose condition is undefined are left out. */
export function filterClauses(filter: Readonly<Record<string, unknown>>): readonly object[] {
  return Object.entries(filter).flatMap(([field, condition]) =>
    condition === undefined ? [] : clausesOf(field, condition as FieldFilter<Value>),
  );
}

function clausesOf(field: string, condition: FieldFilter<Value>): readonly object[] {
  if (typeof condition !== 'object' || condition === null) return [{ term: { [field]: { value: condition } } }];
  if ('anyOf' in condition) return [{ terms: { [field]: checkedValues(condition.anyOf) } }];
  if ('prefix' in condition) return [{ prefix: { [field]: { value: condition.prefix } } }];
  const { from, to } = condition;
  if (from === undefined && to === undefined) return [];
  return [{ range: { [field]: { ...(from === undefined ? {} : { gte: from }), ...(to === undefined ? {} : { lte: to }) } } }];
}

function checkedValues(values: readonly Value[]): readonly Value[] {
  if (values.length <= MAX_VALUES) return values;
  throw new GatewayError(
    'BAD_REQUEST',
    `[BAD_REQUEST] cannot search: got ${values.length} values of a filter, expected at most ${MAX_VALUES}`,
  );
}
