/**
 * The account function: what Lambda runs.
 */

import { createServiceHandler } from '@org/gateway-server';
import { accountHandlers } from './handlers.js';

export const handler = createServiceHandler(accountHandlers());
