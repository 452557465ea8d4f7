/**
 * What a failed request to a backend means to the caller of a procedure. Messages of SERVICE_UNAVAILABLE, TIMEOUT and FAILED_DEPENDENCY are
 * sent, so they name the declared resource and nothing else: no id, no host, no payload. What happened exactly is the cause, which is only
 * logged. INTERNAL_SERVER_ERROR is never sent: its message says what to repair.
 */

import { type ErrorCode, GatewayError } from '@org/gateway-core/errors';
import type { ResourceDeclaration } from '../service/grant.js';
import { isDenied, mayPass, remedy, type SdkRequest, sdkErrorName } from './sdk-failure.js';

/** How a backend is called in messages. */
const NOUNS: Readonly<Record<ResourceDeclaration['kind'], string>> = {
  table: 'table',
  bucket: 'bucket',
  index: 'search index',
  answers: 'store of answers',
  model: 'model',
  graph: 'graph',
  bus: 'message bus',
  function: 'function',
};

/** A request that failed, with its IAM action for the log. */
export type BackendRequest = SdkRequest;

/** The backend is busy or out of reach. */
export function unavailable(resource: ResourceDeclaration, cause: unknown): GatewayError {
  return sent('SERVICE_UNAVAILABLE', resource, 'is busy or out of reach; try again', cause);
}

/** The backend answered with a failure of its own making; `why` is for the log. */
export function failedDependency(resource: ResourceDeclaration, why: string, cause?: unknown): GatewayError {
  const logged = new Error(why, cause === undefined ? {} : { cause });
  return sent('FAILED_DEPENDENCY', resource, 'failed, and so did what needs it', logged);
}

/** The backend took too long. */
export function tookTooLong(resource: ResourceDeclaration, cause: unknown): GatewayError {
  return sent('TIMEOUT', resource, 'took too long to answer; try again', cause);
}

/** The role may not do it: the message, for the log, says what to add where. */
export function denied(request: BackendRequest, cause: unknown): GatewayError {
  const { resource, operation } = request;
  return new GatewayError('INTERNAL_SERVER_ERROR', `${describe(request)} was denied: ${remedy(resource, operation)}`, { cause });
}

/** Anything else is ours to repair. */
export function broken(request: BackendRequest, why: string, cause?: unknown): GatewayError {
  return new GatewayError('INTERNAL_SERVER_ERROR', `${describe(request)} failed: ${why}`, { cause });
}

/**
 * The failure of an AWS SDK call. `missing` are the error names that mean that the backend does not exist (any more): FAILED_DEPENDENCY.
 */
export function backendFailure(cause: unknown, request: BackendRequest, missing: readonly string[] = []): GatewayError {
  if (cause instanceof GatewayError) return cause;
  const error = typeof cause === 'object' && cause !== null ? cause : {};
  const name = sdkErrorName(cause) ?? '';
  if (missing.includes(name)) return failedDependency(request.resource, `${describe(request)} failed: it does not exist`, cause);
  if (mayPass(error)) return unavailable(request.resource, cause);
  return isDenied(error) ? denied(request, cause) : broken(request, String(cause), cause);
}

function describe({ resource, physicalName, action }: BackendRequest): string {
  return `${action} on ${resource.kind} ${resource.name} (${physicalName})`;
}

function sent(code: ErrorCode, resource: ResourceDeclaration, what: string, cause: unknown): GatewayError {
  return new GatewayError(code, `[${code}] ${NOUNS[resource.kind]} ${resource.name} ${what}`, { cause });
}
