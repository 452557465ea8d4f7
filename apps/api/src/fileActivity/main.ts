/**
 * The fileActivity worker: what Lambda runs.
 */

import { createWorkerHandler } from '@org/gateway-server';
import { fileActivityHandler } from './handler.js';

export const handler = createWorkerHandler(fileActivityHandler());
