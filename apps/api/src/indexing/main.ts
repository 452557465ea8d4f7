/**
 * The indexing function: what Lambda runs.
 */

import { createServiceHandler } from '@org/gateway-server';
import { indexingHandlers } from './handlers.js';

export const handler = createServiceHandler(indexingHandlers());
