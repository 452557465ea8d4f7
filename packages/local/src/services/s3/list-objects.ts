/**
 * Selects one page of keys: prefix, delimiter, a start, a maximum. Shared by both versions of ListObjects and by ListMultipartUploads.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
import type { ObjectIndex } from './object-index.js';

export interface ListSelection {
  readonly prefix: string;
  /** `''` for none. */
  readonly delimiter: string;
  /** Only keys behind this one; with `skipPrefix` none that starts with it either. */
  readonly after?: { readonly key: string; readonly skipPrefix: boolean } | undefined;
  readonly maxKeys: number;
}

export interface ListPage {
  readonly keys: readonly string[];
  readonly commonPrefixes: readonly string[];
  /** Where the next page starts, when there is one. */
  readonly next: { readonly key: string; readonly skipPrefix: boolean } | undefined;
}

/** One page in UTF-8 binary order; keys and common prefixes together count towards `maxKeys`. */
export function listObjects(index: Pick<ObjectIndex, 'sortedKeys' | 'firstNotBefore'>, selection: ListSelection): ListPage {
  const { prefix, delimiter, after, maxKeys } = selection;
  const keys: string[] = [];
  const commonPrefixes: string[] = [];
  const all = index.sortedKeys();
  let last: ListPage['next'];
  for (let at = start(index, selection); at < all.length; at++) {
    const key = all[at]!;
    if (!key.startsWith(prefix)) break;
    if (after && (key === after.key || (after.skipPrefix && key.startsWith(after.key)))) continue;
    if (last?.skipPrefix && key.startsWith(last.key)) continue;
    if (keys.length + commonPrefixes.length >= maxKeys) return { keys, commonPrefixes, next: maxKeys === 0 ? undefined : last };
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (cut < 0) {
      keys.push(key);
      last = { key, skipPrefix: false };
    } else {
      last = { key: key.slice(0, cut + delimiter.length), skipPrefix: true };
      commonPrefixes.push(last.key);
    }
  }
  return { keys, commonPrefixes, next: undefined };
}

function start(index: Pick<ObjectIndex, 'firstNotBefore'>, { prefix, after }: ListSelection): number {
  const atPrefix = index.firstNotBefore(prefix);
  return after ? Math.max(atPrefix, index.firstNotBefore(after.key)) : atPrefix;
}

/** A continuation token; opaque to clients. */
export function writeToken(next: NonNullable<ListPage['next']>): string {
  return Buffer.from(JSON.stringify([next.key, next.skipPrefix])).toString('base64url');
}

/** Reads a token that this stage gave out, `undefined` for any other text. */
export function readToken(token: string): ListPage['next'] {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (!Array.isArray(value) || typeof value[0] !== 'string' || typeof value[1] !== 'boolean') return undefined;
    return { key: value[0], skipPrefix: value[1] };
  } catch {
    return undefined;
  }
}
