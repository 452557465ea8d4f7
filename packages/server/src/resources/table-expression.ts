/**
 * DynamoDB condition, key and update expressions. Names and values only ever appear as placeholders, so no attribute name is a reserved word
 * and no value is read as syntax. DynamoDB developer guide, "Expression attribute names" and "Condition expressions".
 */

import type { ItemUpdate, TableResource } from '../service/table.js';
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

type Change = ItemUpdate<Readonly<Record<string, unknown>>>;

/** A change of attributes. One that is set to undefined is removed, as `put` leaves it out. */
export function updateExpression({ set = {}, add = {}, remove = [] }: Change, toValue: (value: unknown) => DynamoValue): Expression {
  const sets = Object.entries(set).filter(([, value]) => value !== undefined);
  const adds = Object.entries(add).filter(([, value]) => value !== undefined);
  const removes = [...remove, ...Object.keys(set).filter((name) => set[name] === undefined)];
  const changed = [...sets, ...adds].map(([name]) => name).concat(removes);
  const place = (name: string) => `#u${changed.indexOf(name)}`;
  const value = (name: string) => `:u${changed.indexOf(name)}`;
  const clauses = [
    sets.length === 0 ? '' : `SET ${sets.map(([name]) => `${place(name)} = ${value(name)}`).join(', ')}`,
    adds.length === 0 ? '' : `ADD ${adds.map(([name]) => `${place(name)} ${value(name)}`).join(', ')}`,
    removes.length === 0 ? '' : `REMOVE ${removes.map(place).join(', ')}`,
  ];
  return {
    text: clauses.filter((clause) => clause !== '').join(' '),
    names: Object.fromEntries(changed.map((name) => [place(name), name])),
    values: Object.fromEntries([...sets, ...adds].map(([name, given]) => [value(name), toValue(given)])),
  };
}

/** @throws TypeError for a change of a key attribute, and for one of nothing. */
export function checkChange({ name, partitionKey, sortKey }: TableResource, { set = {}, add = {}, remove = [] }: Change): void {
  const changed = [...Object.keys(set), ...Object.keys(add), ...remove];
  if (changed.length === 0) throw new TypeError(`[TABLE] ${name}: an update that changes nothing; give \`set\`, \`add\` or \`remove\``);
  const key = changed.find((attribute) => attribute === partitionKey || attribute === sortKey);
  if (key === undefined) return;
  throw new TypeError(
    `[TABLE] ${name}: an update of the key attribute "${key}", which cannot change; put a new item and delete the old one`,
  );
}

function existence(test: 'attribute_exists' | 'attribute_not_exists', attribute: string): Expression {
  return { text: `${test}(#k)`, names: { '#k': attribute }, values: {} };
}
