/**
 * The documents service: what it uses. Data only, read by infra for permissions.
 */

import { documents } from '@org/gateway-contract';
import { defineService } from '@org/gateway-server/service';
import { Claims } from '../identity/claims.js';
import { Bodies, Documents, Folders } from './resources.js';

export const documentsService = defineService(documents, {
  claims: Claims,
  uses: {
    table: Documents.allow('get', 'batchGet', 'put', 'putStep', 'transact', 'delete', 'query'),
    folders: Folders.allow('put', 'putStep', 'query'),
    bodies: Bodies.allow('get', 'put', 'delete'),
  },
});
