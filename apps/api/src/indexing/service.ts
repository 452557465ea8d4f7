/**
 * The indexing service: what it uses. It reads documents through their own service, like any other caller.
 */

import { documents } from '@org/gateway-contract';
import { defineService, serviceFunction } from '@org/gateway-server/service';
import { Help } from '../answers/resources.js';
import { DocumentsIndex, Rebuilds } from '../search/resources.js';
import { indexing } from './procedures.js';

export const indexingService = defineService(indexing, {
  uses: {
    documents: serviceFunction(documents).allow('list', 'many', 'get'),
    index: DocumentsIndex.allow('ensure', 'drop', 'write', 'search'),
    store: Help.allow('put', 'remove'),
    rebuilds: Rebuilds.allow('get', 'update'),
  },
  internal: true,
});
