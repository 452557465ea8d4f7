/**
 * A worker's Lambda handler: everything from the environment, then events of its source. Reading the environment fails the cold start, not
 * the first event.
 */

import { callTimeoutMs } from '../call-timeout.js';
import { type Environment, readWorkerEnvironment, type WorkerEnvironment } from '../env.js';
import { createClients } from '../resources/create-clients.js';
import { type SequencerQueue, sequencerOf } from '../sequencer/sequencer-queue.js';
import { createLogger } from '../telemetry/logger.js';
import { systemClock } from '../websocket/clock.js';
import { newAlphanumericId } from '../websocket/new-id.js';
import { createRealtime } from '../websocket/realtime.js';
import { handleChanges } from './handle-changes.js';
import { type FieldEvent, handleField } from './handle-fields.js';
import { handleBusStream, handleQueue, type QueueEvent } from './handle-messages.js';
import type { StreamEvent } from './stream-event.js';
import type { WorkerParts } from './worker-parts.js';
import type { WorkerImplementation } from './worker-types.js';

/** What a worker is sent: records of a stream or queue, or a field to resolve. */
export type WorkerEvent = StreamEvent | QueueEvent | FieldEvent;

/**
 * What Lambda calls. For records it never rejects: those to try again are its answer. For a field it rejects with what AppSync is to report.
 */
export type WorkerFunction = (event: WorkerEvent, lambda: { readonly awsRequestId: string }) => Promise<unknown>;

const basics = { clock: systemClock, random: Math.random, newId: newAlphanumericId };

/**
 * The handler of a worker's function. `env` is the process's unless a test gives one.
 *
 * @throws Error that lists every variable of the environment that is missing or wrong.
 */
export function createWorkerHandler(implementation: WorkerImplementation, env?: Environment): WorkerFunction {
  const { declaration } = implementation;
  const environment = readWorkerEnvironment(declaration, env);
  const { locationOf, accountOf, region } = environment;
  const sequencer = sequencerOf(environment, basics);
  return workerFunction({
    implementation,
    ...createClients(declaration.uses, {
      owner: declaration.name,
      locationOf,
      accountOf,
      region,
      sequencer,
      callTimeoutMs: callTimeoutMs(declaration),
      ...basics,
    }),
    publish: publishOf(environment, sequencer),
    now: systemClock.now,
    log: createLogger({ worker: declaration.name }),
  });
}

function publishOf({ connectionsTable, topicsTable }: WorkerEnvironment, sequencer: SequencerQueue | undefined): WorkerParts['publish'] {
  if (connectionsTable === undefined || topicsTable === undefined) return undefined;
  return createRealtime({ connectionsTable, topicsTable, sequencer, ...basics }).publish;
}

/** The function of a worker, without reading the environment. */
export function workerFunction(parts: WorkerParts): WorkerFunction {
  const { source } = parts.implementation.declaration;
  return (event, { awsRequestId: requestId }) => {
    switch (source.kind) {
      case 'changes':
        return handleChanges(parts, source, { event: event as StreamEvent, requestId });
      case 'messages':
        return source.resource.transport === 'table'
          ? handleBusStream(parts, source, { event: event as StreamEvent, requestId })
          : handleQueue(parts, source, { event: event as QueueEvent, requestId });
      case 'fields':
        return handleField(parts, { event: event as FieldEvent, requestId });
      default:
        return source satisfies never;
    }
  };
}
