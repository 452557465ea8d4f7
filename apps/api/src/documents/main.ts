/**
 * The documents function: what Lambda runs.
 */

import { randomBytes } from 'node:crypto';
import { createServiceHandler } from '@org/gateway-server';
import { documentsHandlers } from './handlers.js';

export const handler = createServiceHandler(documentsHandlers(randomBytes));
