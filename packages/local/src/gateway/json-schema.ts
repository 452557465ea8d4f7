/**
 * JSON Schema draft 4, the language of `AWS::ApiGateway::Model`: enough to answer yes or no as API Gateway does (it never says why).
 * `$ref` may point into the same schema (`#/definitions/X`) or to another model of the API. `format` is not checked.
 * @see https://datatracker.ietf.org/doc/html/draft-fge-json-schema-validation-00
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
 */
import { isDeepStrictEqual } from 'node:util';
import { isRecord } from './properties.js';

/** A schema, `true`/`false` included for the nested positions that allow them. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Finds the schema a `$ref` means, with the document its own local references point into. */
export type SchemaResolver = (reference: string, root: JsonSchema) => { readonly schema: JsonSchema; readonly root: JsonSchema };

interface Position {
  readonly root: JsonSchema;
  readonly resolve: SchemaResolver;
}

type Keyword = (limit: never, value: unknown, schema: JsonSchema, position: Position) => boolean;

/** True when `value` satisfies `schema`. Throws for a `$ref` that leads nowhere. */
export function isValid(value: unknown, schema: JsonSchema, resolve: SchemaResolver): boolean {
  return check(value, schema, { root: schema, resolve });
}

function check(value: unknown, schema: JsonSchema, position: Position): boolean {
  if (typeof schema.$ref === 'string') {
    const target = position.resolve(schema.$ref, position.root);
    return check(value, target.schema, { ...position, root: target.root });
  }
  return Object.entries(schema).every(([keyword, limit]) => {
    const rule = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
    return rule === undefined || rule(limit as never, value, schema, position);
  });
}

function isType(type: string, value: unknown): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isRecord(value);
    case 'null':
      return value === null;
    default:
      return typeof value === type;
  }
}

const ofNumber = (rule: (limit: number, value: number, schema: JsonSchema) => boolean): Keyword => {
  return (limit: number, value, schema) => typeof value !== 'number' || rule(limit, value, schema);
};
const ofText =
  (rule: (limit: never, value: string) => boolean): Keyword =>
  (limit, value) =>
    typeof value !== 'string' || rule(limit, value);
const ofArray = (rule: (limit: number, value: readonly unknown[]) => boolean): Keyword => {
  return (limit: number, value) => !Array.isArray(value) || rule(limit, value);
};
const ofObject = (rule: (limit: number, names: readonly string[]) => boolean): Keyword => {
  return (limit: number, value) => !isRecord(value) || rule(limit, Object.keys(value));
};
const characters = (value: string): number => [...value].length;

const KEYWORDS: Readonly<Record<string, Keyword>> = {
  type: (types: string | string[], value) => [types].flat().some((type) => isType(type, value)),
  enum: (values: unknown[], value) => values.some((candidate) => isDeepStrictEqual(candidate, value)),
  minimum: ofNumber((limit, value, schema) => (schema.exclusiveMinimum === true ? value > limit : value >= limit)),
  maximum: ofNumber((limit, value, schema) => (schema.exclusiveMaximum === true ? value < limit : value <= limit)),
  multipleOf: ofNumber((limit, value) => Number.isInteger(value / limit)),
  minLength: ofText((limit: number, value) => characters(value) >= limit),
  maxLength: ofText((limit: number, value) => characters(value) <= limit),
  pattern: ofText((limit: string, value) => new RegExp(limit, 'u').test(value)),
  minItems: ofArray((limit, value) => value.length >= limit),
  maxItems: ofArray((limit, value) => value.length <= limit),
  uniqueItems: (unique: boolean, value) => !(unique && Array.isArray(value)) || value.every((item, index) => isFirst(value, item, index)),
  items: checkItems,
  minProperties: ofObject((limit, names) => names.length >= limit),
  maxProperties: ofObject((limit, names) => names.length <= limit),
  required: (names: string[], value) => !isRecord(value) || names.every((name) => Object.hasOwn(value, name)),
  properties: (properties: Record<string, JsonSchema>, value, _schema, position) =>
    !isRecord(value) ||
    Object.entries(properties).every(([name, schema]) => !Object.hasOwn(value, name) || check(value[name], schema, position)),
  patternProperties: (patterns: Record<string, JsonSchema>, value, _schema, position) =>
    !isRecord(value) ||
    Object.entries(patterns).every(([pattern, schema]) =>
      Object.keys(value).every((name) => !new RegExp(pattern, 'u').test(name) || check(value[name], schema, position)),
    ),
  additionalProperties: checkAdditional,
  dependencies: (dependencies: Record<string, JsonSchema | string[]>, value, _schema, position) =>
    !isRecord(value) ||
    Object.entries(dependencies).every(([name, dependency]) => {
      if (!Object.hasOwn(value, name)) return true;
      return Array.isArray(dependency) ? dependency.every((other) => Object.hasOwn(value, other)) : check(value, dependency, position);
    }),
  allOf: (schemas: JsonSchema[], value, _schema, position) => schemas.every((schema) => check(value, schema, position)),
  anyOf: (schemas: JsonSchema[], value, _schema, position) => schemas.some((schema) => check(value, schema, position)),
  oneOf: (schemas: JsonSchema[], value, _schema, position) => schemas.filter((schema) => check(value, schema, position)).length === 1,
  not: (schema: JsonSchema, value, _schema, position) => !check(value, schema, position),
};

function isFirst(items: readonly unknown[], item: unknown, index: number): boolean {
  return items.findIndex((candidate) => isDeepStrictEqual(candidate, item)) === index;
}

function checkItems(items: JsonSchema | JsonSchema[], value: unknown, schema: JsonSchema, position: Position): boolean {
  if (!Array.isArray(value)) return true;
  if (!Array.isArray(items)) return value.every((item) => check(item, items, position));
  const rest = schema.additionalItems ?? true;
  return value.every((item, index) => {
    const own = items[index] ?? rest;
    return typeof own === 'boolean' ? own : check(item, own as JsonSchema, position);
  });
}

function checkAdditional(rule: JsonSchema | boolean, value: unknown, schema: JsonSchema, position: Position): boolean {
  if (!isRecord(value) || rule === true) return true;
  const declared = new Set(Object.keys(isRecord(schema.properties) ? schema.properties : {}));
  const patterns = Object.keys(isRecord(schema.patternProperties) ? schema.patternProperties : {}).map(
    (pattern) => new RegExp(pattern, 'u'),
  );
  const extra = Object.keys(value).filter((name) => !declared.has(name) && !patterns.some((pattern) => pattern.test(name)));
  return rule === false ? extra.length === 0 : extra.every((name) => check(value[name], rule, position));
}
