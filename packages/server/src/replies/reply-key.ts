/**
 * Names of rows, and the mark of an input. Both are hashes: ids of users may be longer than DynamoDB's 2,048 bytes of a key, and the keys of
 * anonymous callers are secrets, because whoever knows one may ask for its reply.
 */

import { createHash } from 'node:crypto';

/** What a row is for. */
export interface ReplyKey {
  /** `service.procedure` */
  readonly path: string;
  /** Null for an anonymous caller: all of them are one. */
  readonly userId: string | null;
  readonly key: string;
}

/** The row's name. */
export function rowName({ path, userId, key }: ReplyKey): string {
  return `K#${hashOf(JSON.stringify([path, userId, key]))}`;
}

/** The same text for inputs that are the same JSON, in whatever order their fields come. */
export function inputHashOf(input: unknown): string {
  return hashOf(JSON.stringify(input ?? null, sorted));
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
