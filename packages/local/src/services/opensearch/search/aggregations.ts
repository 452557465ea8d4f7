/**
 * Aggregations over what was found: terms, range, date_histogram, filter and missing with further aggregations inside, and min, max, avg, sum,
 * stats, value_count and cardinality. Counts are exact. https://docs.opensearch.org/latest/aggregations/
 */
import { add, formatDate, parseDateMath, startOf } from '../dates.js';
import { illegalArgument, OpenSearchError, parsingError } from '../errors.js';
import type { FieldStore } from '../field-store.js';
import { type FieldType, type FieldValue, isNumeric, readValue } from '../field-types.js';
import { allowMembers, describe, isObject, type JsonObject, numberOf, objectOf } from '../json.js';
import type { Query } from '../query/query.js';
import { matches } from '../query/scores.js';
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

type Aggregate = (found: readonly Found[]) => JsonObject;
type AggregationParser = (parameters: JsonObject, inner: Aggregate, context: AggregationContext) => Aggregate;

/** OpenSearch's `search.max_buckets`. */
const MAX_BUCKETS = 65_535;

/** @throws OpenSearchError `parsing_exception` */
export function readAggregations(given: unknown, context: AggregationContext, depth = 0): Aggregate {
  if (depth > 20) throw illegalArgument('the local stage serves 20 levels of aggregations');
  const named = Object.entries(given === undefined ? {} : objectOf(given, 'aggregations')).map(
    ([name, definition]) => [name, readAggregation(name, objectOf(definition, name), { context, depth })] as const,
  );
  return (found) => Object.fromEntries(named.map(([name, run]) => [name, run(found)]));
}

function readAggregation(name: string, definition: JsonObject, at: { context: AggregationContext; depth: number }): Aggregate {
  const { aggs, aggregations, meta, ...rest } = definition;
  const types = Object.keys(rest);
  const [type] = types;
  if (type === undefined) throw parsingError(`Missing definition for aggregation [${name}]`);
  if (types.length > 1) throw parsingError(`Found two aggregation type definitions in [${name}]: [${type}] and [${types[1]}]`);
  const parser = Object.hasOwn(PARSERS, type) ? PARSERS[type] : undefined;
  if (parser === undefined)
    throw parsingError(`Unknown aggregation type [${type}] (the local stage serves: ${Object.keys(PARSERS).join(', ')})`);
  const inner = readAggregations(aggs ?? aggregations, at.context, at.depth + 1);
  const run = parser(objectOf(rest[type], type), inner, at.context);
  return meta === undefined ? run : (found) => ({ meta, ...run(found) });
}

function fieldOf(parameters: JsonObject, type: string): string {
  if (typeof parameters.field !== 'string')
    throw illegalArgument(`Required one of fields [field, script], but none were specified. (the local stage serves [field] in [${type}])`);
  return parameters.field;
}

