/**
 * One REST request from its first byte to its log line. The order is AWS's: limits, stage, resource and method, throttle, body, signature,
 * validator, integration. Every failure becomes a gateway response; nothing of one request is kept for the next but the throttle's tokens.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, Environment, Report } from '../parts.js';
import { GatewayError, internalError } from './gateway-error.js';
import { errorContext } from './gateway-response.js';
import { headerBytes, headerValue, lastValues, receivedHeaders } from './header-list.js';
import type { AuthorizeByIam, CallerIdentity } from './iam-authorization.js';
import type { Random } from './identifiers.js';
import type { MappingScope } from './mapping-template.js';
import { readBody } from './read-body.js';
import { bareContext, requestContext } from './rest-event.js';
import { answerMock } from './rest-mock.js';
import type { RestMethod, RestModel } from './rest-model.js';
import { answerProxy, type ProxyAnswer, type ProxySurroundings } from './rest-proxy.js';
import { type RestRequest, readRestRequest, sameSpelling } from './rest-request.js';
import { matchPath, type RestMatch } from './rest-tree.js';

const MAX_BODY_BYTES = 10 * 1024 * 1024;
const MAX_HEADER_BYTES = 10_240;
const MAX_URL_LENGTH = 10_240;

/** What every request of one API shares. */
export interface RestSurroundings extends ProxySurroundings {
  readonly model: RestModel;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly report: Report;
  readonly random: Random;
  /** Asked for methods that take signed requests only. */
  readonly authorizeByIam: AuthorizeByIam;
  /** Takes a token of the method's bucket. */
  readonly throttle: (method: { readonly httpMethod: string; readonly resourcePath: string }) => boolean;
}

type Answer = ProxyAnswer;

/** What is found out on the way, for the gateway response and the log. */
interface Progress {
  readonly request: RestRequest;
  match?: RestMatch<RestMethod>;
  identity?: CallerIdentity;
  error?: GatewayError;
  integrationLatencyMs?: number;
}

/** Answers one request; never rejects. */
export async function handleRestRequest(
  surroundings: RestSurroundings,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const progress: Progress = { request: readRestRequest(incoming, surroundings) };
  try {
    const answer = await answerRequest(surroundings, incoming, progress);
    if (answer === 'aborted') return;
    const responseLength = await writeAnswer(outgoing, answer, progress.request);
    logAccess(surroundings, progress, { statusCode: answer.statusCode, responseLength });
  } catch (cause) {
    surroundings.report({ level: 'error', part: 'rest', message: `${progress.request.method} ${progress.request.path}: ${String(cause)}` });
    failSafely(outgoing, progress.request);
  }
}

async function answerRequest(surroundings: RestSurroundings, incoming: IncomingMessage, progress: Progress): Promise<Answer | 'aborted'> {
  const early = refuseEarly(surroundings.model, incoming, progress.request);
  if (early) return early;
  try {
    return await integrate(surroundings, incoming, progress);
  } catch (cause) {
    const error = cause instanceof GatewayError ? cause : internalError('API_CONFIGURATION_ERROR', 500, String(cause), cause);
    progress.error = error;
    reportError(surroundings, progress.request, error);
    const rendered = surroundings.model.gatewayResponses.render(
      error,
      scopeOf(surroundings, progress, ''),
      headerValue(progress.request.headers, 'accept'),
    );
    return { ...rendered, body: Buffer.from(rendered.body) };
  }
}

/** What the front of API Gateway refuses before it knows the API; gateway responses have no say here. */
function refuseEarly(model: RestModel, incoming: IncomingMessage, request: RestRequest): Answer | undefined {
  if ((incoming.url ?? '').length > MAX_URL_LENGTH) return plainAnswer(414, 'RequestUriTooLongException', 'Request-URI Too Long');
  if (headerBytes(receivedHeaders(incoming)) > MAX_HEADER_BYTES) {
    return plainAnswer(431, 'RequestHeaderFieldsTooLargeException', 'Request Header Fields Too Large');
  }
  return request.stage === model.stageName ? undefined : plainAnswer(403, 'ForbiddenException', 'Forbidden');
}

