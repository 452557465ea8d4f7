/**
 * Declared errors at run time: the makers a handler is given, and what of such an error is sent. Its data passes its schema as an output
 * does: fields that the contract does not have stay here, and data that does not fit is the service's bug. An error that some other
 * contract declares (another service's, let through by a handler) keeps its code, and loses its name and data and a message that was made
 * of them. PROTOCOL.md P2.8 and P4.1.
 */

import { type AnyProcedure, redacted } from '@org/gateway-core';
import { GatewayError } from '@org/gateway-core/errors';
import type { Logger } from '../telemetry/logger.js';
import { failureOf, type Outcome } from './outcome.js';
import { describeIssues, validate } from './validate.js';

type Makers = Readonly<Record<string, (data: unknown) => GatewayError>>;

const makers = new WeakMap<AnyProcedure, Makers>();

/** What makes the declared errors of a procedure, by name. */
export function errorMakers(procedure: AnyProcedure, path: string): Makers {
  const known = makers.get(procedure);
  if (known) return known;
  const made = Object.fromEntries(
    Object.entries(procedure.errors).map(([name, { code }]) => [
      name,
      (data: unknown) => new GatewayError(code, plainMessage(name, path), { error: name, data }),
    ]),
  );
  makers.set(procedure, made);
  return made;
}

/** The failure behind what a procedure threw, or returned as an error. Never rejects. */
export async function failureOfCall(
  procedure: AnyProcedure,
  thrown: unknown,
  { path, requestId }: { readonly path: string; readonly requestId: string },
  log: Logger,
): Promise<Outcome> {
  try {
    return failureOf(await sendable(procedure, thrown, path), path, requestId, log);
  } catch (cause) {
    return failureOf(cause, path, requestId, log);
  }
}

async function sendable(procedure: AnyProcedure, thrown: unknown, path: string): Promise<unknown> {
  if (!(thrown instanceof GatewayError) || (thrown.error === undefined && thrown.data === undefined)) return thrown;
  const { error = '', code, message, issues } = thrown;
  const declared = Object.hasOwn(procedure.errors, error) ? procedure.errors[error] : undefined;
  if (declared?.code !== code) return new GatewayError(code, foreignMessage(thrown, path), { issues, cause: thrown });
  const result = await validate(declared.data, thrown.data);
  if (result.success)
    return new GatewayError(code, described(message, error, path, redacted(declared.data, result.data)), {
      error,
      data: result.data,
      cause: thrown,
    });
  const why = describeIssues(result.error.issues).text;
  return new GatewayError('INTERNAL_SERVER_ERROR', `data of the declared error ${error} does not fit: ${why}`, { cause: thrown });
}

function plainMessage(name: string, path: string): string {
  return `[${name}] ${path}`;
}

function foreignMessage({ error, code, message }: GatewayError, path: string): string {
  return error !== undefined && message.startsWith(`[${error}] `)
    ? `[${code}] ${path} ended in an error that it does not declare`
    : message;
}

/** A made error's message tells its data, now that it is known what of it may be told. A message of the handler's own stays. */
function described(message: string, name: string, path: string, data: unknown): string {
  return message === plainMessage(name, path) ? `${message}: ${JSON.stringify(data)}` : message;
}
