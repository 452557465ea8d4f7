/**
 * Lambda's HTTP API, for SDK clients inside functions and tests: `POST /2015-03-31/functions/NAME/invocations`.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 *
 * Invoke is the only operation; any other path is answered `UnknownOperationException`. Streaming invocations are not served.
 */
import { randomUUID } from 'node:crypto';
import { accountOf } from '../iam/arn.js';
import { type Authorize, denialMessage } from '../iam/authorize.js';
import type { InvokeOptions, InvokeResult, Principal } from '../parts.js';
import type { LambdaHost } from './host.js';
import { invokedFunction } from './invoked-function.js';

/** The part of a wire request that this API reads. */
export interface InvokeRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
  readonly principal: Principal;
}

export interface InvokeReply {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const path = /^\/2015-03-31\/functions\/([^/?]+)\/invocations(?:\?.*)?$/;

/** A handler for the signing name `lambda` of the AWS endpoint. Never rejects. */
export function createInvokeApi(host: LambdaHost, authorize: Authorize): (request: InvokeRequest) => Promise<InvokeReply> {
  return async (request) => {
    const [, encodedName] = path.exec(request.url) ?? [];
    if (request.method !== 'POST' || encodedName === undefined) {
      return serviceError(404, 'UnknownOperationException', `${request.method} ${request.url} is not served by the local stage`);
    }
    const name = decodeURIComponent(encodedName);
    const refusal = check(request, name, { host, authorize });
    if (refusal !== undefined) return refusal;
    const payload = Buffer.from(request.body).toString('utf8') || '{}';
    const problem = jsonProblem(payload);
    if (problem !== undefined) {
      return serviceError(400, 'InvalidRequestContentException', `Could not parse request body into json: ${problem}`);
    }
    return invoke(host, request, { name, payload });
  };
}

/** A refusal, when the caller may not invoke the function, or there is none in the account it addresses. */
function check(request: InvokeRequest, name: string, at: { host: LambdaHost; authorize: Authorize }): InvokeReply | undefined {
  const { principal, url } = request;
  const { arnOf, environment } = at.host;
  const qualifier = new URLSearchParams(url.split('?')[1]).get('Qualifier') ?? undefined;
  const { arn, isThere } = invokedFunction(name, { callerAccount: accountOf(principal.arn), qualifier, arnOf, environment });
  const asked = { principal, action: 'lambda:InvokeFunction', resource: arn, context: {} };
  const { allowed, message = denialMessage(asked) } = at.authorize(asked);
  if (!allowed) return serviceError(403, 'AccessDeniedException', message);
  return isThere ? undefined : serviceError(404, 'ResourceNotFoundException', `Function not found: ${arn}`);
}

async function invoke(host: LambdaHost, request: InvokeRequest, call: { name: string; payload: string }): Promise<InvokeReply> {
  const type = header(request, 'x-amz-invocation-type') ?? 'RequestResponse';
  if (type === 'DryRun') return { statusCode: 204, headers: { 'x-amzn-requestid': randomUUID() }, body: '' };
  if (type !== 'RequestResponse' && type !== 'Event') {
    return serviceError(400, 'InvalidParameterValueException', `got invocation type ${type}, expected RequestResponse, Event or DryRun`);
  }
  const traceId = header(request, 'x-amzn-trace-id');
  const options: InvokeOptions = { invocationType: type, ...(traceId === undefined ? {} : { traceId }) };
  return toReply(await host.invokeText(call.name, call.payload, options));
}

function toReply(result: InvokeResult): InvokeReply {
  switch (result.functionError) {
    case 'NotFound':
      return serviceFailure(404, 'ResourceNotFoundException', result.payload);
    case 'Throttled':
      return serviceFailure(429, 'TooManyRequestsException', result.payload);
    case 'RequestTooLarge':
      return serviceFailure(413, 'RequestTooLargeException', result.payload);
    case 'Unhandled':
    case 'ResponseTooLarge':
    case undefined:
      return {
        statusCode: result.statusCode,
        headers: {
          'content-type': 'application/json',
          'x-amzn-requestid': randomUUID(),
          'x-amz-executed-version': '$LATEST',
          ...(result.functionError === undefined ? {} : { 'x-amz-function-error': 'Unhandled' }),
        },
        body: result.payload,
      };
    default:
      return result.functionError satisfies never;
  }
}

function serviceError(statusCode: number, errorType: string, message: string): InvokeReply {
  return serviceFailure(statusCode, errorType, JSON.stringify({ Type: 'User', message }));
}

function serviceFailure(statusCode: number, errorType: string, body: string): InvokeReply {
  const headers = { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID(), 'x-amzn-errortype': errorType };
  return { statusCode, headers, body };
}

function jsonProblem(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function header(request: InvokeRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
