/**
 * Paths, query strings and headers carry texts; schemas want numbers, booleans and lists. What a field wants is read off its zod
 * definition, once per procedure, and only JSON's spelling of a number or boolean is converted: anything else stays text and fails
 * validation with its own message. Schemas are never changed (trpc-to-openapi's coercion of the shared schemas turns "false" into true).
 */

import { type SchemaSource, schemaOf } from '@org/gateway-core';

/** What the texts of one field become. */
type Reading = 'text' | 'base64' | 'number' | 'boolean' | 'bigint' | { readonly list: Reading };

/** The parts of zod 4's definitions that matter here (`zod/v4/core`, `$ZodTypeDef` and its kin). */
interface Definition {
  readonly type: string;
  readonly innerType?: Node;
  readonly in?: Node;
  readonly element?: Node;
  readonly shape?: Readonly<Record<string, Node>>;
  readonly values?: readonly unknown[];
  readonly getter?: () => Node;
  readonly format?: string;
}

interface Node {
  readonly _zod: { readonly def: Definition };
}

const WRAPPERS = new Set(['optional', 'nullable', 'default', 'prefault', 'readonly', 'catch', 'nonoptional']);
const readings = new WeakMap<object, Readonly<Record<string, Reading>>>();

/** Whether a field takes bytes as base64 text (`z.base64()`). */
export function isBase64Field(source: SchemaSource, field: string): boolean {
  const fields = readingsOf(source);
  return Object.hasOwn(fields, field) && fields[field] === 'base64';
}

/** Converts the texts of a field as its schema wants them; a field the schema does not know stays text. */
export function readTexts(source: SchemaSource | undefined, field: string, texts: readonly string[]): unknown {
  const fields = source === undefined ? {} : readingsOf(source);
  const reading = Object.hasOwn(fields, field) ? (fields[field] as Reading) : 'text';
  if (typeof reading === 'object') return texts.map((text) => readText(reading.list, text));
  return readText(reading, texts[texts.length - 1] ?? '');
}

function readText(reading: Reading, text: string): unknown {
  switch (reading) {
    case 'number':
      return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'bigint':
      return /^-?\d{1,40}$/.test(text) ? BigInt(text) : text;
    default:
      return text;
  }
}

function readingsOf(source: SchemaSource): Readonly<Record<string, Reading>> {
  const schema = schemaOf(source);
  const known = readings.get(schema);
  if (known) return known;
  const { shape } = unwrap(schema as unknown as Node)._zod.def;
  const made = Object.fromEntries(Object.entries(shape ?? {}).map(([field, node]) => [field, readingOf(node)]));
  readings.set(schema, made);
  return made;
}

function readingOf(node: Node): Reading {
  const { type, element, values, format } = unwrap(node)._zod.def;
  if (type === 'string' && format === 'base64') return 'base64';
  if (type === 'array' && element) return { list: readingOf(element) };
  if (type === 'number' || type === 'boolean' || type === 'bigint') return type;
  if (type === 'literal' && values?.every((value) => typeof value === 'number')) return 'number';
  if (type === 'literal' && values?.every((value) => typeof value === 'boolean')) return 'boolean';
  return 'text';
}

function unwrap(node: Node): Node {
  const { type, innerType, in: input, getter } = node._zod.def;
  if (WRAPPERS.has(type) && innerType) return unwrap(innerType);
  if (type === 'pipe' && input) return unwrap(input);
  if (type === 'lazy' && getter) return unwrap(getter());
  return node;
}
