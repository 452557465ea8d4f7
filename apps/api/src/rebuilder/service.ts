/**
 * Starts rebuilds of the search index, and has them go on when their function ran out of time: both are a `waiting` in the table of
 * rebuilds.
 */

import { defineWorker, serviceFunction } from '@org/gateway-server/service';
import { indexing } from '../indexing/procedures.js';
import { Rebuilds } from '../search/resources.js';

export const rebuilderWorker = defineWorker('rebuilder', {
  source: Rebuilds.changes(),
  uses: { indexing: serviceFunction(indexing).allowSend('rebuild') },
  memoryMb: 256,
});
