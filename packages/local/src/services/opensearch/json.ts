/** Reading JSON of requests: what is an object, which members it may have, and numbers and flags in their two spellings. */
import { OpenSearchError, parsingError } from './errors.js';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A body as an object; an empty one is `{}`. */
export function readObject(text: string): JsonObject {
  if (text.trim() === '') return {};
  const value = readJson(text);
  if (!isObject(value)) throw parsingError(`Expected [START_OBJECT] but found [${describe(value)}]`);
  return value;
}

export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OpenSearchError('json_parse_exception', (error as Error).message);
  }
}

/** A member that must be an object. */
export function objectOf(value: unknown, what: string): JsonObject {
  if (!isObject(value)) throw parsingError(`[${what}] malformed, expected [START_OBJECT] but found [${describe(value)}]`);
  return value;
}

/** Refuses members that are not served. */
export function allowMembers(value: JsonObject, names: readonly string[], what: string): void {
  for (const name of Object.keys(value)) {
    if (!names.includes(name))
      throw parsingError(`[${what}] query does not support [${name}] (the local stage serves: ${names.join(', ')})`);
  }
}

/** A number, also as text. @param fallback for a missing one */
export function numberOf(value: unknown, fallback: number, what: string): number {
  if (value === undefined || value === null) return fallback;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number))
    throw parsingError(`[${what}] expected a number but found [${describe(value)}]`);
  return number;
}

/** A flag, also as text. @param fallback for a missing one */
export function flagOf(value: unknown, fallback: boolean, what: string): boolean {
  if (value === undefined || value === null) return fallback;
  if (value === true || value === 'true' || value === '') return true;
  if (value === false || value === 'false') return false;
  throw parsingError(`Failed to parse value [${describe(value)}] as only [true] or [false] are allowed. [${what}]`);
}

/** Strings of a list, or one string. */
export function stringsOf(value: unknown, what: string): string[] {
  const list = Array.isArray(value) ? value : [value];
  if (!list.every((each) => typeof each === 'string')) throw parsingError(`[${what}] expected text but found [${describe(value)}]`);
  return list as string[];
}

/** A value in an error message, short. */
export function describe(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
