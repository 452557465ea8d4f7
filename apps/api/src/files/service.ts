/**
 * The files service: what it uses. Data only, read by infra for permissions.
 */

import { files } from '@org/gateway-contract';
import { defineService } from '@org/gateway-server/service';
import { FileEvents } from '../events/resources.js';
import { Claims } from '../identity/claims.js';
import { Files, Uploads } from './resources.js';

export const filesService = defineService(files, {
  claims: Claims,
  uses: {
    table: Files.allow('get', 'put', 'delete', 'batchWrite', 'query'),
    uploads: Uploads.allowUnder(
      'files/',
      'list',
      'head',
      'getRange',
      'put',
      'delete',
      'presignGet',
      'presignPut',
      'presignPost',
      'createUpload',
      'presignPart',
      'listParts',
      'completeUpload',
      'abortUpload',
    ),
    events: FileEvents.allow('publish'),
  },
});
