/**
 * Access log lines from a stage's `AccessLogSetting(s).Format`: every `$context.…` replaced by its value, `-` when there is none.
 * Lines go to the stage's journal instead of CloudWatch Logs.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
 */
import { isRecord } from './properties.js';

const VARIABLE = /\$context((?:\.[A-Za-z][\w-]*)+)/g;

/** One line in the given format. */
export function accessLogLine(format: string, context: Readonly<Record<string, unknown>>): string {
  return format.replace(VARIABLE, (_, path: string) => {
    const value = path
      .slice(1)
      .split('.')
      .reduce<unknown>((owner, name) => (isRecord(owner) && Object.hasOwn(owner, name) ? owner[name] : undefined), context);
    return value === undefined || value === null || isRecord(value) ? '-' : String(value);
  });
}
