/**
 * Structured logs: one JSON object a line on stdout, which Lambda hands to CloudWatch. No dependency, no buffering.
 */

type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  /** `cause` is written with its stack; nothing of it goes to the caller. */
  error(message: string, fields?: LogFields & { readonly cause?: unknown }): void;
}

/** A logger whose every line carries `fields`; `write` gets the finished line. */
export function createLogger(fields: LogFields, write: (line: string) => void = (line) => process.stdout.write(`${line}\n`)): Logger {
  const line = (level: string, message: string, more: LogFields = {}) => {
    const { cause, ...rest } = more;
    const entry = { level, message, ...fields, ...rest, ...(cause === undefined ? {} : { cause: describeCause(cause) }) };
    write(textOf(entry) ?? JSON.stringify({ level, message, unwritable: Object.keys(entry) }));
  };
  return {
    info: (message, more) => line('INFO', message, more),
    warn: (message, more) => line('WARN', message, more),
    error: (message, more) => line('ERROR', message, more),
  };
}

/** Undefined for fields that JSON cannot carry; a log line never fails the call that writes it. */
function textOf(entry: object): string | undefined {
  try {
    return JSON.stringify(entry, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  } catch {
    return undefined;
  }
}

/** Causes of causes that are written; a chain may lead back to its beginning. */
const MAX_CAUSES = 5;

function describeCause(cause: unknown, depth = 1): unknown {
  if (!(cause instanceof Error)) return typeof cause === 'object' ? Object.prototype.toString.call(cause) : String(cause);
  return {
    name: cause.name,
    message: cause.message,
    stack: cause.stack,
    ...(cause.cause === undefined || depth >= MAX_CAUSES ? {} : { cause: describeCause(cause.cause, depth + 1) }),
  };
}