/** The values of a field in each document, the stand-in for those without. */
function* valuesIn(
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
class Bucket {
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

const termsAggregation: AggregationParser = (parameters, inner) => {
  allowMembers(
    parameters,
    ['field', 'size', 'shard_size', 'order', 'min_doc_count', 'missing', 'execution_hint', 'collect_mode', 'show_term_doc_count_error'],
    'terms',
  );
  const field = fieldOf(parameters, 'terms');
  const size = numberOf(parameters.size, 10, 'size');
  if (size < 1) throw illegalArgument(`[size] must be greater than 0. Found [${size}] in [terms]`);
  const minimum = numberOf(parameters.min_doc_count, 1, 'min_doc_count');
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

function typeOf(found: readonly Found[], field: string): FieldType | undefined {
  return found.map(({ index }) => index.mapping.leaf(field)?.type).find((type) => type !== undefined);
}

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

const rangeAggregation: AggregationParser = (parameters, inner, { nowMs }) => {
  allowMembers(parameters, ['field', 'ranges', 'keyed', 'missing', 'format'], 'range');
  const field = fieldOf(parameters, 'range');
  if (!Array.isArray(parameters.ranges) || parameters.ranges.length === 0)
    throw illegalArgument('No [ranges] specified for the [range] aggregation');
  const ranges = parameters.ranges.map((range) => {
    const given = objectOf(range, 'range');
    allowMembers(given, ['from', 'to', 'key'], 'range');
    return given;
  });
  return (found) => {
    const isDate = typeOf(found, field) === 'date';
    const read = (value: unknown): number | undefined => {
      if (value === undefined || value === null) return undefined;
      return isDate
        ? parseDateMath(value, 'strict_date_optional_time||epoch_millis', { nowMs, roundUp: false })
        : numberOf(value, 0, 'range');
    };
    const buckets = ranges.map(({ from, to, key }) => ({ from: read(from), to: read(to), key, bucket: new Bucket() }));
    for (const { of, number, values } of valuesIn(found, field, parameters.missing)) {
      for (const { from, to, bucket } of buckets) {
        const within = values.some((value) => (from === undefined || Number(value) >= from) && (to === undefined || Number(value) < to));
        if (within) bucket.add(of.index, number);
      }
    }
    const text = (value: number | undefined): string => (value === undefined ? '*' : isDate ? formatDate(value) : decimal(value));
    const shown = buckets
      .sort((left, right) => (left.from ?? Number.NEGATIVE_INFINITY) - (right.from ?? Number.NEGATIVE_INFINITY))
      .map(({ from, to, key, bucket }) => ({
        key: key === undefined ? `${text(from)}-${text(to)}` : String(key),
        ...(from === undefined ? {} : { from, ...(isDate ? { from_as_string: text(from) } : {}) }),
        ...(to === undefined ? {} : { to, ...(isDate ? { to_as_string: text(to) } : {}) }),
        doc_count: bucket.count,
        ...inner(bucket.found),
      }));
    return { buckets: parameters.keyed === true ? Object.fromEntries(shown.map(({ key, ...rest }) => [key, rest])) : shown };
  };
};

/** As Java writes a double. */
function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

const CALENDAR: Readonly<Record<string, string>> = {
  minute: 'm',
  '1m': 'm',
  hour: 'h',
  '1h': 'h',
  day: 'd',
  '1d': 'd',
  week: 'w',
  '1w': 'w',
  month: 'M',
  '1M': 'M',
  quarter: 'q',
  '1q': 'q',
  year: 'y',
  '1y': 'y',
};

const dateHistogram: AggregationParser = (parameters, inner) => {
  allowMembers(parameters, ['field', 'calendar_interval', 'fixed_interval', 'min_doc_count', 'order', 'missing'], 'date_histogram');
  const field = fieldOf(parameters, 'date_histogram');
  const { start, next } = intervalOf(parameters);
  const minimum = numberOf(parameters.min_doc_count, 0, 'min_doc_count');
  return (found) => {
    const buckets = new Map<number, Bucket>();
    for (const { of, number, values } of valuesIn(found, field, parameters.missing)) {
      for (const value of values) {
        const key = start(Number(value));
        const bucket = buckets.get(key) ?? new Bucket();
        buckets.set(key, bucket);
        bucket.add(of.index, number);
      }
    }
    const keys = [...buckets.keys()].sort((left, right) => left - right);
    const last = minimum === 0 ? (keys.at(-1) ?? 0) : Number.NEGATIVE_INFINITY;
    for (let key = keys[0] ?? 0; key < last && buckets.size <= MAX_BUCKETS; key = next(key))
      if (!buckets.has(key)) buckets.set(key, new Bucket());
    if (buckets.size > MAX_BUCKETS)
      throw new OpenSearchError(
        'too_many_buckets_exception',
        `Trying to create too many buckets. Must be less than or equal to: [${MAX_BUCKETS}]`,
        { status: 503 },
      );
    const shown = [...buckets].filter(([, { count }]) => count >= minimum).sort(([left], [right]) => left - right);
    return {
      buckets: shown.map(([key, bucket]) => ({ key_as_string: formatDate(key), key, doc_count: bucket.count, ...inner(bucket.found) })),
    };
  };
};

function intervalOf({ calendar_interval: calendar, fixed_interval: fixed }: JsonObject): {
  start: (millis: number) => number;
  next: (millis: number) => number;
} {
  const unit = typeof calendar === 'string' && Object.hasOwn(CALENDAR, calendar) ? CALENDAR[calendar] : undefined;
  if (unit !== undefined) return { start: (millis) => startOf(millis, unit), next: (millis) => add(millis, 1, unit) };
  const [, count, name] = (typeof fixed === 'string' && /^([1-9]\d*)(ms|s|m|h|d)$/.exec(fixed)) || [];
  if (count === undefined)
    throw illegalArgument(
      `Invalid interval specified, must be one of [calendar_interval, fixed_interval]: found [${describe(calendar ?? fixed)}]`,
    );
  const millis = Number(count) * ({ ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[name as 'ms'] ?? 1);
  return { start: (at) => Math.floor(at / millis) * millis, next: (at) => at + millis };
}

const filterAggregation: AggregationParser =
  (parameters, inner, { parseQuery }) =>
  (found) => {
    const kept = found.map(({ index, numbers }) => {
      const scores = parseQuery(parameters, index).run(index.fields);
      return { index, numbers: numbers.filter((number) => matches(scores, number)) };
    });
    return { doc_count: kept.reduce((sum, { numbers }) => sum + numbers.length, 0), ...inner(kept) };
  };

const missingAggregation: AggregationParser = (parameters, inner) => {
  allowMembers(parameters, ['field'], 'missing');
  const field = fieldOf(parameters, 'missing');
  return (found) => {
    const bucket = new Bucket();
    for (const { of, number, values } of valuesIn(found, field, undefined)) if (values.length === 0) bucket.add(of.index, number);
    return { doc_count: bucket.count, ...inner(bucket.found) };
  };
};

/** What is computed of a field's values. */
function metric(type: string, compute: (values: FieldValue[]) => JsonObject, onlyNumbers = true): AggregationParser {
  return (parameters) => {
    allowMembers(parameters, ['field', 'missing', 'precision_threshold'], type);
    const field = fieldOf(parameters, type);
    return (found) => {
      const fieldType = typeOf(found, field);
      if (onlyNumbers && fieldType !== undefined && fieldType !== 'date' && fieldType !== 'boolean' && !isNumeric(fieldType)) {
        throw fieldType === 'text'
          ? textFieldError(field)
          : illegalArgument(`Field [${field}] of type [${fieldType}] is not supported for aggregation [${type}]`);
      }
      const values = [...valuesIn(found, field, parameters.missing)].flatMap((each) => each.values);
      const result = compute(values);
      const { value } = result;
      return fieldType === 'date' && typeof value === 'number' && type !== 'sum' ? { value, value_as_string: formatDate(value) } : result;
    };
  };
}

const sum = (values: readonly FieldValue[]): number => values.reduce((total: number, value) => total + Number(value), 0);
const extreme = (values: readonly FieldValue[], sign: 1 | -1): number | null =>
  values.length === 0
    ? null
    : values.reduce((best: number, value) => (Number(value) * sign > best * sign ? Number(value) : best), -sign * Number.POSITIVE_INFINITY);
const average = (values: readonly FieldValue[]): number | null => (values.length === 0 ? null : sum(values) / values.length);

const PARSERS: Readonly<Record<string, AggregationParser>> = {
  terms: termsAggregation,
  range: rangeAggregation,
  date_range: rangeAggregation,
  date_histogram: dateHistogram,
  filter: filterAggregation,
  missing: missingAggregation,
  min: metric('min', (values) => ({ value: extreme(values, -1) })),
  max: metric('max', (values) => ({ value: extreme(values, 1) })),
  avg: metric('avg', (values) => ({ value: average(values) })),
  sum: metric('sum', (values) => ({ value: sum(values) })),
  stats: metric('stats', (values) => ({
    count: values.length,
    min: extreme(values, -1),
    max: extreme(values, 1),
    avg: average(values),
    sum: sum(values),
  })),
  value_count: metric('value_count', (values) => ({ value: values.length }), false),
  cardinality: metric('cardinality', (values) => ({ value: new Set(values).size }), false),
};

/** Documents of a store that a query matched, in order. */
export function numbersOf(fields: FieldStore, passes: (number: number) => boolean): number[] {
  const numbers: number[] = [];
  for (let number = 0; number < fields.size; number++) if (passes(number)) numbers.push(number);
  return numbers;
}
