/**
 * The labeller worker: what Lambda runs.
 */

import { createWorkerHandler } from '@org/gateway-server';
import { labellerHandler } from './handler.js';

export const handler = createWorkerHandler(labellerHandler());
