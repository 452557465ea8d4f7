/**
 * Tells errors apart by type: whether something thrown is the gateway's, and whether it is one that a procedure declares.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { DeclaredGatewayError, ProcedureReference } from './client-types.js';

/**
 * Whether an error is a GatewayError; with a procedure and the name of one of its declared errors, whether it is that one:
 * `if (isGatewayError(error, gateway.documents.get, 'NOT_FOUND')) error.data.id`. An error of another procedure is not, and neither
 * is one with the same code that the contract does not declare, such as the NOT_FOUND of an unknown path.
 */
export function isGatewayError(error: unknown): error is GatewayError;
export function isGatewayError<TErrors, TName extends keyof TErrors>(
  error: unknown,
  procedure: ProcedureReference<TErrors>,
  name: TName,
): error is DeclaredGatewayError<TName, TErrors[TName]>;
export function isGatewayError(error: unknown, procedure?: ProcedureReference<unknown>, name?: unknown): boolean {
  return error instanceof GatewayError && (!procedure || (error.path === procedure.path && error.error === name));
}
