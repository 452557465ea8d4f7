/**
 * Has the search index and the store of answers follow the documents.
 */

import { defineWorker } from '@org/gateway-server/service';
import { Help } from '../answers/resources.js';
import { Bodies, Documents } from '../documents/resources.js';
import { DocumentsIndex } from '../search/resources.js';

export const indexerWorker = defineWorker('indexer', {
  source: Documents.changes(),
  uses: {
    documents: Documents.allow('get'),
    bodies: Bodies.allow('get'),
    index: DocumentsIndex.allow('ensure', 'write'),
    store: Help.allow('put', 'remove'),
  },
});
