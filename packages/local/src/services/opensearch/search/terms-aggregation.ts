/**
 * A bucket per value of a field, the biggest first or as `order` says. Counts are exact.
 * https://docs.opensearch.org/latest/aggregations/bucket/terms/
 */
import { formatDate } from '../dates.js';
import { illegalArgument, notServed, OpenSearchError, parsingError } from '../errors.js';
import type { FieldValue } from '../field-types.js';
import { allowMembers, describe, isObject, type JsonObject, numberOf, objectOf } from '../json.js';
import { type AggregationParser, Bucket, fieldOf, typeOf, valuesIn } from './aggregation.js';

export const termsAggregation: AggregationParser = (parameters, inner) => {
  allowMembers(parameters, ['field', 'size', 'shard_size', 'order', 'min_doc_count', 'missing', 'execution_hint', 'collect_mode'], 'terms');
  const field = fieldOf(parameters, 'terms');
  const size = numberOf(parameters.size, 10, 'size');
  if (size < 1) throw illegalArgument(`[size] must be greater than 0. Found [${size}] in [terms]`);
  const minimum = numberOf(parameters.min_doc_count, 1, 'min_doc_count');
  if (minimum < 1) throw notServed('[min_doc_count] 0 of [terms]');
  const compare = termOrder(parameters.order);
  return (found) => {
    const buckets = new Map<FieldValue, Bucket>();
    for (const { of, number, values } of valuesIn(found, field, parameters.missing)) {
      for (const value of values) {
        const bucket = buckets.get(value) ?? new Bucket();
        buckets.set(value, bucket);
        bucket.add(of.index, number);
      }
    }
    const type = typeOf(found, field);
    const all = [...buckets]
      .filter(([, { count }]) => count >= minimum)
      .map(([key, bucket]) => ({ key, bucket, inner: inner(bucket.found) }));
    const shown = all.sort(compare).slice(0, size);
    const total = all.reduce((sum, { bucket }) => sum + bucket.count, 0);
    return {
      doc_count_error_upper_bound: 0,
      sum_other_doc_count: total - shown.reduce((sum, { bucket }) => sum + bucket.count, 0),
      buckets: shown.map((each) => ({ ...shownKey(each.key, type), doc_count: each.bucket.count, ...each.inner })),
    };
  };
};

function shownKey(key: FieldValue, type: string | undefined): JsonObject {
  if (typeof key === 'boolean') return { key: Number(key), key_as_string: String(key) };
  return type === 'date' ? { key, key_as_string: formatDate(Number(key)) } : { key };
}

interface TermBucket {
  readonly key: FieldValue;
  readonly bucket: Bucket;
  readonly inner: JsonObject;
}

function termOrder(given: unknown): (left: TermBucket, right: TermBucket) => number {
  const orders = (Array.isArray(given) ? given : [given ?? { _count: 'desc' }]).flatMap((each) => Object.entries(objectOf(each, 'order')));
  const keys = orders.map(([name, direction]) => {
    if (direction !== 'asc' && direction !== 'desc') throw parsingError(`Unknown terms order direction [${describe(direction)}]`);
    return { value: orderValue(name), sign: direction === 'asc' ? 1 : -1 };
  });
  return (left, right) => {
    for (const { value, sign } of keys) {
      const [a, b] = [value(left), value(right)];
      if (a !== b) return a < b ? -sign : sign;
    }
    return left.key < right.key ? -1 : 1;
  };
}

function orderValue(name: string): (bucket: TermBucket) => FieldValue {
  if (name === '_count') return ({ bucket }) => bucket.count;
  if (name === '_key' || name === '_term') return ({ key }) => key;
  const [aggregation, member = 'value'] = name.split('.') as [string, string?];
  return ({ inner }) => {
    const result = inner[aggregation];
    if (!isObject(result))
      throw new OpenSearchError(
        'aggregation_execution_exception',
        `Invalid aggregation order path [${name}]. Unknown aggregation [${aggregation}]`,
      );
    return Number(result[member] ?? Number.NEGATIVE_INFINITY);
  };
}
