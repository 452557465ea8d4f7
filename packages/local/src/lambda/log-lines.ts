/**
 * The lines that Lambda itself writes around a call: `START`, `END` and `REPORT`, or `platform.start` and `platform.report` in JSON.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
 */
import type { FunctionDefinition } from './definition.js';
import type { Failure } from './failure.js';

export interface CallReport {
  readonly requestId: string;
  readonly durationMs: number;
  /** Of the V8 heap: the memory of a thread cannot be told from that of the process. */
  readonly heapMb: number;
  /** Of the cold start that this call waited for. */
  readonly initMs?: number;
  readonly status: 'success' | 'error' | 'timeout';
}

export function startLine(definition: FunctionDefinition, call: { readonly requestId: string; readonly nowMs: number }): string {
  if (definition.logging.format === 'Text') return `START RequestId: ${call.requestId} Version: $LATEST`;
  return platformLine('platform.start', call.nowMs, { requestId: call.requestId, version: '$LATEST' });
}

/** What Lambda writes when the sandbox ended during a call; in JSON the report says so. */
export function lostLines(
  definition: FunctionDefinition,
  call: { readonly requestId: string; readonly nowMs: number; readonly failure: Failure },
): string[] {
  const { errorType, errorMessage } = call.failure;
  if (definition.logging.format === 'JSON') return [];
  if (errorType !== 'Sandbox.Timedout') return [errorMessage, errorType];
  const sentence = errorMessage.replace(/^RequestId: \S+ Error: /, '');
  return [`${new Date(call.nowMs).toISOString()} ${call.requestId} ${sentence}`];
}

/** One line, or two in text: `END` and `REPORT`. */
export function endLines(definition: FunctionDefinition, call: CallReport & { readonly nowMs: number }): string[] {
  const { requestId, durationMs, initMs, heapMb } = call;
  const billedMs = Math.ceil(durationMs + (initMs ?? 0));
  if (definition.logging.format === 'JSON') {
    const metrics = {
      durationMs: rounded(durationMs),
      billedDurationMs: billedMs,
      memorySizeMB: definition.memoryMb,
      maxMemoryUsedMB: heapMb,
      ...(initMs === undefined ? {} : { initDurationMs: rounded(initMs) }),
    };
    return [platformLine('platform.report', call.nowMs, { requestId, metrics, status: call.status })];
  }
  const fields = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${billedMs} ms`,
    `Memory Size: ${definition.memoryMb} MB`,
    `Max Memory Used: ${heapMb} MB`,
    ...(initMs === undefined ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
    ...(call.status === 'success' ? [] : [`Status: ${call.status}`]),
  ];
  return [`END RequestId: ${requestId}`, fields.join('\t')];
}

function platformLine(type: string, nowMs: number, record: object): string {
  return JSON.stringify({ time: new Date(nowMs).toISOString(), type, record });
}

function rounded(durationMs: number): number {
  return Math.round(durationMs * 1000) / 1000;
}
