/**
 * The system function: what Lambda runs.
 */

import { createServiceHandler } from '@org/gateway-server';
import { readSystemEnv } from './env.js';
import { systemHandlers } from './handlers.js';

export const handler = createServiceHandler(systemHandlers(readSystemEnv()));
