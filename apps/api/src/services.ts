/**
 * Every service and worker that is deployed. Data only: infra reads it, handlers are bundled by path (`{name}/main.ts`).
 */

import type { AnyServiceDeclaration, AnyWorkerDeclaration } from '@org/gateway-server/service';
import { accountService } from './account/service.js';
import { activityWorker } from './activity/service.js';
import { answersService } from './answers/service.js';
import { chatService } from './chat/service.js';
import { documentsService } from './documents/service.js';
import { eventsService } from './events/service.js';
import { fileActivityWorker } from './fileActivity/service.js';
import { filesService } from './files/service.js';
import { graphService } from './graph/service.js';
import { indexerWorker } from './indexer/service.js';
import { indexingService } from './indexing/service.js';
import { inferenceService } from './inference/service.js';
import { labellerWorker } from './labeller/service.js';
import { libraryWorker } from './library/service.js';
import { operationsService } from './operations/service.js';
import { rebuilderWorker } from './rebuilder/service.js';
import { relayWorker } from './relay/service.js';
import { searchService } from './search/service.js';
import { systemService } from './system/service.js';

export const services: readonly AnyServiceDeclaration[] = [
  accountService,
  answersService,
  chatService,
  documentsService,
  eventsService,
  filesService,
  graphService,
  indexingService,
  inferenceService,
  operationsService,
  searchService,
  systemService,
];

export const workers: readonly AnyWorkerDeclaration[] = [
  activityWorker,
  fileActivityWorker,
  indexerWorker,
  labellerWorker,
  libraryWorker,
  rebuilderWorker,
  relayWorker,
];
