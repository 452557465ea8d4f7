/**
 * Tells the bus about every change of a document. The table's stream is what makes it certain: a change that was stored is told.
 */

import { defineWorker } from '@org/gateway-server/service';
import { Documents } from '../documents/resources.js';
import { DocumentEvents } from '../events/resources.js';

export const relayWorker = defineWorker('relay', {
  source: Documents.changes(),
  uses: { bus: DocumentEvents.allow('publish') },
  memoryMb: 256,
});
