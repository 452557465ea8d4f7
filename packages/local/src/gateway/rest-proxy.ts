/**
 * Lambda proxy integrations of a REST API: event in, result out, and AWS's answers for everything that goes wrong between.
 * A function that throws, times out or returns something malformed is a 502; a call that Lambda refuses (throttled, no such function, no
 * permission) is a 500; a call that outlives `TimeoutInMillis` is a 504.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html
 */
import type { Clock, Invoke, InvokeResult } from '../parts.js';
import { withDeadline } from './deadline.js';
import { GatewayError, internalError } from './gateway-error.js';
import { type HeaderList, headerValue } from './header-list.js';
import type { InvokePermission } from './invoke-permission.js';
import { type LambdaResult, parseLambdaResult } from './lambda-result.js';
import { firstMediaType, isBinary } from './media-type.js';
import { remapHeaders, withDefault } from './response-headers.js';
import { proxyEvent, type RoutedRequest } from './rest-event.js';
import type { RestIntegration, RestMethod } from './rest-model.js';
import { openStream } from './rest-stream.js';

/** What a proxy integration works with. */
export interface ProxySurroundings {
  readonly invoke: Invoke;
  readonly clock: Clock;
  readonly mayInvoke: InvokePermission;
}

/** An answer ready to be written. */
export interface ProxyAnswer {
  readonly statusCode: number;
  readonly headers: HeaderList;
  /** Whole, or as it comes; the latter ends with an error when the rest does not. */
  readonly body: Buffer | AsyncIterable<Uint8Array>;
}

/** Calls the function. Throws {@link GatewayError} where AWS answers with a gateway response. */
export async function answerProxy(method: RestMethod, routed: RoutedRequest, surroundings: ProxySurroundings): Promise<ProxyAnswer> {
  const integration = method.integration as RestIntegration & { type: 'AWS_PROXY' };
  refuseMisconfigured(method, integration, { routed, surroundings });
  if (integration.transfer === 'STREAM') return answerStream(integration, routed, surroundings);
  const work = surroundings.invoke(integration.functionArn, proxyEvent(routed), { traceId: routed.request.traceId });
  const result = await withDeadline(work, { clock: surroundings.clock, timeoutMs: integration.timeoutMs }).catch((cause: unknown) => {
    throw internalError('INTEGRATION_FAILURE', 500, `invoking ${integration.functionArn} failed: ${String(cause)}`, cause);
  });
  if (result === 'timeout') {
    const hint = `${integration.functionArn} took longer than the ${integration.timeoutMs} ms of ${method.logicalId}`;
    throw new GatewayError('INTEGRATION_TIMEOUT', 'Endpoint request timed out', { hint });
  }
  return toAnswer(readResult(result), routed);
}

async function answerStream(
  { functionArn, timeoutMs }: RestIntegration & { type: 'AWS_PROXY' },
  routed: RoutedRequest,
  { invoke, clock }: ProxySurroundings,
): Promise<ProxyAnswer> {
  const { traceId } = routed.request;
  const { prelude, body } = await openStream({
    clock,
    timeoutMs,
    functionArn,
    invoke: (onBytes) => invoke(functionArn, proxyEvent(routed), { traceId, onBytes }),
    refuse: refuseFailed,
  });
  return { ...headOf(prelude, routed), body };
}

function refuseMisconfigured(
  method: RestMethod,
  integration: RestIntegration & { type: 'AWS_PROXY' },
  { routed, surroundings }: { routed: RoutedRequest; surroundings: ProxySurroundings },
): void {
  if (integration.httpMethod !== 'POST') {
    const hint = `${method.logicalId}: IntegrationHttpMethod is ${integration.httpMethod}, expected POST; Lambda is always called with POST`;
    throw internalError('INTEGRATION_FAILURE', 500, hint);
  }
  if (integration.forbiddenMapping !== undefined) {
    const hint = `${method.logicalId}: RequestParameters maps ${integration.forbiddenMapping}, which no proxy integration may; remove it`;
    throw internalError('INTEGRATION_FAILURE', 500, hint);
  }
  const { environment, model, match } = routed;
  const { partition, region, accountId } = environment;
  const path = `${model.apiId}/${model.stageName}/${method.httpMethod}${match.resource.path}`;
  const sourceArn = `arn:${partition}:execute-api:${region}:${accountId}:${path}`;
  if (surroundings.mayInvoke({ functionArn: integration.functionArn, sourceArn })) return;
  const hint = `no AWS::Lambda::Permission of the stack lets apigateway.amazonaws.com invoke ${integration.functionArn} from ${sourceArn}; add one`;
  throw internalError('API_CONFIGURATION_ERROR', 500, hint);
}

/** Throws when the function, or the call of it, failed. */
function refuseFailed(result: InvokeResult): never {
  if (result.functionError === 'RequestTooLarge') throw new GatewayError('REQUEST_TOO_LARGE', 'Request Too Long');
  if (result.functionError === 'Throttled' || result.functionError === 'NotFound') {
    throw internalError('INTEGRATION_FAILURE', 500, `Lambda refused the invocation: ${result.functionError}: ${result.payload}`);
  }
  throw internalError('INTEGRATION_FAILURE', 502, `the function failed: ${result.functionError}: ${result.payload}`);
}

function readResult(result: InvokeResult): LambdaResult {
  if (result.functionError) refuseFailed(result);
  const parsed = parseLambdaResult(result.payload);
  if ('malformed' in parsed) throw internalError('API_CONFIGURATION_ERROR', 502, `malformed Lambda proxy response: ${parsed.malformed}`);
  return parsed;
}

/** Base64 is undone only when the client's first `Accept` type is one of the API's binary types; otherwise it is sent as it is. */
function toAnswer(result: LambdaResult, routed: RoutedRequest): ProxyAnswer {
  const { request, model } = routed;
  const decode = result.isBase64Encoded && isBinary(model.binaryMediaTypes, firstMediaType(headerValue(request.headers, 'accept')));
  return { ...headOf(result, routed), body: Buffer.from(result.body, decode ? 'base64' : 'utf8') };
}

function headOf({ statusCode, headers }: LambdaResult, { request }: RoutedRequest): Pick<ProxyAnswer, 'statusCode' | 'headers'> {
  return {
    statusCode,
    headers: [...withDefault(remapHeaders(headers), 'Content-Type', 'application/json'), ['X-Amzn-Trace-Id', request.responseTraceId]],
  };
}
