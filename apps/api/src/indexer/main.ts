/**
 * The indexer worker: what Lambda runs.
 */

import { createWorkerHandler } from '@org/gateway-server';
import { indexerHandler } from './handler.js';

export const handler = createWorkerHandler(indexerHandler());