async function integrate(surroundings: RestSurroundings, incoming: IncomingMessage, progress: Progress): Promise<Answer | 'aborted'> {
  const { model, environment, clock } = surroundings;
  const { request } = progress;
  const match = matchPath(model.tree, request.path);
  const method = match?.resource.methods.get(request.method) ?? match?.resource.methods.get('ANY');
  if (!match || !method) throw new GatewayError('MISSING_AUTHENTICATION_TOKEN', 'Missing Authentication Token');
  progress.match = match;
  if (!surroundings.throttle({ httpMethod: method.httpMethod, resourcePath: match.resource.path })) {
    throw new GatewayError('THROTTLED', 'Too Many Requests');
  }
  const body = await readBody(incoming, MAX_BODY_BYTES);
  if (body === 'aborted') return 'aborted';
  if (body === 'too-large') throw new GatewayError('REQUEST_TOO_LARGE', `HTTP content length exceeded ${MAX_BODY_BYTES} bytes.`);
  if (method.authorization === 'AWS_IAM') {
    const resourcePath = `${model.apiId}/${model.stageName}/${request.method}${request.path}`;
    progress.identity = surroundings.authorizeByIam({ incoming, body, resourcePath });
  }
  const contentType = headerValue(request.headers, 'content-type');
  if (method.validator) {
    const { input } = scopeOf(surroundings, progress, body.toString('utf8'));
    method.validator({ ...input, header: lowerCase(input.header), contentType });
  }
  const startedAtMs = clock.now();
  if (method.integration.type === 'AWS_PROXY') {
    return await answerProxy(method, { request, model, environment, match, body, identity: progress.identity }, surroundings).finally(
      () => {
        progress.integrationLatencyMs = clock.now() - startedAtMs;
      },
    );
  }
  const scope = scopeOf(surroundings, progress, body.toString('utf8'));
  const accept = headerValue(request.headers, 'accept');
  const mocked = answerMock(method.integration, { scope, contentType, accept, binaryMediaTypes: model.binaryMediaTypes });
  return { ...mocked, body: Buffer.from(mocked.body) };
}

function scopeOf({ model, environment }: RestSurroundings, { request, match, identity }: Progress, body: string): MappingScope {
  return {
    context: match ? requestContext({ request, model, environment, match, identity }) : bareContext(request, model, environment),
    input: {
      body,
      path: match?.pathParameters ?? {},
      querystring: lastValues(request.query, sameSpelling),
      header: lastValues(request.headers, sameSpelling),
    },
    stageVariables: model.stageVariables,
  };
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function plainAnswer(statusCode: number, errorType: string, message: string): Answer {
  return {
    statusCode,
    headers: [
      ['Content-Type', 'application/json'],
      ['x-amzn-ErrorType', errorType],
    ],
    body: Buffer.from(JSON.stringify({ message })),
  };
}

/** Node leaves the body out for HEAD, 204 and 304 by itself. Resolves with the body's bytes. */
async function writeAnswer(outgoing: ServerResponse, answer: Answer, request: RestRequest): Promise<number> {
  const { body, statusCode } = answer;
  outgoing.statusCode = answer.statusCode;
  outgoing.setHeader('x-amzn-RequestId', request.requestId);
  outgoing.setHeader('x-amz-apigw-id', request.extendedRequestId);
  for (const [name, value] of answer.headers) outgoing.appendHeader(name, value);
  if (!Buffer.isBuffer(body)) return writeStream(outgoing, body);
  if (statusCode !== 204 && statusCode !== 304) outgoing.setHeader('Content-Length', body.length);
  outgoing.end(body);
  return body.length;
}

/** The function is heard to its end when the client has gone, as on AWS. Rejects when the function fails: the connection has to break. */
async function writeStream(outgoing: ServerResponse, body: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  outgoing.flushHeaders();
  for await (const chunk of body) {
    bytes += chunk.length;
    if (!outgoing.destroyed) await new Promise<unknown>((resolve) => outgoing.write(chunk, resolve));
  }
  outgoing.end();
  return bytes;
}

/** The last resort, e.g. for a mapped header that HTTP forbids. */
function failSafely(outgoing: ServerResponse, request: RestRequest): void {
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  for (const name of outgoing.getHeaderNames()) outgoing.removeHeader(name);
  void writeAnswer(outgoing, plainAnswer(500, 'InternalServerErrorException', 'Internal server error'), request);
}

function reportError({ report }: RestSurroundings, request: RestRequest, error: GatewayError): void {
  report({
    level: error.statusCode >= 500 ? 'error' : 'warn',
    part: 'rest',
    message: `${request.method} ${request.path}: ${error.statusCode} ${error.message}${error.hint ? `; ${error.hint}` : ''}`,
    detail: { requestId: request.requestId, responseType: error.type },
  });
}

function logAccess(
  { model, environment, clock, report }: RestSurroundings,
  progress: Progress,
  answer: { readonly statusCode: number; readonly responseLength: number },
): void {
  if (model.accessLog === undefined) return;
  const { request, match, identity, error, integrationLatencyMs } = progress;
  const context = {
    ...(match ? requestContext({ request, model, environment, match, identity }) : bareContext(request, model, environment)),
    status: answer.statusCode,
    responseLength: answer.responseLength,
    responseLatency: clock.now() - request.receivedAtMs,
    integrationLatency: integrationLatencyMs,
    error: error && errorContext(error),
    integrationErrorMessage: error?.hint,
    xrayTraceId: request.traceId,
  };
  report({ level: 'info', part: 'rest', message: model.accessLog(context), detail: { accessLog: true } });
}
