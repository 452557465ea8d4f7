/**
 * The objects of one bucket by key, with their keys in the order S3 lists them: by UTF-8 bytes. Rebuilt from the files at start.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ListingKeysUsingAPIs.html
 */
import type { ObjectRecord } from './object-file.js';

export interface ObjectIndex {
  get(key: string): ObjectRecord | undefined;
  set(record: ObjectRecord): void;
  delete(key: string): void;
  readonly size: number;
  /** All keys in listing order. The array is shared: do not change it. */
  sortedKeys(): readonly string[];
  /** Position of the first key that is not before `key` in listing order. */
  firstNotBefore(key: string): number;
}

export function createObjectIndex(records: Iterable<ObjectRecord>): ObjectIndex {
  const byKey = new Map<string, ObjectRecord>();
  for (const record of records) byKey.set(record.key, record);
  let sorted: readonly string[] | undefined;
  const sortedKeys = (): readonly string[] => {
    sorted ??= [...byKey.keys()].sort(compareUtf8);
    return sorted;
  };
  return {
    get: (key) => byKey.get(key),
    set(record) {
      if (!byKey.has(record.key)) sorted = undefined;
      byKey.set(record.key, record);
    },
    delete(key) {
      if (byKey.delete(key)) sorted = undefined;
    },
    get size() {
      return byKey.size;
    },
    sortedKeys,
    firstNotBefore(key) {
      const keys = sortedKeys();
      let low = 0;
      let high = keys.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (compareUtf8(keys[middle]!, key) < 0) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
}

/** Order of the UTF-8 encodings. UTF-16 order differs from it only where surrogates meet U+E000 to U+FFFF. */
export function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

/** A surrogate stands for a code point above U+FFFF, so it ranks behind every other code unit. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
