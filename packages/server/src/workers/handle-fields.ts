/**
 * Root fields of a GraphQL API, as AppSync's direct Lambda resolvers ask for them: one event per field, whose result is the field's value.
 * A failure is thrown, which AppSync reports as an error of the field with its message; what is not a GatewayError keeps its text to the log.
 * https://docs.aws.amazon.com/appsync/latest/devguide/direct-lambda-reference.html
 */

import { ERROR_CODES, GatewayError, isErrorCode } from '@org/gateway-core/errors';
import { type WorkerParts, workerContext } from './worker-parts.js';
import type { FieldHandler, WorkerFacts } from './worker-types.js';

/** What is used of AppSync's event. */
export interface FieldEvent {
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly info: { readonly fieldName: string; readonly parentTypeName: string };
}

/**
 * The value of a field.
 *
 * @throws FieldError for AppSync.
 */
export async function handleField(
  parts: WorkerParts,
  { event, requestId }: { readonly event: FieldEvent; readonly requestId: string },
): Promise<unknown> {
  const field = `${event.info.parentTypeName}.${event.info.fieldName}`;
  const handlers = parts.implementation.handler as Readonly<Record<string, FieldHandler<WorkerFacts>>>;
  try {
    const handler = Object.hasOwn(handlers, field) ? handlers[field] : undefined;
    if (!handler) throw new TypeError(`[WORKER] no handler for the field ${field}; the API's resolvers and the worker's source disagree`);
    const value = await handler({ args: event.arguments ?? {}, ctx: workerContext(parts, requestId) });
    if (value instanceof GatewayError) throw value;
    return value ?? null;
  } catch (cause) {
    throw fieldError(cause, { field, requestId }, parts);
  }
}

/** Lambda reports its name as `errorType`: the error's code. */
class FieldError extends Error {
  override readonly name: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = code;
  }
}

function fieldError(cause: unknown, at: { readonly field: string; readonly requestId: string }, { log }: WorkerParts): FieldError {
  if (!(cause instanceof GatewayError) || !isErrorCode(cause.code) || cause.code === 'INTERNAL_SERVER_ERROR') {
    log.error('a field failed', { ...at, cause });
    return new FieldError('INTERNAL_SERVER_ERROR', 'Internal server error');
  }
  if (ERROR_CODES[cause.code].httpStatus >= 500 || cause.code === 'FAILED_DEPENDENCY') log.warn('a field failed', { ...at, cause });
  return new FieldError(cause.code, cause.message);
}
