/**
 * The search service: what it uses. Data only, read by infra for permissions.
 */

import { search } from '@org/gateway-contract';
import { defineService } from '@org/gateway-server/service';
import { Claims } from '../identity/claims.js';
import { DocumentsIndex, Rebuilds, SearchStats } from './resources.js';

export const searchService = defineService(search, {
  claims: Claims,
  uses: {
    index: DocumentsIndex.allow('search'),
    stats: SearchStats.allow('update', 'query'),
    rebuilds: Rebuilds.allow('get', 'put'),
  },
});
