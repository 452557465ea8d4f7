/**
 * The search function: what Lambda runs.
 */

import { randomBytes } from 'node:crypto';
import { createServiceHandler } from '@org/gateway-server';
import { searchHandlers } from './handlers.js';

export const handler = createServiceHandler(searchHandlers(randomBytes));
