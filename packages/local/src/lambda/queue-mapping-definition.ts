/**
 * Reads an `AWS::Lambda::EventSourceMapping` on an SQS queue, and refuses what AWS refuses when it makes one.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
import type { Report, ResolvedResource, ResolvedStack } from '../parts.js';
import { StageError } from '../stage-error.js';
import type { EventPattern } from './event-pattern.js';
import { enabledMappings, isQueueArn, type MappingProperties, readPatterns } from './mapping-definition.js';

/** A mapping as it is run. */
export interface QueueMappingDefinition {
  readonly id: string;
  readonly functionName: string;
  readonly queueArn: string;
  readonly batchSize: number;
  readonly batchingWindowMs: number;
  /** A message that matches any of them is delivered, all others are deleted; with none, every message is delivered. */
  readonly patterns: readonly EventPattern[];
  readonly reportsItemFailures: boolean;
  /** Batches at once. */
  readonly maxConcurrency: number;
}

interface QueueMappingProperties extends MappingProperties {
  readonly ScalingConfig?: { readonly MaximumConcurrency?: number | string };
}

/** Lambda starts with five pollers, and more when a queue fills; here five are all, unless the mapping says more. */
const defaultConcurrency = 5;

/**
 * The mappings on queues of all stacks.
 *
 * @throws StageError `TEMPLATE_INVALID` for what AWS would not deploy
 */
export function readQueueMappings(stacks: readonly ResolvedStack[], report: Report): QueueMappingDefinition[] {
  return enabledMappings(stacks)
    .filter(({ properties }) => isQueueArn((properties as QueueMappingProperties).EventSourceArn))
    .map((resource) => {
      const mapping = readMapping(resource, report);
      const problem = problemOf(mapping) ?? visibilityProblem(mapping, stacks);
      if (problem !== undefined) throw new StageError('TEMPLATE_INVALID', `${resource.logicalId}: ${problem}, as on AWS`);
      return mapping;
    });
}

function readMapping(resource: ResolvedResource, report: Report): QueueMappingDefinition {
  const properties = resource.properties as QueueMappingProperties;
  return {
    id: resource.physicalId,
    functionName: properties.FunctionName ?? '',
    queueArn: properties.EventSourceArn ?? '',
    batchSize: Number(properties.BatchSize ?? 10),
    batchingWindowMs: Number(properties.MaximumBatchingWindowInSeconds ?? 0) * 1000,
    patterns: readPatterns(resource, properties, report),
    reportsItemFailures: properties.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
    maxConcurrency: Number(properties.ScalingConfig?.MaximumConcurrency ?? defaultConcurrency),
  };
}

function problemOf({ queueArn, batchSize, batchingWindowMs, maxConcurrency }: QueueMappingDefinition): string | undefined {
  const fifo = queueArn.endsWith('.fifo');
  const largest = fifo ? 10 : 10_000;
  if (batchSize < 1 || batchSize > largest) return `got BatchSize ${batchSize}, expected 1 to ${largest}`;
  if (fifo && batchingWindowMs > 0) return 'got MaximumBatchingWindowInSeconds, which a FIFO queue cannot have';
  if (batchSize > 10 && batchingWindowMs < 1000)
    return `got BatchSize ${batchSize} without MaximumBatchingWindowInSeconds, which needs to be 1 at least`;
  if (maxConcurrency < 2 || maxConcurrency > 1000) return `got MaximumConcurrency ${maxConcurrency}, expected 2 to 1000`;
  return undefined;
}

/** A message that becomes visible while its function still runs would be processed twice. */
function visibilityProblem({ queueArn, functionName }: QueueMappingDefinition, stacks: readonly ResolvedStack[]): string | undefined {
  const resources = stacks.flatMap((stack) => stack.resources);
  const queueName = queueArn.slice(queueArn.lastIndexOf(':') + 1);
  const queue = resources.find(({ type, physicalId }) => type === 'AWS::SQS::Queue' && physicalId.endsWith(`/${queueName}`));
  const named = /:function:([^:]+)/.exec(functionName)?.[1] ?? functionName;
  const called = resources.find(({ type, physicalId }) => type === 'AWS::Lambda::Function' && physicalId === named);
  if (queue === undefined || called === undefined) return undefined;
  const visibility = Number(queue.properties.VisibilityTimeout ?? 30);
  const timeout = Number(called.properties.Timeout ?? 3);
  return visibility < timeout
    ? `Queue visibility timeout: ${visibility} seconds is less than Function timeout: ${timeout} seconds`
    : undefined;
}
