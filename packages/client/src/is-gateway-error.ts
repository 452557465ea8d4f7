/**
 * Tells errors apart by type: whether something thrown is the gateway's, and whether it is one that a procedure declares.
 */

import { type ClientErrorCode, type ErrorCode, GatewayError } from '@org/gateway-core/errors';
import type { DeclaredGatewayError, PlainGatewayError, ProcedureReference } from './client-types.js';

/**
 * Whether an error is a GatewayError. With a procedure and the name of one of its declared errors, whether it is that one:
 * `if (isGatewayError(error, gateway.documents.get, 'NOT_FOUND')) error.data.id`. An error of another procedure is not, and neither
 * is one with the same code that the contract does not declare, such as the NOT_FOUND of an unknown path. With a code alone, whether it is
 * such an undeclared one: `isGatewayError(error, 'TOO_MANY_REQUESTS')`.
 */
export function isGatewayError(error: unknown): error is GatewayError;
export function isGatewayError<TCode extends ErrorCode | ClientErrorCode>(error: unknown, code: TCode): error is PlainGatewayError<TCode>;
export function isGatewayError<TErrors, TName extends keyof TErrors>(
  error: unknown,
  procedure: ProcedureReference<TErrors>,
  name: TName,
): error is DeclaredGatewayError<TName, TErrors[TName]>;
export function isGatewayError(error: unknown, about?: ProcedureReference<unknown> | string, name?: unknown): boolean {
  if (!(error instanceof GatewayError)) return false;
  if (typeof about === 'string') return error.code === about && error.error === undefined;
  return !about || (error.path === about.path && error.error === name);
}
