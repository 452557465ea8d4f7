/**
 * The graph function: what Lambda runs.
 */

import { createServiceHandler } from '@org/gateway-server';
import { graphHandlers } from './handlers.js';

export const handler = createServiceHandler(graphHandlers());
