/**
 * The inference function: what Lambda runs.
 */

import { createServiceHandler } from '@org/gateway-server';
import { inferenceHandlers } from './handlers.js';

export const handler = createServiceHandler(inferenceHandlers());
