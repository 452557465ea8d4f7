/**
 * What a failed request to a backend means to the caller of a procedure. Messages of SERVICE_UNAVAILABLE, TIMEOUT and FAILED_DEPENDENCY are
 * sent, so they name the declared resource and nothing else: no id, no host, no payload; of tables and buckets not even that. What happened
 * exactly is the cause, which is only logged. INTERNAL_SERVER_ERROR is never sent: its message says what to repair.
 */

import { type ErrorCode, GatewayError } from '@org/gateway-core/errors';
import type { ResourceDeclaration } from '../service/grant.js';
import { isDenied, mayPass, sdkErrorName } from './sdk-failure.js';

/** A request that failed, with its IAM action for the log. */
export interface BackendRequest {
  readonly resource: ResourceDeclaration;
  /** As it is deployed. */
  readonly physicalName: string;
  /** What a service declares to be allowed it: `get`, `presignPut`. */
  readonly operation: string;
  /** IAM action: `dynamodb:GetItem`. */
  readonly action: string;
}

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
  return new GatewayError('INTERNAL_SERVER_ERROR', `${describe(request)} was denied: ${remedy(request)}`, { cause });
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

const HIDDEN = new Set(['get', 'getRange', 'head']);

/**
 * The line that would have allowed it. S3 hides whether an object exists from a role that may not list the bucket: the same 403 then means
 * "no such object".
 */
function remedy({ resource, operation }: BackendRequest): string {
  const declared = resource.kind === 'function' ? `serviceFunction(${resource.service})` : resource.name;
  const line = `add '${operation}' to ${declared}.allow(…) in the service's \`uses\` and deploy`;
  const hidden = resource.kind === 'bucket' && HIDDEN.has(operation);
  return hidden ? `${line}; if it is there, the object does not exist and the role lacks s3:ListBucket on the bucket` : line;
}

function sent(code: ErrorCode, resource: ResourceDeclaration, what: string, cause: unknown): GatewayError {
  return new GatewayError(code, `[${code}] ${nounOf(resource)} ${what}`, { cause });
}

/** What callers may know of a resource. */
function nounOf(resource: ResourceDeclaration): string {
  switch (resource.kind) {
    case 'table':
    case 'bucket':
    case 'topics':
      return 'storage';
    case 'function':
      return `service ${resource.service}`;
    case 'index':
      return `search index ${resource.name}`;
    case 'answers':
      return `store of answers ${resource.name}`;
    case 'bus':
      return `message bus ${resource.name}`;
    case 'model':
    case 'graph':
    case 'presence':
    case 'sessions':
      return `${resource.kind} ${resource.name}`;
    default:
      return resource satisfies never;
  }
}
