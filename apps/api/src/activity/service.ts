/**
 * Writes down what happens to documents.
 */

import { events } from '@org/gateway-contract';
import { defineWorker } from '@org/gateway-server/service';
import { Activity, DocumentEvents } from '../events/resources.js';

export const activityWorker = defineWorker('activity', {
  source: DocumentEvents.on('changed', 'noted'),
  uses: { activity: Activity.allow('put') },
  announces: events,
  memoryMb: 256,
});
