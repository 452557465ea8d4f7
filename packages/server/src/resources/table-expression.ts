/**
 * DynamoDB condition and key expressions. Names and values only ever appear as placeholders, so no attribute name is a reserved word
 * and no value is read as syntax. DynamoDB developer guide, "Expression attribute names" and "Condition expressions".
 */

import type { TableResource } from '../service/grant.js';
import type { DynamoValue } from './dynamo.js';

/** The fields an expression adds to a request. */
export interface Expression {
  readonly text: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, DynamoValue>>;
}

type Expected = 'absent' | 'present' | Readonly<Record<string, unknown>>;

/**
 * A write condition; an expected value that is undefined means that the item has no such attribute. Undefined when nothing is expected.
 */
export function conditionExpression(
  resource: TableResource,
  expected: Expected,
  toValue: (value: unknown) => DynamoValue,
): Expression | undefined {
  if (expected === 'absent') return existence('attribute_not_exists', resource.partitionKey);
  if (expected === 'present') return existence('attribute_exists', resource.partitionKey);
  const attributes = Object.entries(expected);
  if (attributes.length === 0) return undefined;
  const known = attributes.map(([, value], place) => ({ place, value })).filter(({ value }) => value !== undefined);
  return {
    text: attributes
      .map(([, value], place) => (value === undefined ? `attribute_not_exists(#c${place})` : `#c${place} = :c${place}`))
      .join(' AND '),
    names: Object.fromEntries(attributes.map(([name], place) => [`#c${place}`, name])),
    values: Object.fromEntries(known.map(({ place, value }) => [`:c${place}`, toValue(value)])),
  };
}

/** The key condition of a query: one partition. */
export function partitionExpression(attribute: string, value: string): Expression {
  return { text: '#p = :p', names: { '#p': attribute }, values: { ':p': { S: value } } };
}

function existence(test: 'attribute_exists' | 'attribute_not_exists', attribute: string): Expression {
  return { text: `${test}(#k)`, names: { '#k': attribute }, values: {} };
}
