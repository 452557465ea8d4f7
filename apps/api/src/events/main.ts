/**
 * The events function: what Lambda runs.
 */

import { createServiceHandler } from '@org/gateway-server';
import { eventsHandlers } from './handlers.js';

export const handler = createServiceHandler(eventsHandlers());
