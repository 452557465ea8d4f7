/**
 * The answers function: what Lambda runs.
 */

import { createServiceHandler } from '@org/gateway-server';
import { answersHandlers } from './handlers.js';

export const handler = createServiceHandler(answersHandlers());
