/**
 * Aggregations over what was found, with further aggregations inside of buckets: what a request may ask for, by name.
 * https://docs.opensearch.org/latest/aggregations/
 */
import { illegalArgument, parsingError } from '../errors.js';
import { allowMembers, type JsonObject, objectOf } from '../json.js';
import { matches } from '../query/scores.js';
import { type Aggregate, type AggregationContext, type AggregationParser, Bucket, fieldOf, valuesIn } from './aggregation.js';
import { dateHistogram, rangeAggregation } from './interval-aggregations.js';
import { metricAggregations } from './metric-aggregations.js';
import { termsAggregation } from './terms-aggregation.js';

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

const PARSERS: Readonly<Record<string, AggregationParser>> = {
  terms: termsAggregation,
  range: rangeAggregation,
  date_range: rangeAggregation,
  date_histogram: dateHistogram,
  filter: filterAggregation,
  missing: missingAggregation,
  ...metricAggregations,
};
