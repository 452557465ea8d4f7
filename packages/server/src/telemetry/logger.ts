/**
 * Structured logs: one JSON object a line on stdout, which Lambda hands to CloudWatch. No dependency, no buffering.
 */

export type LogFields = Readonly<Record<string, unknown>>;

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
    write(JSON.stringify({ level, message, ...fields, ...rest, ...(cause === undefined ? {} : { cause: describeCause(cause) }) }));
  };
  return {
    info: (message, more) => line('INFO', message, more),
    warn: (message, more) => line('WARN', message, more),
    error: (message, more) => line('ERROR', message, more),
  };
}

function describeCause(cause: unknown): unknown {
  if (!(cause instanceof Error)) return String(cause);
  return {
    name: cause.name,
    message: cause.message,
    stack: cause.stack,
    ...(cause.cause === undefined ? {} : { cause: describeCause(cause.cause) }),
  };
}
