/**
 * `ctx` of the documents service, for the functions behind its handlers.
 */

import type { documents } from '@org/gateway-contract';
import type { HandlerContext } from '@org/gateway-server';
import type { documentsService } from './service.js';

export type DocumentsContext = HandlerContext<typeof documents, (typeof documentsService)['uses']>;
