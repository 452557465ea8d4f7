/**
 * The relay worker: what Lambda runs.
 */

import { createWorkerHandler } from '@org/gateway-server';
import { relayHandler } from './handler.js';

export const handler = createWorkerHandler(relayHandler());
