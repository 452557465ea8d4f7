/**
 * A document's facts as they are stored, and the part of them that callers see.
 */

import type { documents } from '@org/gateway-contract';
import type { OutputOf } from '@org/gateway-core';
import { changeKey } from '../change-key.js';
import type { RandomBytes } from '../new-id.js';
import type { DocumentItem } from './resources.js';

export type DocumentSummary = OutputOf<(typeof documents)['procedures']['save']>;

/** What a write changes. */
export interface DocumentChange {
  readonly id: string;
  readonly folder: string;
  readonly title: string;
  /** Undefined: the body stays as it is. */
  readonly body: string | undefined;
  readonly nowMs: number;
}

/**
 * The next version of a document; without one before, the first, with an empty body if it has none. Whatever clocks say, a version is later
 * than the one before: readers that get changes late or twice can tell by its time which is the newer.
 */
export function nextVersion(before: DocumentItem | undefined, change: DocumentChange, randomBytes: RandomBytes): DocumentItem {
  const { id, folder, title, body = '', nowMs } = change;
  const version = (before?.version ?? 0) + 1;
  const updatedAtMs = Math.max(nowMs, (before?.updatedAtMs ?? 0) + 1);
  const keepsBody = before !== undefined && change.body === undefined;
  return {
    id,
    collection: 'documents',
    folder,
    title,
    bytes: keepsBody ? before.bytes : Buffer.byteLength(body),
    version,
    createdAtMs: before?.createdAtMs ?? updatedAtMs,
    updatedAtMs,
    changeKey: changeKey(updatedAtMs, id),
    bodyKey: keepsBody ? before.bodyKey : `${id}/${version}-${Buffer.from(randomBytes(8)).toString('hex')}`,
  };
}

/** The next version of a document in another folder; the same one when it is there already. */
export function inFolder(item: DocumentItem, folder: string, nowMs: number, randomBytes: RandomBytes): DocumentItem {
  return item.folder === folder ? item : nextVersion(item, { ...item, folder, body: undefined, nowMs }, randomBytes);
}

/** What callers see of an item. */
export function summaryOf({ id, folder, title, bytes, version, createdAtMs, updatedAtMs }: DocumentItem): DocumentSummary {
  return { id, folder, title, bytes, version, createdAtMs, updatedAtMs };
}
