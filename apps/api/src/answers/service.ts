/**
 * The answers service: what it uses. Data only, read by infra for permissions.
 */

import { answers } from '@org/gateway-contract';
import { defineService } from '@org/gateway-server/service';
import { Documents } from '../documents/resources.js';
import { Claims } from '../identity/claims.js';
import { Help } from './resources.js';

export const answersService = defineService(answers, {
  claims: Claims,
  uses: {
    store: Help.allow('ask'),
    documents: Documents.allow('batchGet'),
  },
});
