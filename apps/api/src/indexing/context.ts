/**
 * `ctx` of the indexing service, for the functions behind its handlers.
 */

import type { HandlerContext } from '@org/gateway-server';
import type { indexing } from './procedures.js';
import type { indexingService } from './service.js';

export type IndexingContext = HandlerContext<typeof indexing, (typeof indexingService)['uses']>;
