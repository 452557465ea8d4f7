/**
 * A document's facts as they are stored, and the part of them that callers see.
 */

import type { documents } from '@org/gateway-contract';
import type { OutputOf } from '@org/gateway-core';
import { changeKey } from '../change-key.js';
import type { RandomBytes } from '../new-id.js';
import type { DocumentItem } from './service.js';

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

/** The next version of a document; without one before, the first, with an empty body if it
 * has none. The time of a change never goes back, whatever clocks say. */
export function nextVersion(before: DocumentItem | undefined, change: DocumentChange, randomBytes: RandomBytes): DocumentItem {
  const { id, folder, title, body = '', nowMs } = change;
  const version = (before?.version ?? 0) + 1;
  const updatedAtMs = Math.max(nowMs, before?.updatedAtMs ?? 0);
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

/** What callers see of an item. */
export function summaryOf({ id, folder, title, bytes, version, createdAtMs, updatedAtMs }: DocumentItem): DocumentSummary {
  return { id, folder, title, bytes, version, createdAtMs, updatedAtMs };
}
