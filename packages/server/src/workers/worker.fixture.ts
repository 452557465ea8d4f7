/** Workers for tests: their functions without an environment, and records as Lambda hands them over. */

import { createLogger } from '../telemetry/logger.js';
import { type WorkerFunction, workerFunction } from './create-worker-handler.js';
import type { StreamRecord } from './stream-event.js';
import type { WorkerParts } from './worker-parts.js';
import type { WorkerImplementation } from './worker-types.js';

export interface TestWorker {
  readonly logLines: readonly string[];
  /** Sends an event of the request `r1`. */
  send(event: Parameters<WorkerFunction>[0]): Promise<unknown>;
}

export function testWorker(implementation: WorkerImplementation, more: Partial<WorkerParts> = {}): TestWorker {
  const logLines: string[] = [];
  const run = workerFunction({
    implementation,
    clients: {},
    now: () => 1_700_000_000_123,
    log: createLogger({}, (line) => logLines.push(line)),
    ...more,
  });
  return { logLines, send: (event) => run(event, { awsRequestId: 'r1' }) };
}

type Image = Readonly<Record<string, unknown>>;

/** A record of a stream; `images` are the new and the old one. */
export function streamRecord(
  SequenceNumber: string,
  eventName: 'INSERT' | 'MODIFY' | 'REMOVE',
  { Keys, NewImage, OldImage }: { readonly Keys: Image; readonly NewImage?: Image; readonly OldImage?: Image },
): StreamRecord {
  return { eventName, dynamodb: { SequenceNumber, Keys, ...(NewImage ? { NewImage } : {}), ...(OldImage ? { OldImage } : {}) } };
}
