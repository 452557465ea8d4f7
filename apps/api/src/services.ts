/**
 * Every service that is deployed. Data only: infra reads it, handlers are bundled by path (`{service}/main.ts`).
 */

import type { AnyServiceDeclaration } from '@org/gateway-server/service';
import { documentsService } from './documents/service.js';
import { filesService } from './files/service.js';
import { systemService } from './system/service.js';

export const services: readonly AnyServiceDeclaration[] = [documentsService, filesService, systemService];
