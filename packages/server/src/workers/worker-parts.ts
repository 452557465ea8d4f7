/**
 * What a worker's function holds between invocations. Built once at cold start from the environment, by `createWorkerHandler`; tests build
 * it by hand.
 */

import type { CallFacts, PublishText } from '../execute/function-parts.js';
import { createPublish } from '../execute/publish.js';
import type { Logger } from '../telemetry/logger.js';
import type { WorkerFacts, WorkerImplementation } from './worker-types.js';

export interface WorkerParts {
  readonly implementation: WorkerImplementation;
  /** Clients of `uses` by name. */
  readonly clients: Readonly<Record<string, unknown>>;
  /** Clients of other services, which are told the request id. @default none */
  readonly callers?: (facts: CallFacts) => Readonly<Record<string, unknown>>;
  /** Stores and delivers an event of the service that the worker announces for. @default none */
  readonly publish?: PublishText | undefined;
  readonly now: () => number;
  readonly log: Logger;
}

/** `ctx` of one invocation. */
export function workerContext({ implementation, clients, callers, publish, now, log }: WorkerParts, requestId: string): WorkerFacts {
  const { announces } = implementation.declaration;
  return {
    ...clients,
    ...callers?.({ user: null, requestId }),
    ...(announces && publish ? { publish: createPublish(announces, publish) } : {}),
    requestId,
    now,
    log,
  };
}
