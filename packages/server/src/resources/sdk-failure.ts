/** What an AWS SDK client's error says: whether the same request may succeed later, or was denied. `backend-failure.ts` makes it a GatewayError. */

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
