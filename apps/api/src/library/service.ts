/**
 * Answers the fields of the GraphQL API. Deployed with it.
 */

import { defineWorker } from '@org/gateway-server/service';
import { Documents } from '../documents/resources.js';
import { Library } from '../graph/resources.js';
import { Labels } from '../inference/resources.js';

export const libraryWorker = defineWorker('library', {
  source: Library.fields('Query.documents', 'Query.document'),
  uses: {
    documents: Documents.allow('get', 'query'),
    labels: Labels.allow('get', 'batchGet'),
  },
});
