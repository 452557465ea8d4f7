/**
 * The rebuilder worker: what Lambda runs.
 */

import { createWorkerHandler } from '@org/gateway-server';
import { rebuilderHandler } from './handler.js';

export const handler = createWorkerHandler(rebuilderHandler());
