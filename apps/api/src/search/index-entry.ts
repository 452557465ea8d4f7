/**
 * What the index holds of a document, and the versions its writes carry. A document's time is later with every version, also when it was
 * removed and made again, so twice that time orders puts, and one more is a removal: after the version it removed, before any later one.
 */

import type { IndexWrite } from '@org/gateway-server/service';
import type { DocumentItem } from '../documents/resources.js';
import type { IndexedDocument } from './resources.js';

/** Name of the rebuild's row, and what errors call the index. */
export const DOCUMENTS_INDEX = 'documents';

type Facts = Pick<DocumentItem, 'id' | 'folder' | 'title' | 'version' | 'updatedAtMs'>;

/** Puts a version of a document into the index. */
export function indexedVersion({ id, folder, title, version, updatedAtMs }: Facts, body: string): IndexWrite<IndexedDocument> {
  return { id, version: updatedAtMs * 2, put: { folder, title, body, version, updatedAtMs } };
}

/** Takes a document out of the index, as of its last version. */
export function removedVersion({ id, updatedAtMs }: Pick<Facts, 'id' | 'updatedAtMs'>): IndexWrite<IndexedDocument> {
  return { id, version: updatedAtMs * 2 + 1, delete: true };
}
