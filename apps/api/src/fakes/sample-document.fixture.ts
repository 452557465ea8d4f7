/**
 * A stored document for tests of workers.
 */

import type { DocumentItem } from '../documents/resources.js';
import type { MemoryBucket } from './memory-bucket.fixture.js';
import type { MemoryTable } from './memory-table.fixture.js';
import { START_MS } from './memory-world.fixture.js';

/** Facts of a document, version 1 at the start of time. */
export function sampleDocument(change: Partial<DocumentItem> = {}): DocumentItem {
  const { id = 'a1', version = 1, updatedAtMs = START_MS } = change;
  return {
    id,
    collection: 'documents',
    folder: 'inbox',
    title: `Title of ${id}`,
    bytes: 7,
    version,
    createdAtMs: START_MS,
    updatedAtMs,
    changeKey: `00${updatedAtMs}-${id}`,
    bodyKey: `${id}/${version}-${updatedAtMs}`,
    ...change,
  };
}

/** Stores a document as the documents service does. */
export async function storeDocument(
  { table, bodies }: { readonly table: MemoryTable; readonly bodies: MemoryBucket },
  item: DocumentItem,
  body = `body of ${item.id}`,
): Promise<DocumentItem> {
  await bodies.put(item.bodyKey, body, { contentType: 'text/plain; charset=utf-8' });
  await table.put(item);
  return item;
}
