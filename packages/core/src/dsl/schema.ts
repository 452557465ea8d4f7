/**
 * What the contract needs of a schema, without naming zod's classes in any type: only the two types zod resolves to.
 * A descriptor whose type arguments are resolved types costs a consumer a flat 10k type instantiations; one that keeps
 * `ZodObject<…>` costs 744k at 500 procedures. That is why nothing here mentions `z.ZodType`.
 */

/** Any zod 4 schema (`zod` or `zod/mini`, whose schemas can validate): TIn is what a caller sends, TOut what validation returns. */
export interface Schema<TIn = unknown, TOut = unknown> {
  readonly _zod: { readonly input: TIn; readonly output: TOut };
}

/**
 * A schema, or a function that makes it. The function runs on the first use of the procedure, so a Lambda's cold start
 * does not grow with the number of procedures it serves (0.35 ms of CPU per zod object otherwise).
 */
export type SchemaSource<TIn = unknown, TOut = unknown> = Schema<TIn, TOut> | (() => Schema<TIn, TOut>);

/** The result of a validation, as zod's `safeParse` gives it. */
export type ParseResult = { readonly success: true; readonly data: unknown } | { readonly success: false; readonly error: SchemaError };

/** One reason a value did not fit; `path` leads to it. */
export interface SchemaIssue {
  readonly code?: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** zod's error, as far as the wire needs it. */
export interface SchemaError {
  readonly issues: readonly SchemaIssue[];
}

/** The part of a zod schema that runs. */
export interface RunnableSchema extends Schema {
  safeParse(value: unknown): ParseResult;
  safeParseAsync(value: unknown): Promise<ParseResult>;
}

const made = new WeakMap<() => Schema, RunnableSchema>();

/**
 * The schema behind a source; a function is called once and its schema kept.
 *
 * @throws TypeError when the source is no zod schema, naming what it is.
 */
export function schemaOf(source: SchemaSource): RunnableSchema {
  if (typeof source !== 'function') return runnable(source);
  const known = made.get(source);
  if (known) return known;
  const schema = runnable(source());
  made.set(source, schema);
  return schema;
}

function runnable(schema: Schema): RunnableSchema {
  if (typeof (schema as Partial<RunnableSchema>)?.safeParse === 'function') return schema as RunnableSchema;
  throw new TypeError(
    `[CONTRACT] not a schema: got ${schema === null ? 'null' : typeof schema}, expected a zod schema or a function that returns one`,
  );
}
