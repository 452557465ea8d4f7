/**
 * Runs a schema. Synchronous wherever it can be: zod's synchronous path is several times cheaper, and only schemas with asynchronous
 * refinements need the other one; those are remembered after the first time.
 */

import { type ParseResult, type SchemaIssue, type SchemaSource, schemaOf } from '@org/gateway-core';

const asynchronous = new WeakSet<object>();

/** Validates a value; without a schema nothing is expected and `undefined` comes out. */
export function validate(source: SchemaSource | undefined, value: unknown): ParseResult | Promise<ParseResult> {
  if (source === undefined) return { success: true, data: undefined };
  const schema = schemaOf(source);
  if (asynchronous.has(schema)) return schema.safeParseAsync(value);
  try {
    return schema.safeParse(value);
  } catch (cause) {
    // zod throws this class when it meets a promise in the synchronous path.
    if ((cause as Error | undefined)?.constructor.name !== '$ZodAsyncError') throw cause;
    asynchronous.add(schema);
    return schema.safeParseAsync(value);
  }
}

/** A sentence for the first issues, with what was got where that is short, and all of them for programs. Without the value (in logs) nothing of it is repeated. */
export function describeIssues(
  issues: readonly SchemaIssue[],
  value?: unknown,
): { readonly text: string; readonly issues: readonly Pick<SchemaIssue, 'path' | 'message'>[] } {
  const shown = issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.length === 0 ? 'input' : path.map(String).join('.')}: ${message}${gotAt(value, path)}`);
  const more = issues.length > 3 ? ` (and ${issues.length - 3} more)` : '';
  return { text: shown.join('; ') + more, issues: issues.map(({ path, message }) => ({ path, message })) };
}

/** What the caller sent there. zod names the type already when that is what is wrong; objects and lists are too long to repeat. */
function gotAt(value: unknown, path: readonly PropertyKey[]): string {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return '';
    at = (at as Readonly<Record<PropertyKey, unknown>>)[key];
  }
  if (typeof at !== 'string' && typeof at !== 'number' && typeof at !== 'boolean') return '';
  const text = JSON.stringify(at);
  return `, got ${text.length > 60 ? `${text.slice(0, 60)}… (${text.length} characters)` : text}`;
}
