/** Numbers over the values of a field. Counts are exact. https://docs.opensearch.org/latest/aggregations/metric/index/ */
import { formatDate } from '../dates.js';
import type { FieldValue } from '../field-types.js';
import { allowMembers, type JsonObject } from '../json.js';
import { type AggregationParser, fieldOf, numericTypeOf, valuesIn } from './aggregation.js';

/** What is computed of a field's values. */
function metric(type: string, compute: (values: FieldValue[]) => JsonObject, onlyNumbers = true): AggregationParser {
  return (parameters) => {
    allowMembers(parameters, ['field', 'missing', ...(type === 'cardinality' ? ['precision_threshold'] : [])], type);
    const field = fieldOf(parameters, type);
    return (found) => {
      const fieldType = onlyNumbers ? numericTypeOf(found, field, type) : undefined;
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

/** By name. */
export const metricAggregations: Readonly<Record<string, AggregationParser>> = {
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
