/**
 * `ctx` of the files service, for the functions behind its handlers.
 */

import type { files } from '@org/gateway-contract';
import type { HandlerContext } from '@org/gateway-server';
import type { filesService } from './service.js';

export type FilesContext = HandlerContext<typeof files, (typeof filesService)['uses']>;
