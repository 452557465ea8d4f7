/**
 * What DynamoDB tells policies of a call.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html#FGAC_DDB.ConditionKeys
 *
 * `dynamodb:Attributes` are the top-level attributes that a call names: in items, keys, projections and expressions.
 */
import type { Item, TableRecord } from './dynalite.js';
import { indexesOf } from './index-entries.js';
import type { Input } from './operations.js';

export type ConditionKeys = Readonly<Record<string, string | readonly string[]>>;

/** The condition keys of one call, or of the entries of a batch on one table. */
export function conditionKeys(about: {
  readonly inputs: readonly Input[];
  readonly table: TableRecord | undefined;
  readonly indexName?: string | undefined;
}): ConditionKeys {
  const { inputs, table, indexName } = about;
  const partitionKey = partitionKeyOf(table, indexName);
  const leading = unique(inputs.flatMap((input) => leadingKeys(input, partitionKey)));
  const attributes = unique(inputs.flatMap(attributeNames));
  const [first = {}] = inputs;
  return {
    ...(leading.length > 0 && { 'dynamodb:LeadingKeys': leading }),
    ...(attributes.length > 0 && { 'dynamodb:Attributes': attributes }),
    ...textKey('dynamodb:Select', first.Select),
    ...textKey('dynamodb:ReturnValues', first.ReturnValues),
    ...textKey('dynamodb:ReturnConsumedCapacity', first.ReturnConsumedCapacity),
  };
}

/** Of an index its own: a query on it names that one. */
function partitionKeyOf(table: TableRecord | undefined, indexName: string | undefined): string | undefined {
  const index = table && indexName !== undefined ? indexesOf(table).find(([, each]) => each.IndexName === indexName)?.[1] : undefined;
  return (index ?? table)?.KeySchema[0]?.AttributeName;
}

/** Values of the partition key that a call names: by item, by key, or by an equality in a key condition. */
function leadingKeys(input: Input, key: string | undefined): readonly string[] {
  const source = (input.Item ?? input.Key) as Item | undefined;
  if (source) return keyText(source, key);
  const { KeyConditionExpression: condition, KeyConditions: conditions } = input;
  if (key === undefined) return [];
  if (typeof condition !== 'string') return legacyKey((conditions as Input | undefined)?.[key], key);
  const names = namesOf(input);
  const values = (input.ExpressionAttributeValues ?? {}) as Item;
  const equality = [...condition.matchAll(/([#\w.-]+)\s*=\s*(:\w+)/g)].find(([, name]) => (names[name!] ?? name) === key);
  return equality ? keyText({ [key]: values[equality[2]!] ?? {} }, key) : [];
}

/** `KeyConditions`, from before expressions. */
function legacyKey(condition: unknown, key: string): readonly string[] {
  const { AttributeValueList: values, ComparisonOperator: operator } = (condition ?? {}) as Input;
  return operator === 'EQ' && Array.isArray(values) ? keyText({ [key]: values[0] }, key) : [];
}

function keyText(item: Item | undefined, key: string | undefined): readonly string[] {
  const value = key === undefined ? undefined : Object.values(item?.[key] ?? {})[0];
  return typeof value === 'string' ? [value] : [];
}

const expressions = ['ProjectionExpression', 'FilterExpression', 'ConditionExpression', 'UpdateExpression', 'KeyConditionExpression'];
const reserved = /^(?:and|or|not|between|in|set|remove|add|delete|attribute_\w+|begins_with|contains|size|if_not_exists|list_append)$/i;

function attributeNames(input: Input): readonly string[] {
  const names = namesOf(input);
  const written = expressions.flatMap((name) => (typeof input[name] === 'string' ? topLevelNames(input[name]) : []));
  const listed = Array.isArray(input.AttributesToGet) ? input.AttributesToGet.map(String) : [];
  return [...keysOf(input.Item), ...keysOf(input.Key), ...written.map((name) => names[name] ?? name), ...listed];
}

/** The first part of every path in an expression; values (`:v`), nested names and functions are none. */
function topLevelNames(expression: string): readonly string[] {
  return [...expression.matchAll(/(?<![:.#\w])#?[A-Za-z_]\w*/g)].map(([name]) => name).filter((name) => !reserved.test(name));
}

function namesOf(input: Input): Readonly<Record<string, string>> {
  return (input.ExpressionAttributeNames ?? {}) as Readonly<Record<string, string>>;
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

function textKey(name: string, value: unknown): ConditionKeys {
  return typeof value === 'string' ? { [name]: value } : {};
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
