/**
 * Writes down what happens to files.
 */

import { events } from '@org/gateway-contract';
import { defineWorker } from '@org/gateway-server/service';
import { Activity, FileEvents } from '../events/resources.js';

export const fileActivityWorker = defineWorker('fileActivity', {
  source: FileEvents.on('uploaded'),
  uses: { activity: Activity.allow('put') },
  announces: events,
  memoryMb: 256,
});
