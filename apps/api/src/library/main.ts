/**
 * The library worker: what Lambda runs.
 */

import { createWorkerHandler } from '@org/gateway-server';
import { libraryHandlers } from './handlers.js';

export const handler = createWorkerHandler(libraryHandlers());
