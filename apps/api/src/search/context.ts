/**
 * `ctx` of the search service, for the functions behind its handlers.
 */

import type { search } from '@org/gateway-contract';
import type { HandlerContext } from '@org/gateway-server';
import type { searchService } from './service.js';

export type SearchContext = HandlerContext<typeof search, (typeof searchService)['uses']>;
