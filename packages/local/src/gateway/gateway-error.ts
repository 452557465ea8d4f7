/**
 * A request that API Gateway answers itself. The type decides which gateway response of the template shapes the answer; the defaults are
 * AWS's. What the client may see is `message`; `hint` is for the journal only.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */

/** The gateway response types this stage can end in, with AWS's default status and `x-amzn-ErrorType`. */
export const GATEWAY_RESPONSES = {
  ACCESS_DENIED: { statusCode: 403, errorType: 'AccessDeniedException' },
  API_CONFIGURATION_ERROR: { statusCode: 500, errorType: 'InternalServerErrorException' },
  BAD_REQUEST_BODY: { statusCode: 400, errorType: 'BadRequestException' },
  BAD_REQUEST_PARAMETERS: { statusCode: 400, errorType: 'BadRequestException' },
  DEFAULT_4XX: { statusCode: 403, errorType: 'ForbiddenException' },
  DEFAULT_5XX: { statusCode: 500, errorType: 'InternalServerErrorException' },
  EXPIRED_TOKEN: { statusCode: 403, errorType: 'ExpiredTokenException' },
  INTEGRATION_FAILURE: { statusCode: 504, errorType: 'InternalServerErrorException' },
  INTEGRATION_TIMEOUT: { statusCode: 504, errorType: 'InternalServerErrorException' },
  INVALID_SIGNATURE: { statusCode: 403, errorType: 'InvalidSignatureException' },
  MISSING_AUTHENTICATION_TOKEN: { statusCode: 403, errorType: 'MissingAuthenticationTokenException' },
  REQUEST_TOO_LARGE: { statusCode: 413, errorType: 'RequestTooLargeException' },
  THROTTLED: { statusCode: 429, errorType: 'TooManyRequestsException' },
  UNSUPPORTED_MEDIA_TYPE: { statusCode: 415, errorType: 'UnsupportedMediaTypeException' },
} as const;

export type GatewayResponseType = keyof typeof GATEWAY_RESPONSES;

/** Thrown on the way of a REST request; becomes a gateway response. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly type: GatewayResponseType;
  readonly statusCode: number;
  /** `x-amzn-ErrorType` */
  readonly errorType: string;
  /** For the developer, never for the client. */
  readonly hint: string | undefined;

  constructor(
    type: GatewayResponseType,
    message: string,
    more: { readonly statusCode?: number; readonly errorType?: string; readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.type = type;
    this.statusCode = more.statusCode ?? GATEWAY_RESPONSES[type].statusCode;
    this.errorType = more.errorType ?? GATEWAY_RESPONSES[type].errorType;
    this.hint = more.hint;
  }
}

/** A fault in the template or the function; the client sees `Internal server error` and no more. */
export function internalError(
  type: 'API_CONFIGURATION_ERROR' | 'INTEGRATION_FAILURE',
  statusCode: 500 | 502,
  hint: string,
  cause?: unknown,
): GatewayError {
  return new GatewayError(type, 'Internal server error', { statusCode, hint, cause });
}
