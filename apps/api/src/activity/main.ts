/**
 * The activity worker: what Lambda runs.
 */

import { createWorkerHandler } from '@org/gateway-server';
import { activityHandler } from './handler.js';

export const handler = createWorkerHandler(activityHandler());
