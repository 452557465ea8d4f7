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

/** A sentence for the first issues, and all of them for programs. */
export function describeIssues(issues: readonly SchemaIssue[]): {
  readonly text: string;
  readonly issues: readonly Pick<SchemaIssue, 'path' | 'message'>[];
} {
  const shown = issues
    .slice(0, 3)
    .map((issue) => `${issue.path.length === 0 ? 'input' : issue.path.map(String).join('.')}: ${issue.message}`);
  const more = issues.length > 3 ? ` (and ${issues.length - 3} more)` : '';
  return { text: shown.join('; ') + more, issues: issues.map(({ path, message }) => ({ path, message })) };
}
