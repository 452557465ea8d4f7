/**
 * The chat function: what Lambda runs.
 */

import { createServiceHandler } from '@org/gateway-server';
import { chatHandlers } from './handlers.js';

export const handler = createServiceHandler(chatHandlers());
