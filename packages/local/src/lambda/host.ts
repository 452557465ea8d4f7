/**
 * Lambda as the rest of the stage sees it: invoke a function by name or ARN and wait for its answer, or leave an event for it.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 *
 * Who may invoke is not decided here: the wire and the gateways ask the policies. Versions and aliases all run the one code there is.
 */
import { randomUUID } from 'node:crypto';
import type { FaultBoard } from '../faults/board.js';
import { traceRoot } from '../gateway/identifiers.js';
import type { Clock, Credentials, Environment, Invoke, InvokeOptions, InvokeResult, Report } from '../parts.js';
import { AsyncEvents } from './async-events.js';
import type { FunctionDefinition } from './definition.js';
import type { Destinations } from './destinations.js';
import { type Failure, maxRequestBytes, maxResponseBytes, responseTooLarge } from './failure.js';
import { invokeWithFaults } from './faulty-invoke.js';
import { CodeFolders } from './inline-code.js';
import { type LogLine, type LogSink, Pool, type PoolResult } from './pool.js';

export interface LambdaHostOptions {
  readonly functions: readonly FunctionDefinition[];
  readonly environment: Environment;
  readonly credentialsOf: (functionName: string) => Credentials;
  readonly awsUrl: string;
  readonly clock: Clock;
  readonly report: Report;
  /** Where events go that succeed or are given up. @default they are reported only */
  readonly destinations?: Destinations;
  /** @default none */
  readonly faults?: FaultBoard;
  /** Gets every log line of every function, beside the report. */
  readonly logs?: LogSink;
  /** After this an environment that serves nothing ends. @default 300_000 */
  readonly idleMs?: number | undefined;
}

export interface LambdaHost {
  readonly functionNames: readonly string[];
  readonly environment: Environment;
  /** ARN of the function of a name. */
  readonly arnOf: (functionName: string) => string | undefined;
  readonly invoke: Invoke;
  /** `invoke` for a payload that is JSON text already. */
  invokeText(functionName: string, payload: string, options?: InvokeOptions): Promise<InvokeResult>;
  /** Ends every environment of a function that is busy: its calls end with `Runtime.ExitError`. Unknown names are ignored. */
  kill(functionName: string): void;
  /** Starts one sandbox per function, in turn. Functions that fail to load say so when they are called. */
  prewarm(): Promise<void>;
  /** Ends every sandbox and timer. Open calls end with `Runtime.ExitError`, waiting events are dropped. */
  close(): Promise<void>;
}

/** Makes a host; no code is loaded before the first call. */
export function createLambdaHost(options: LambdaHostOptions): LambdaHost {
  const folders = new CodeFolders();
  const log = createLog(options);
  const pools = new Map(
    options.functions.map((definition) => [
      definition.name,
      {
        definition,
        pool: new Pool({
          ...options,
          definition,
          credentials: options.credentialsOf(definition.name),
          taskRoot: () => folders.of(definition),
          log,
        }),
      },
    ]),
  );
  const events = new AsyncEvents(options.clock, options.report, options.destinations);

  const invokeText: LambdaHost['invokeText'] = async (functionName, payload, invokeOptions = {}) => {
    const { invocationType = 'RequestResponse', requestId = randomUUID(), onBytes } = invokeOptions;
    // Every invocation has a trace, whoever made it.
    const { traceId = `${traceRoot(Math.random, options.clock.now())};Sampled=0` } = invokeOptions;
    const call = { requestId, traceId };
    const target = pools.get(nameOf(functionName));
    if (target === undefined) return notFound(functionName, options.environment);
    const { definition, pool } = target;
    const { faults, clock } = options;
    const runOnce = (isHeard: boolean): Promise<PoolResult> =>
      pool.invoke(payload, { ...call, onBytes: onBytes && ((bytes) => isHeard && onBytes(bytes)) });
    const work = { definition, payload, requestId, clock, run: runOnce };
    const run = (): Promise<PoolResult> => (faults === undefined ? runOnce(true) : invokeWithFaults(faults, work));
    const maxBytes = maxRequestBytes[invocationType];
    if (Buffer.byteLength(payload) > maxBytes) return requestTooLarge(maxBytes);
    if (invocationType === 'Event') {
      events.add({ definition, requestId, payload, run });
      return { statusCode: 202, payload: '' };
    }
    const result = toResult(await run());
    if (onBytes === undefined || result.functionError !== undefined) return result;
    if (result.payload !== '') onBytes(Buffer.from(result.payload));
    return { ...result, payload: '' };
  };

  return {
    functionNames: [...pools.keys()],
    environment: options.environment,
    arnOf: (functionName) => pools.get(functionName)?.definition.arn,
    invokeText,
    invoke: (functionName, payload, invokeOptions) => invokeText(functionName, JSON.stringify(payload) ?? 'null', invokeOptions),
    kill: (functionName) => pools.get(nameOf(functionName))?.pool.kill(),
    async prewarm() {
      for (const { pool } of pools.values()) await pool.prewarm();
    },
    async close() {
      events.close();
      await Promise.all([...pools.values()].map(({ pool }) => pool.close()));
      await folders.close();
    },
  };
}

/** A name, `ACCOUNT:function:NAME` or an ARN, each with or without a qualifier. */
function nameOf(functionName: string): string {
  const parts = functionName.split(':');
  const marker = parts.indexOf('function');
  return (marker < 0 ? parts[0] : parts[marker + 1]) ?? functionName;
}

function toResult(result: PoolResult): InvokeResult {
  switch (result.kind) {
    case 'answered':
      return Buffer.byteLength(result.payload) > maxResponseBytes
        ? failed(responseTooLarge(), 'ResponseTooLarge')
        : { statusCode: 200, payload: result.payload };
    case 'failed':
      return failed(result.failure, 'Unhandled');
    case 'throttled':
      return {
        statusCode: 429,
        functionError: 'Throttled',
        payload: JSON.stringify({ Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded', Type: 'User', message: 'Rate Exceeded.' }),
      };
    default:
      return result satisfies never;
  }
}

function failed(failure: Failure, functionError: 'Unhandled' | 'ResponseTooLarge'): InvokeResult {
  return { statusCode: 200, functionError, payload: JSON.stringify(failure) };
}

function notFound(functionName: string, { partition, region, accountId }: Environment): InvokeResult {
  const arn = functionName.startsWith('arn:')
    ? functionName
    : `arn:${partition}:lambda:${region}:${accountId}:function:${nameOf(functionName)}`;
  return { statusCode: 404, functionError: 'NotFound', payload: JSON.stringify({ Type: 'User', message: `Function not found: ${arn}` }) };
}

function requestTooLarge(maxBytes: number): InvokeResult {
  const message = `Request must be smaller than ${maxBytes} bytes for the InvokeFunction operation`;
  return { statusCode: 413, functionError: 'RequestTooLarge', payload: JSON.stringify({ Type: 'User', message }) };
}

/** One sink for all: the journal of the stage, and whoever reads whole logs. */
function createLog({ report, logs }: LambdaHostOptions): LogSink {
  return (line: LogLine) => {
    logs?.(line);
    const level = line.level === 'ERROR' || line.level === 'FATAL' ? 'error' : line.level === 'WARN' ? 'warn' : 'info';
    const { functionName, requestId, source, logStreamName } = line;
    report({ level, part: 'lambda', message: line.line, detail: { functionName, requestId, source, logStreamName } });
  };
}
