/**
 * What browsers may send and read, for the preflights that API Gateway answers. `Access-Control-Allow-Headers: *` does not cover
 * `Authorization` (Fetch standard, "CORS-unsafe request-header names"), and older browsers know no `*` at all: so every header that our
 * SDK, stock tRPC clients or tracing libraries send stands here by name, before the `*` for all others.
 *
 * The answers to the real requests get their headers from the functions; those of API Gateway itself from `gateway-responses.ts`.
 */

import { Duration } from 'aws-cdk-lib';
import type { CorsOptions } from 'aws-cdk-lib/aws-apigateway';
import type { StageSettings } from '../settings-schema.js';

/** Request headers by name. */
export const ALLOWED_HEADERS = [
  'Authorization',
  'Content-Type',
  'Accept',
  'Idempotency-Key',
  'Trpc-Accept',
  'Traceparent',
  'Tracestate',
  'X-Amzn-Trace-Id',
  'X-Api-Key',
  'X-Deadline-Ms',
  'X-Idempotency-Key',
  'X-Request-Id',
  'X-Trpc-Source',
  '*',
] as const;

export const ALLOWED_METHODS = ['GET', 'POST', 'DELETE', 'HEAD', 'OPTIONS'] as const;

/** Response headers that pages may read besides the safelisted ones. */
export const EXPOSED_HEADERS = ['X-Request-Id', 'Retry-After', 'Allow', 'X-Amzn-RequestId'] as const;

/** Ten days; browsers cap it (Chromium at two hours, Firefox at one day). */
const MAX_AGE = Duration.days(10);

/** CDK's preflight options of a stage. With several origins CDK answers with the one that asked. */
export function preflightOptions({ allowedOrigins }: StageSettings): CorsOptions {
  return {
    allowOrigins: [...allowedOrigins],
    allowHeaders: [...ALLOWED_HEADERS],
    allowMethods: [...ALLOWED_METHODS],
    exposeHeaders: [...EXPOSED_HEADERS],
    maxAge: MAX_AGE,
  };
}

/**
 * `access-control-allow-origin` of the answers API Gateway makes itself. They are fixed texts and cannot choose from a list, so with
 * several origins it is `*`: the answers hold an error code and a request id, and never credentials.
 */
export function gatewayResponseOrigin({ allowedOrigins }: StageSettings): string {
  const [origin, ...others] = allowedOrigins;
  return origin !== undefined && others.length === 0 ? origin : '*';
}
