/**
 * The files function: what Lambda runs.
 */

import { randomBytes } from 'node:crypto';
import { createServiceHandler } from '@org/gateway-server';
import { filesHandlers } from './handlers.js';

export const handler = createServiceHandler(filesHandlers(randomBytes));
