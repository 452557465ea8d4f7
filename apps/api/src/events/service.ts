/**
 * The events service: what it uses. Data only, read by infra for permissions.
 */

import { events } from '@org/gateway-contract';
import { defineService } from '@org/gateway-server/service';
import { Documents } from '../documents/resources.js';
import { Claims } from '../identity/claims.js';
import { Activity, DocumentEvents } from './resources.js';

export const eventsService = defineService(events, {
  claims: Claims,
  uses: {
    documents: Documents.allow('get'),
    bus: DocumentEvents.allow('publish'),
    activity: Activity.allow('query'),
  },
});
