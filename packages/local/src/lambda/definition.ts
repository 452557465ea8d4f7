/**
 * Reads an `AWS::Lambda::Function` of a resolved stack into what the stage needs to run it.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
 *
 * Only Node.js runtimes with code in a folder (or inline) run here. Layers, VPCs, file systems and images are not read.
 */
import { statSync } from 'node:fs';
import type { Environment, ResolvedResource, ResolvedStack } from '../parts.js';
import { StageError } from '../stage-error.js';

/** A function as the pool runs it. */
export interface FunctionDefinition {
  readonly name: string;
  readonly arn: string;
  /** ARN of the execution role, as the template gives it. */
  readonly roleArn: string;
  readonly runtime: string;
  /** `FILE.EXPORT` below the code folder. */
  readonly handler: string;
  readonly code: FunctionCode;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** `undefined`: only the pool's own limit holds. `0`: every call is throttled. */
  readonly reservedConcurrency?: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly logging: LogSettings;
  readonly logGroup: string;
  readonly retry: AsyncRetry;
}

/** Where the code lies, or why it cannot run: that is only said when the function is called. */
export type FunctionCode =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'inline'; readonly source: string }
  | { readonly kind: 'unsupported'; readonly reason: string };

export interface LogSettings {
  readonly format: 'Text' | 'JSON';
  /** Lines below this level are dropped; for `JSON` only. */
  readonly level: LogLevel;
}

export const logLevels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
export type LogLevel = (typeof logLevels)[number];

/** How a failed asynchronous call is repeated: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
export interface AsyncRetry {
  /** @default 2 */
  readonly maxRetries: number;
  /** @default 21_600_000 (six hours) */
  readonly maxAgeMs: number;
  /** Where the record of an event goes after its last try, if anywhere. */
  readonly onFailure?: string;
  /** Where the record of an event goes that was processed. */
  readonly onSuccess?: string;
  /** Where the event itself goes after its last try. */
  readonly deadLetterArn?: string;
}

/**
 * The functions of all stacks.
 *
 * @throws StageError `TEMPLATE_INVALID` when two functions have one name
 */
export function readFunctions(stacks: readonly ResolvedStack[], environment: Environment): FunctionDefinition[] {
  const resources = stacks.flatMap((stack) => stack.resources);
  const invokeConfigs = resources.filter(({ type }) => type === 'AWS::Lambda::EventInvokeConfig');
  const functions = resources.filter(({ type }) => type === 'AWS::Lambda::Function');
  for (const [index, { physicalId, logicalId }] of functions.entries()) {
    const other = functions.slice(index + 1).find((candidate) => candidate.physicalId === physicalId);
    if (other === undefined) continue;
    throw new StageError('TEMPLATE_INVALID', `${logicalId} and ${other.logicalId} are both named ${physicalId}; leave functionName out`);
  }
  return functions.map((resource) => {
    const stack = stacks.find((candidate) => candidate.resources.includes(resource));
    return readFunction(resource, stack?.environment ?? environment, invokeConfigs);
  });
}

function readFunction(
  resource: ResolvedResource,
  environment: Environment,
  invokeConfigs: readonly ResolvedResource[],
): FunctionDefinition {
  const properties = resource.properties as FunctionProperties;
  const name = resource.physicalId;
  const runtime = properties.Runtime ?? 'unknown';
  const reserved = properties.ReservedConcurrentExecutions;
  return {
    name,
    arn: `arn:${environment.partition}:lambda:${environment.region}:${environment.accountId}:function:${name}`,
    roleArn: properties.Role ?? '',
    runtime,
    handler: properties.Handler ?? 'index.handler',
    code: readCode(resource, properties, runtime),
    timeoutMs: Number(properties.Timeout ?? 3) * 1000,
    memoryMb: Number(properties.MemorySize ?? 128),
    ...(reserved === undefined ? {} : { reservedConcurrency: Number(reserved) }),
    variables: textValues(properties.Environment?.Variables ?? {}),
    logging: {
      format: properties.LoggingConfig?.LogFormat === 'JSON' ? 'JSON' : 'Text',
      level: properties.LoggingConfig?.ApplicationLogLevel ?? 'INFO',
    },
    logGroup: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
    retry: readRetry(
      invokeConfigs.find((config) => config.properties.FunctionName === name),
      properties,
    ),
  };
}

interface FunctionProperties {
  readonly Runtime?: string;
  readonly Handler?: string;
  readonly Role?: string;
  readonly Timeout?: number | string;
  readonly MemorySize?: number | string;
  readonly ReservedConcurrentExecutions?: number | string;
  readonly Environment?: { readonly Variables?: Readonly<Record<string, unknown>> };
  readonly LoggingConfig?: { readonly LogFormat?: string; readonly ApplicationLogLevel?: LogLevel; readonly LogGroup?: string };
  readonly DeadLetterConfig?: { readonly TargetArn?: string };
  readonly PackageType?: string;
  readonly Code?: { readonly ZipFile?: string; readonly ImageUri?: string };
}

function readCode(resource: ResolvedResource, properties: FunctionProperties, runtime: string): FunctionCode {
  if (properties.PackageType === 'Image' || properties.Code?.ImageUri !== undefined) {
    return { kind: 'unsupported', reason: 'its code is a container image; only Node.js functions with a code folder run here' };
  }
  if (!runtime.startsWith('nodejs')) {
    return { kind: 'unsupported', reason: `its runtime is ${runtime}; only Node.js functions (nodejs20.x and later) run here` };
  }
  if (properties.Code?.ZipFile !== undefined) return { kind: 'inline', source: properties.Code.ZipFile };
  const path = resource.metadata['aws:asset:path'];
  if (typeof path !== 'string') return { kind: 'unsupported', reason: 'the assembly has no asset for its code; synthesize again' };
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return { kind: 'unsupported', reason: `its asset ${path} is no folder; use Code.fromAsset with a folder and synthesize again` };
  }
  return { kind: 'directory', path };
}

function readRetry(config: ResolvedResource | undefined, properties: FunctionProperties): AsyncRetry {
  const invoke = (config?.properties ?? {}) as {
    MaximumRetryAttempts?: number;
    MaximumEventAgeInSeconds?: number;
    DestinationConfig?: { OnFailure?: { Destination?: string }; OnSuccess?: { Destination?: string } };
  };
  const onFailure = invoke.DestinationConfig?.OnFailure?.Destination;
  const onSuccess = invoke.DestinationConfig?.OnSuccess?.Destination;
  const deadLetterArn = properties.DeadLetterConfig?.TargetArn;
  return {
    maxRetries: Number(invoke.MaximumRetryAttempts ?? 2),
    maxAgeMs: Number(invoke.MaximumEventAgeInSeconds ?? 21_600) * 1000,
    ...(onFailure === undefined ? {} : { onFailure }),
    ...(onSuccess === undefined ? {} : { onSuccess }),
    ...(deadLetterArn === undefined ? {} : { deadLetterArn }),
  };
}

function textValues(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
}
