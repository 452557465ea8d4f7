/**
 * Starts the event source mappings of an assembly, on the streams of tables and on queues. One whose function's role may not read its source
 * does not run, and is reported: AWS would not have made it.
 */
import { join } from 'node:path';
import { dataParts } from './data-folder.js';
import type { FaultBoard } from './faults/board.js';
import type { Authorize } from './iam/authorize.js';
import { checkMappingRights, type MappingToCheck, missingRightsMessage } from './iam/mapping-rights.js';
import { fileCheckpoints, memoryCheckpoints } from './lambda/checkpoints.js';
import type { Destinations } from './lambda/destinations.js';
import type { LambdaHost } from './lambda/host.js';
import { readMappings } from './lambda/mapping-definition.js';
import { startQueueMapping } from './lambda/queue-mapping.js';
import { readQueueMappings } from './lambda/queue-mapping-definition.js';
import type { RunningMapping } from './lambda/running-mapping.js';
import { startStreamMapping } from './lambda/stream-mapping.js';
import type { Clock, Principal, Report, ResolvedStack, StreamSource } from './parts.js';
import type { Neighbours } from './services/neighbours.js';

export interface EventSourcesOptions {
  /** With local URLs. */
  readonly stacks: readonly ResolvedStack[];
  readonly lambda: LambdaHost;
  readonly authorize: Authorize;
  readonly principalOf: (functionName: string) => Principal;
  readonly streams: StreamSource;
  readonly neighbours: Neighbours;
  readonly destinations: Destinations;
  readonly clock: Clock;
  readonly report: Report;
  readonly faults: FaultBoard;
  /** Where positions in streams are kept. @default memory */
  readonly dataDir?: string;
  /** URL of the endpoint that keeps the streams: their sequence numbers are others, so positions in them are kept apart. @default the stage */
  readonly streamsAt?: string;
  /** Gets every mapping that was started, also when a later one cannot start. */
  readonly mappings: RunningMapping[];
}

/** @throws StageError `TEMPLATE_INVALID` for a mapping that AWS would not deploy */
export async function openEventSources(options: EventSourcesOptions): Promise<void> {
  await openStreams(options);
  openQueues(options);
}

async function openStreams(options: EventSourcesOptions): Promise<void> {
  const { stacks, lambda, streams: source, destinations, clock, report, faults, dataDir, streamsAt, mappings } = options;
  const checkpoints = dataDir === undefined ? memoryCheckpoints() : fileCheckpoints(checkpointFolder(dataDir, streamsAt));
  for (const mapping of readMappings(stacks, report)) {
    const { functionName, streamArn, onFailure } = mapping;
    if (!mayRun(options, { functionName, eventSourceArn: streamArn, ...(onFailure === undefined ? {} : { onFailureArn: onFailure }) }))
      continue;
    const functionArn = lambda.arnOf(functionName) ?? functionName;
    const { invoke } = lambda;
    mappings.push(await startStreamMapping({ mapping, source, invoke, functionArn, destinations, checkpoints, clock, report, faults }));
  }
}

function checkpointFolder(dataDir: string, streamsAt: string | undefined): string {
  const own = join(dataDir, dataParts.checkpoints);
  return streamsAt === undefined ? own : join(own, streamsAt.replace(/[^\w.]+/g, '-'));
}

function openQueues(options: EventSourcesOptions): void {
  const { stacks, lambda, principalOf, neighbours, clock, report, mappings } = options;
  for (const mapping of readQueueMappings(stacks, report)) {
    const { functionName, queueArn } = mapping;
    const { queues } = neighbours;
    if (queues?.has(queueArn) !== true) {
      const message = `event source of ${functionName} is not running: there is no queue ${queueArn} here`;
      report({ level: 'warn', part: 'lambda', message });
    } else if (mayRun(options, { functionName, eventSourceArn: queueArn })) {
      const caller = { principal: principalOf(functionName) };
      mappings.push(startQueueMapping({ mapping, queues, caller, invoke: lambda.invoke, clock, report }));
    }
  }
}

/** Whether the function's role may read the source; if not, it is reported. */
function mayRun(
  { authorize, principalOf, report }: EventSourcesOptions,
  { functionName, ...mapping }: Omit<MappingToCheck, 'principal'> & { readonly functionName: string },
): boolean {
  const asked = { ...mapping, principal: principalOf(functionName) };
  const missing = checkMappingRights(authorize, asked);
  if (missing.length === 0) return true;
  report({ level: 'error', part: 'lambda', message: missingRightsMessage(functionName, asked, missing), detail: { missing } });
  return false;
}
