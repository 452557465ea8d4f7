/**
 * Buckets of numbers and dates: ranges that are given, and one per interval of time.
 * https://docs.opensearch.org/latest/aggregations/bucket/range/ https://docs.opensearch.org/latest/aggregations/bucket/date-histogram/
 */
import { add, formatDate, parseDateMath, startOf } from '../dates.js';
import { illegalArgument, OpenSearchError } from '../errors.js';
import { allowMembers, describe, type JsonObject, numberOf, objectOf } from '../json.js';
import { type AggregationParser, Bucket, fieldOf, numericTypeOf, valuesIn } from './aggregation.js';

/** OpenSearch's `search.max_buckets`. */
const MAX_BUCKETS = 65_535;

export const rangeAggregation: AggregationParser = (parameters, inner, { nowMs }) => {
  allowMembers(parameters, ['field', 'ranges', 'keyed', 'missing'], 'range');
  const field = fieldOf(parameters, 'range');
  if (!Array.isArray(parameters.ranges) || parameters.ranges.length === 0)
    throw illegalArgument('No [ranges] specified for the [range] aggregation');
  const ranges = parameters.ranges.map((range) => {
    const given = objectOf(range, 'range');
    allowMembers(given, ['from', 'to', 'key'], 'range');
    return given;
  });
  return (found) => {
    const isDate = numericTypeOf(found, field, 'range') === 'date';
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

export const dateHistogram: AggregationParser = (parameters, inner) => {
  allowMembers(parameters, ['field', 'calendar_interval', 'fixed_interval', 'min_doc_count', 'missing'], 'date_histogram');
  const field = fieldOf(parameters, 'date_histogram');
  const { start, next } = intervalOf(parameters);
  const minimum = numberOf(parameters.min_doc_count, 0, 'min_doc_count');
  return (found) => {
    numericTypeOf(found, field, 'date_histogram');
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
