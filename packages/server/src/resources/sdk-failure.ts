/**
 * What a failed AWS request means to the caller of a procedure. Throttling, timeouts and a service in trouble may pass:
 * SERVICE_UNAVAILABLE, whose text is sent and so names nothing internal. Everything else is ours to repair: INTERNAL_SERVER_ERROR,
 * whose text is only logged and so says exactly what to change. The SDK's error is kept as `cause`.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { ResourceDeclaration } from '../service/grant.js';

/** The request that failed. */
export interface SdkRequest {
  readonly resource: ResourceDeclaration;
  /** As it is deployed. */
  readonly physicalName: string;
  /** What a service declares to be allowed it: `get`, `presignPut`. */
  readonly operation: string;
  /** IAM action: `dynamodb:GetItem`. */
  readonly action: string;
}

/** What an SDK client rejects with, as far as it is read here. */
export interface SdkError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** The SDK's own list (`@smithy/core`, retry/service-error-classification), with S3's and DynamoDB's names in it. */
const THROTTLING = new Set([
  'BandwidthLimitExceeded',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

const TIMEOUTS = new Set(['AbortError', 'RequestTimeout', 'RequestTimeoutException', 'TimeoutError']);

const NETWORK = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ETIMEDOUT',
]);

/** The GatewayError for a rejected SDK request. */
export function sdkFailure(cause: unknown, request: SdkRequest): GatewayError {
  if (cause instanceof GatewayError) return cause;
  const { resource, physicalName, operation, action } = request;
  const on = `${action} on ${resource.kind} ${resource.name} (${physicalName})`;
  const error = (typeof cause === 'object' && cause !== null ? cause : {}) as SdkError;
  if (mayPass(error))
    return new GatewayError('SERVICE_UNAVAILABLE', `[SERVICE_UNAVAILABLE] ${nounOf(resource)} is busy or out of reach; try again`, {
      cause,
    });
  if (isDenied(error)) return new GatewayError('INTERNAL_SERVER_ERROR', `${on} was denied: ${remedy(resource, operation)}`, { cause });
  return new GatewayError('INTERNAL_SERVER_ERROR', `${on} failed: ${String(cause)}`, { cause });
}

/** What callers may know of a resource. */
function nounOf(resource: ResourceDeclaration): string {
  if (resource.kind === 'table' || resource.kind === 'bucket') return 'storage';
  return resource.kind === 'function' ? `service ${resource.service}` : `${resource.kind} ${resource.name}`;
}

/** What an SDK error is called: `ConditionalCheckFailedException`, `NoSuchKey`. */
export function sdkErrorName(thrown: unknown): string | undefined {
  return thrown instanceof Error ? thrown.name : undefined;
}

/** The network gave no connection, or lost it. */
export function isOutOfReach({ code }: SdkError): boolean {
  return typeof code === 'string' && NETWORK.has(code);
}

/** Throttling, timeouts, a network or a service in trouble: the same request may succeed later. */
export function mayPass(error: SdkError): boolean {
  const { name, $metadata } = error;
  const status = $metadata?.httpStatusCode ?? 0;
  return (
    status === 429 || status >= 500 || (typeof name === 'string' && (THROTTLING.has(name) || TIMEOUTS.has(name))) || isOutOfReach(error)
  );
}

/** Whether IAM refused the request. */
export function isDenied({ name, $metadata }: SdkError): boolean {
  return name === 'AccessDenied' || name === 'AccessDeniedException' || $metadata?.httpStatusCode === 403;
}

/**
 * The line that would have allowed it. S3 hides whether an object exists from a role that may not list the bucket: the same 403 then means
 * "no such object".
 */
export function remedy(resource: ResourceDeclaration, operation: string): string {
  const declared = resource.kind === 'function' ? `serviceFunction(${resource.service})` : resource.name;
  const line = `add '${operation}' to ${declared}.allow(…) in the service's \`uses\` and deploy`;
  const hidden = resource.kind === 'bucket' && HIDDEN.has(operation);
  return hidden ? `${line}; if it is there, the object does not exist and the role lacks s3:ListBucket on the bucket` : line;
}

const HIDDEN = new Set(['get', 'getRange', 'head']);
