/**
 * The answers that API Gateway makes without asking a function, in the shape of ours (PROTOCOL.md P4.3) and readable across origins.
 * Without this a browser reports every 403, 429 and 504 as a CORS failure, and a stock client as a reply it cannot read.
 *
 * Templates are not VTL here: API Gateway only puts in `$context` variables. Every status is set, because the body repeats it and AWS's
 * own is not always the documented one (INTEGRATION_FAILURE says 504 and answers 500 or 502).
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */

import { ERROR_CODES, type ErrorCode } from '@org/gateway-core/errors';
import { SECURITY_HEADERS } from '@org/gateway-server/service';
import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { StageSettings } from '../settings-schema.js';
import { EXPOSED_HEADERS, gatewayResponseOrigin } from './cors.js';

interface Row {
  readonly code: ErrorCode;
  /** Absent: what API Gateway says, of which only callers who sign their requests can make something. */
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const UNAVAILABLE: Row = { code: 'INTERNAL_SERVER_ERROR', message: 'Internal server error' };

/** Every response type there is (CreateGatewayResponse, responseType) with what it means to a caller. */
const ROWS = {
  /** Like the next two that say what AWS says, only of services for AWS identities: a missing right, keys that are over, a wrong signature. */
  ACCESS_DENIED: { code: 'FORBIDDEN' },
  API_CONFIGURATION_ERROR: UNAVAILABLE,
  AUTHORIZER_CONFIGURATION_ERROR: UNAVAILABLE,
  AUTHORIZER_FAILURE: UNAVAILABLE,
  BAD_REQUEST_BODY: { code: 'BAD_REQUEST', message: 'The request body does not fit' },
  BAD_REQUEST_PARAMETERS: { code: 'BAD_REQUEST', message: 'The request parameters do not fit' },
  DEFAULT_4XX: { code: 'BAD_REQUEST', message: 'Bad request' },
  DEFAULT_5XX: UNAVAILABLE,
  EXPIRED_TOKEN: { code: 'FORBIDDEN' },
  INTEGRATION_FAILURE: { code: 'BAD_GATEWAY', message: 'The service failed to answer' },
  INTEGRATION_TIMEOUT: { code: 'GATEWAY_TIMEOUT', message: 'The service did not answer in time' },
  INVALID_API_KEY: { code: 'FORBIDDEN', message: 'The API key is not valid' },
  INVALID_SIGNATURE: { code: 'FORBIDDEN' },
  /** AWS's 403 for a path or method that does not exist, and for one that asks for a signature where there is none: nobody can tell which. */
  MISSING_AUTHENTICATION_TOKEN: { code: 'NOT_FOUND', message: 'No such path, or one that takes signed requests only' },
  QUOTA_EXCEEDED: { code: 'TOO_MANY_REQUESTS', message: 'The quota is used up' },
  REQUEST_TOO_LARGE: { code: 'PAYLOAD_TOO_LARGE', message: 'The request is too large' },
  RESOURCE_NOT_FOUND: { code: 'NOT_FOUND', message: 'No such path' },
  THROTTLED: { code: 'TOO_MANY_REQUESTS', message: 'Too many requests', headers: { 'Retry-After': '1' } },
  UNAUTHORIZED: { code: 'UNAUTHORIZED', message: 'Sign in first' },
  UNSUPPORTED_MEDIA_TYPE: { code: 'UNSUPPORTED_MEDIA_TYPE', message: 'The media type is not supported' },
  WAF_FILTERED: { code: 'FORBIDDEN', message: 'Not allowed' },
} as const satisfies Readonly<Record<string, Row>>;

/** Adds a response of every type to the API. */
export function addGatewayResponses(api: RestApi, settings: StageSettings): void {
  const cors = {
    'Access-Control-Allow-Origin': gatewayResponseOrigin(settings),
    'Access-Control-Expose-Headers': EXPOSED_HEADERS.join(','),
  };
  for (const [type, row] of Object.entries<Row>(ROWS)) {
    api.addGatewayResponse(type, {
      type: ResponseType.of(type),
      statusCode: String(ERROR_CODES[row.code].httpStatus),
      responseHeaders: quoted({ ...cors, ...SECURITY_HEADERS, 'Cache-Control': 'no-store', ...row.headers }),
      templates: { 'application/json': body(row) },
    });
  }
}

function body({ code, message }: Row): string {
  const { number, httpStatus } = ERROR_CODES[code];
  const text = JSON.stringify({
    error: { message: message ?? MESSAGE, code: number, data: { code, httpStatus, requestId: '$context.requestId' } },
  });
  return text.replace(JSON.stringify(MESSAGE), MESSAGE);
}

/** API Gateway's own, which brings its quotes. */
const MESSAGE = '$context.error.messageString';

/** A fixed header value stands in single quotes; without them it would name a part of the request. */
function quoted(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `'${value}'`]));
}
