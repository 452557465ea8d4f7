/**
 * Schemas as JSON Schema (draft 2020-12, the one of OpenAPI 3.1), made by zod itself. What zod refuses here cannot cross the wire:
 * dates, bigints, maps and functions are no JSON, and a bare transform has no type that anybody could document.
 */

import * as z from 'zod';
import { type SchemaSource, schemaOf } from '../dsl/schema.js';

/** A JSON Schema, as far as these documents look into one. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
}

/**
 * The JSON Schema of one side of a source: `input` is what a caller sends, `output` what it receives.
 *
 * @throws Error when the source does not build, or holds what JSON cannot.
 */
export function jsonSchema(source: SchemaSource, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(schemaOf(source) as unknown as z.ZodType, { io, target: 'draft-2020-12' });
  return schema as JsonSchema;
}

/**
 * Whether one text can spell the value and only one way: a string, number or boolean, or a choice of one kind. Of a choice between
 * `12` and `"12"` nobody could tell which one the text means.
 */
export function isScalar(schema: JsonSchema): boolean {
  const kinds = new Set(kindsOf(schema));
  return kinds.size === 1 && !kinds.has(undefined);
}

/** Whether a query string can spell the value: a scalar, or a list of them as a repeated parameter. */
export function isFlat(schema: JsonSchema): boolean {
  return schema.type === 'array' ? schema.items !== undefined && isScalar(schema.items) : isScalar(schema);
}

type Kind = 'string' | 'number' | 'boolean' | undefined;

function kindsOf(schema: JsonSchema): readonly Kind[] {
  if (schema.anyOf) return schema.anyOf.filter(({ type }) => type !== 'null').flatMap(kindsOf);
  if (schema.const !== undefined) return [kindOf(typeof schema.const)];
  if (schema.enum) return schema.enum.map((value) => kindOf(typeof value));
  return [schema.type]
    .flat()
    .filter((type) => type !== 'null')
    .map(kindOf);
}

function kindOf(type: unknown): Kind {
  if (type === 'integer') return 'number';
  return type === 'string' || type === 'number' || type === 'boolean' ? type : undefined;
}
