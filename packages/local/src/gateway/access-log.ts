/**
 * Access log lines from a stage's `AccessLogSetting(s).Format`: every `$context.…` replaced by its value, `-` when there is none.
 * Lines go to the stage's journal instead of CloudWatch Logs.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
 */
import type { ResolvedResource } from '../parts.js';
import { isRecord, optionalText } from './properties.js';

/** Writes one line from the values of `$context`. */
export type AccessLog = (context: Readonly<Record<string, unknown>>) => string;

const VARIABLE = /\$context((?:\.[A-Za-z][\w-]*)+)/;

/** The access log of a stage, `undefined` when its settings have no `Format`. The format is taken apart once. */
export function readAccessLog(settings: ResolvedResource): AccessLog | undefined {
  const format = optionalText(settings, 'Format');
  if (format === undefined) return undefined;
  // Splitting by a pattern with a group alternates text and group.
  const parts = format.split(VARIABLE).map((part, index) => (index % 2 === 0 ? part : part.slice(1).split('.')));
  return (context) => parts.map((part) => (typeof part === 'string' ? part : valueAt(part, context))).join('');
}

function valueAt(path: readonly string[], context: Readonly<Record<string, unknown>>): string {
  let value: unknown = context;
  for (const name of path) value = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value === undefined || value === null || isRecord(value) ? '-' : String(value);
}
