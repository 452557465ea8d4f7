/**
 * Runs a schema. Synchronous wherever it can be: zod's synchronous path is several times cheaper, and only schemas with asynchronous
 * refinements need the other one; those are remembered. zod's synchronous path abandons the promise it meets, and one that rejects then
 * ends the process: so a schema is tried in the other path until a value has fitted. A refinement in a branch which that value did not
 * take is met later, and must not reject.
 */

import { isSensitive, type ParseResult, type RunnableSchema, type SchemaIssue, type SchemaSource, schemaOf } from '@org/gateway-core';
import * as zod from 'zod/v4/core';

const synchronous = new WeakSet<object>();
const asynchronous = new WeakSet<object>();

/** Validates a value; without a schema nothing is expected and `undefined` comes out. */
export function validate(source: SchemaSource | undefined, value: unknown): ParseResult | Promise<ParseResult> {
  if (source === undefined) return { success: true, data: undefined };
  const schema = schemaOf(source);
  if (asynchronous.has(schema)) return schema.safeParseAsync(value);
  try {
    if (!synchronous.has(schema) && isAsynchronous(schema, value)) return inPromises(schema, value);
    const result = schema.safeParse(value);
    if (result.success) synchronous.add(schema);
    return result;
  } catch (cause) {
    // zod throws this class when it meets a promise in the synchronous path. Its name does not survive a minifier.
    if (cause instanceof zod.$ZodAsyncError) return inPromises(schema, value);
    if (cause instanceof RangeError && cause.message === 'Maximum call stack size exceeded') return TOO_DEEP;
    throw cause;
  }
}

const TOO_DEEP: ParseResult = { success: false, error: { issues: [{ path: [], message: 'Invalid input: nested too deeply' }] } };

function inPromises(schema: RunnableSchema, value: unknown): Promise<ParseResult> {
  asynchronous.add(schema);
  return schema.safeParseAsync(value);
}

function isAsynchronous(schema: RunnableSchema, value: unknown): boolean {
  const ran = (schema as unknown as zod.$ZodType)._zod.run({ value, issues: [] }, { async: true });
  if (!(ran instanceof Promise)) return false;
  // What it fails with, `safeParseAsync` fails with too.
  ran.catch(() => {});
  return true;
}

/** Issues that are sent or logged: a list of 16,000 wrong items would not fit the frame it is answered with. */
const MAX_ISSUES = 50;

/** Characters of a message or of a key: both may repeat what the caller sent. */
const MAX_CHARACTERS = 200;

/**
 * A sentence for the first issues, with what was got where that is short, and the first 50 of them for programs. Without the value (in
 * logs) nothing of it is repeated, and of what the schema marks as sensitive never.
 */
export function describeIssues(
  issues: readonly SchemaIssue[],
  value?: unknown,
  source?: SchemaSource,
): { readonly text: string; readonly issues: readonly Pick<SchemaIssue, 'path' | 'message'>[] } {
  const hidden = (path: readonly PropertyKey[]) => source !== undefined && isSensitive(source, path);
  const shown = issues
    .slice(0, 3)
    .map(
      ({ path, message }) =>
        `${path.length === 0 ? 'input' : path.map(keyText).join('.')}: ${clipped(message)}${hidden(path) ? '' : gotAt(value, path)}`,
    );
  const more = issues.length > 3 ? ` (and ${issues.length - 3} more)` : '';
  const sent = issues.slice(0, MAX_ISSUES).map(({ path, message }) => ({ path: path.map(keyOf), message: clipped(message) }));
  return { text: shown.join('; ') + more, issues: sent };
}

function keyText(key: PropertyKey): string {
  return clipped(String(key));
}

function keyOf(key: PropertyKey): PropertyKey {
  return typeof key === 'string' ? clipped(key) : key;
}

function clipped(text: string): string {
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
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
