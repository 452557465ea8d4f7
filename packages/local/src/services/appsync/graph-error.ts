/**
 * Errors of a GraphQL API: of a field, inside an answer of status 200, and of a request that is not answered at all.
 * https://docs.aws.amazon.com/appsync/latest/devguide/resolver-util-reference.html
 */
import type { WireResponse } from '../../wire/wire-handler.js';

/** Why a field has no value. Its type is what clients find in `errorType`. */
export class FieldError extends Error {
  readonly errorType: string;
  readonly data: unknown;

  constructor(errorType: string, message: string, data: unknown = null) {
    super(message);
    this.errorType = errorType;
    this.data = data;
  }
}

/** A request that is refused as a whole. */
export class RequestError extends Error {
  readonly errorType: string;
  readonly statusCode: number;

  constructor(statusCode: number, errorType: string, message: string) {
    super(message);
    this.errorType = errorType;
    this.statusCode = statusCode;
  }
}

/** 401: nobody known asks. */
export function unauthorized(message: string): RequestError {
  return new RequestError(401, 'UnauthorizedException', message);
}

/** 400: no GraphQL request. https://github.com/graphql/graphql-over-http/issues/81 */
export function malformed(message: string): RequestError {
  return new RequestError(400, 'MalformedHttpRequestException', message);
}

/** Headers of every answer: AppSync takes calls from any page. */
export const commonHeaders: Readonly<Record<string, string>> = {
  'content-type': 'application/json;charset=UTF-8',
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'x-amzn-RequestId,x-amzn-ErrorType,x-amz-user-agent,x-amzn-ErrorMessage,Date,x-amz-schema-version',
};

/** The answer to a refused request. */
export function refusal({ statusCode, errorType, message }: RequestError): WireResponse {
  const body = JSON.stringify({ errors: [{ errorType, message }] });
  return { statusCode, headers: { ...commonHeaders, 'x-amzn-errortype': errorType }, body };
}
