/**
 * Turns what a function prints into log lines in Lambda's format, inside a sandbox.
 * Text: `TIME <tab> REQUEST-ID <tab> LEVEL <tab> MESSAGE`. JSON: one object per call of the console.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
 *
 * What is written to stdout or stderr without the console stays as it is, one line at a time.
 */
import { format } from 'node:util';
import { type LogLevel, type LogSettings, logLevels } from './definition.js';
import { failureOf } from './failure.js';

/** Where a finished line goes; `level` is absent for raw output. */
export type WriteLine = (line: string, level: LogLevel | undefined) => void;

const methods = [
  ['trace', 'TRACE'],
  ['debug', 'DEBUG'],
  ['log', 'INFO'],
  ['info', 'INFO'],
  ['warn', 'WARN'],
  ['error', 'ERROR'],
] as const;

/** Redirects the console and the standard streams of this thread. @param requestId of the running call, when there is one */
export function captureConsole(settings: LogSettings, requestId: () => string | undefined, write: WriteLine): void {
  for (const [method, level] of methods) {
    console[method] = (...values: unknown[]) => {
      const line = settings.format === 'JSON' ? jsonLine(level, requestId(), values) : textLine(level, requestId(), values);
      if (settings.format === 'Text' || logLevels.indexOf(level) >= logLevels.indexOf(settings.level)) write(line, level);
    };
  }
  process.stdout.write = rawWriter(write);
  process.stderr.write = rawWriter(write);
}

function textLine(level: LogLevel, requestId: string | undefined, values: readonly unknown[]): string {
  return `${new Date().toISOString()}\t${requestId ?? 'undefined'}\t${level}\t${format(...values)}`;
}

function jsonLine(level: LogLevel, requestId: string | undefined, values: readonly unknown[]): string {
  const head = { timestamp: new Date().toISOString(), level, requestId };
  const [first] = values;
  if (values.length === 1 && first instanceof Error) {
    const { errorType, errorMessage, trace } = failureOf(first);
    return JSON.stringify({ ...head, message: { errorType, errorMessage, stackTrace: trace?.slice(1).map((step) => step.trim()) } });
  }
  if (values.length === 1 && typeof first === 'object' && first !== null) {
    try {
      return JSON.stringify({ ...head, message: first });
    } catch {
      return JSON.stringify({ ...head, message: format(first) });
    }
  }
  return JSON.stringify({ ...head, message: format(...values) });
}

function rawWriter(write: WriteLine): typeof process.stdout.write {
  return (
    chunk: string | Uint8Array,
    encoding?: BufferEncoding | ((error?: Error | null) => void),
    done?: (error?: Error | null) => void,
  ) => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    for (const line of text.split('\n')) if (line !== '') write(line, undefined);
    const callback = typeof encoding === 'function' ? encoding : done;
    if (callback !== undefined) queueMicrotask(callback);
    return true;
  };
}
