/**
 * Fields that are nobody's business: a password, a card number. `sensitive(z.string())` marks one in the contract; what errors say of an input
 * never repeats it, and `redacted` makes a value that can be logged. In OpenAPI it is `x-sensitive`. It says nothing of who may read the
 * field; and a query's input is in its URL, so what is sensitive is a mutation's.
 */

import { type Schema, type SchemaSource, schemaOf } from './schema.js';

/** A schema that can carry a mark: zod's own, not `zod/mini`'s. */
interface Markable extends Schema {
  meta(): Readonly<Record<string, unknown>> | undefined;
  meta(meta: Readonly<Record<string, unknown>>): unknown;
}

const MARK = 'x-sensitive';

/** What stands for a value that is not shown. */
export const REDACTED = '[redacted]';

/** The schema, marked. With everything below it. */
export function sensitive<TSchema extends Markable>(schema: TSchema): TSchema {
  return schema.meta({ ...schema.meta(), [MARK]: true }) as TSchema;
}

/** Whether the value at a path of a schema, or one that it is a part of, is marked. */
export function isSensitive(source: SchemaSource, path: readonly PropertyKey[]): boolean {
  let nodes = within([schemaOf(source)]);
  for (const key of path) {
    if (nodes.some(isMarked)) return true;
    nodes = within(nodes.flatMap((node) => childrenOf(node, key)));
  }
  return nodes.some(isMarked);
}

/** A copy of a value, as JSON has it, in which `[redacted]` stands for what its schema marks: for logs. */
export function redacted(source: SchemaSource, value: unknown): unknown {
  return copyOf(within([schemaOf(source)]), value);
}

function copyOf(nodes: readonly Schema[], value: unknown): unknown {
  if (nodes.some(isMarked)) return value === undefined ? undefined : REDACTED;
  if (typeof value !== 'object' || value === null || nodes.length === 0) return value;
  const child = (key: PropertyKey, item: unknown) => copyOf(within(nodes.flatMap((node) => childrenOf(node, key))), item);
  if (Array.isArray(value)) return value.map((item, at) => child(at, item));
  return isPlain(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, child(key, item)])) : value;
}

/** A Date, for one, has no parts. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isMarked(schema: Schema): boolean {
  return (schema as Partial<Markable>).meta?.()?.[MARK] === true;
}

/** Parts of zod's definitions, https://zod.dev/packages/core#schemas */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<PropertyKey, Schema>>;
  readonly catchall?: Schema;
  readonly element?: Schema;
  readonly valueType?: Schema;
  readonly items?: readonly Schema[];
  readonly rest?: Schema | null;
  readonly options?: readonly Schema[];
  readonly left?: Schema;
  readonly right?: Schema;
  readonly innerType?: Schema;
  readonly in?: Schema;
  readonly out?: Schema;
  readonly getter?: () => Schema;
}

function definitionOf(schema: Schema): Definition {
  return (schema._zod as unknown as { readonly def: Definition }).def;
}

/** Schemas of the same value: what is wrapped, joined, or one of several. */
function within(schemas: readonly Schema[]): readonly Schema[] {
  const found = new Set<Schema>();
  const visit = (schema: Schema | null | undefined): void => {
    if (!schema || found.has(schema)) return;
    found.add(schema);
    const { options = [], left, right, innerType, in: input, out, getter } = definitionOf(schema);
    for (const each of [...options, left, right, innerType, input, out, getter?.()]) visit(each);
  };
  for (const schema of schemas) visit(schema);
  return [...found];
}

/** Schemas of a part of the value. */
function childrenOf(schema: Schema, key: PropertyKey): readonly Schema[] {
  const { shape, catchall, element, valueType, items, rest } = definitionOf(schema);
  const own = shape && Object.hasOwn(shape, key) ? shape[key] : catchall;
  return [own, element, valueType, items?.[Number(key)] ?? rest].filter((each) => each !== undefined && each !== null);
}
