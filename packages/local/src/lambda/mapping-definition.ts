/**
 * Reads an `AWS::Lambda::EventSourceMapping` on a DynamoDB stream; those on queues are read in queue-mapping-definition.ts.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html
 *
 * Mappings on other sources are not run: they are reported. `ParallelizationFactor` is read as 1 and tumbling windows are
 * left out, both of which keep the order of records.
 */
import type { Report, ResolvedResource, ResolvedStack } from '../parts.js';
import { compilePattern, type EventPattern } from './event-pattern.js';

/** A mapping as it is run. */
export interface StreamMappingDefinition {
  /** The UUID of the mapping, the same in every run of one template. */
  readonly id: string;
  readonly functionName: string;
  readonly streamArn: string;
  readonly batchSize: number;
  readonly batchingWindowMs: number;
  readonly startingPosition: 'LATEST' | 'TRIM_HORIZON';
  /** A record that matches any of them is delivered; with none, every record is. */
  readonly patterns: readonly EventPattern[];
  readonly reportsItemFailures: boolean;
  readonly bisects: boolean;
  /** `Infinity` for -1. */
  readonly maxRetries: number;
  /** `Infinity` for -1. */
  readonly maxAgeMs: number;
  readonly onFailure?: string;
}

/** The mappings of all stacks that can run, with a report about those that cannot. */
export function readMappings(stacks: readonly ResolvedStack[], report: Report): StreamMappingDefinition[] {
  return enabledMappings(stacks).flatMap((resource) => {
    const properties = resource.properties as MappingProperties;
    if (isQueueArn(properties.EventSourceArn)) return [];
    if (!/^arn:aws:dynamodb:.*\/stream\//.test(properties.EventSourceArn ?? '')) {
      const message = `${resource.logicalId} is not running: got event source ${String(properties.EventSourceArn)}, expected a DynamoDB stream or an SQS queue`;
      report({ level: 'warn', part: 'lambda', message });
      return [];
    }
    return [readMapping(resource, properties, report)];
  });
}

/** The mappings that are switched on, whatever their source. */
export function enabledMappings(stacks: readonly ResolvedStack[]): readonly ResolvedResource[] {
  const resources = stacks.flatMap((stack) => stack.resources).filter(({ type }) => type === 'AWS::Lambda::EventSourceMapping');
  return resources.filter(({ properties }) => String(properties.Enabled ?? true) !== 'false');
}

export function isQueueArn(arn: string | undefined): boolean {
  return arn?.split(':')[2] === 'sqs';
}

/** What mappings on every source have. */
export interface MappingProperties {
  readonly Enabled?: boolean | string;
  readonly EventSourceArn?: string;
  readonly FunctionName?: string;
  readonly BatchSize?: number | string;
  readonly MaximumBatchingWindowInSeconds?: number | string;
  readonly StartingPosition?: string;
  readonly FilterCriteria?: { readonly Filters?: readonly { readonly Pattern?: unknown }[] };
  readonly FunctionResponseTypes?: readonly string[];
  readonly BisectBatchOnFunctionError?: boolean | string;
  readonly MaximumRetryAttempts?: number | string;
  readonly MaximumRecordAgeInSeconds?: number | string;
  readonly DestinationConfig?: { readonly OnFailure?: { readonly Destination?: string } };
}

/** The filters of a mapping, with a report about those that never match. */
export function readPatterns({ logicalId }: ResolvedResource, properties: MappingProperties, report: Report): readonly EventPattern[] {
  const patterns = (properties.FilterCriteria?.Filters ?? []).map((filter) => compilePattern(filter.Pattern ?? {}));
  for (const warning of patterns.flatMap((pattern) => pattern.warnings)) {
    report({ level: 'warn', part: 'lambda', message: `${logicalId}: ${warning}` });
  }
  return patterns;
}

function readMapping(resource: ResolvedResource, properties: MappingProperties, report: Report): StreamMappingDefinition {
  const patterns = readPatterns(resource, properties, report);
  const onFailure = properties.DestinationConfig?.OnFailure?.Destination;
  return {
    id: resource.physicalId,
    functionName: properties.FunctionName ?? '',
    streamArn: properties.EventSourceArn ?? '',
    batchSize: Number(properties.BatchSize ?? 100),
    batchingWindowMs: Number(properties.MaximumBatchingWindowInSeconds ?? 0) * 1000,
    startingPosition: properties.StartingPosition === 'TRIM_HORIZON' ? 'TRIM_HORIZON' : 'LATEST',
    patterns,
    reportsItemFailures: properties.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
    bisects: String(properties.BisectBatchOnFunctionError ?? false) === 'true',
    maxRetries: unlimited(properties.MaximumRetryAttempts, 1),
    maxAgeMs: unlimited(properties.MaximumRecordAgeInSeconds, 1000),
    ...(onFailure === undefined ? {} : { onFailure }),
  };
}

function unlimited(value: number | string | undefined, factor: number): number {
  return Number(value ?? -1) < 0 ? Number.POSITIVE_INFINITY : Number(value) * factor;
}
