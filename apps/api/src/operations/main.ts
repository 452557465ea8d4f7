/**
 * The operations function: what Lambda runs.
 */

import { createServiceHandler } from '@org/gateway-server';
import { operationsHandlers } from './handlers.js';

export const handler = createServiceHandler(operationsHandlers());
