/**
 * The event of a Lambda proxy integration, payload format 1.0, and the `$context` that templates and access logs see.
 * Shape and nulls as recorded on AWS: an absent map is `null`, never `{}`; `requestContext.identity` has all its keys.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format
 */
import type { Environment } from '../parts.js';
import { allValues, headerValue, lastValues } from './header-list.js';
import type { CallerIdentity } from './iam-authorization.js';
import { firstMediaType, isBinary } from './media-type.js';
import { requestTime } from './request-time.js';
import type { RestModel } from './rest-model.js';
import { anyCase, nullIfEmpty, queryValues, type RestRequest, sameSpelling } from './rest-request.js';
import type { RestMatch } from './rest-tree.js';

/** A request that has found its resource. */
export interface RoutedRequest {
  readonly request: RestRequest;
  readonly model: RestModel;
  readonly environment: Environment;
  readonly match: RestMatch<unknown>;
  /** Who signed it, where the method asks for that. */
  readonly identity?: CallerIdentity | undefined;
  readonly body: Buffer;
}

/** The event of `AWS_PROXY`. */
export function proxyEvent(routed: RoutedRequest): Readonly<Record<string, unknown>> {
  const { request, match, model } = routed;
  const binary = isBinary(model.binaryMediaTypes, firstMediaType(headerValue(request.headers, 'content-type')));
  const empty = routed.body.length === 0;
  return {
    resource: match.resource.path,
    path: request.path,
    httpMethod: request.method,
    headers: nullIfEmpty(lastValues(request.headers, anyCase)),
    multiValueHeaders: nullIfEmpty(allValues(request.headers, anyCase)),
    queryStringParameters: nullIfEmpty(lastValues(request.query, sameSpelling)),
    multiValueQueryStringParameters: nullIfEmpty(queryValues(request)),
    pathParameters: nullIfEmpty(match.pathParameters),
    stageVariables: model.stageVariables,
    requestContext: requestContext(routed),
    body: empty ? null : routed.body.toString(binary ? 'base64' : 'utf8'),
    isBase64Encoded: binary && !empty,
  };
}

/** `requestContext` of the event; templates and logs see the same values as `$context`. */
export function requestContext({
  request,
  model,
  environment,
  match,
  identity,
}: Omit<RoutedRequest, 'body'>): Readonly<Record<string, unknown>> {
  return {
    ...bareContext(request, model, environment, identity),
    resourceId: match.resource.id,
    resourcePath: match.resource.path,
  };
}

/** What is known of a request that found no resource. */
export function bareContext(
  request: RestRequest,
  model: RestModel,
  environment: Environment,
  identity?: CallerIdentity,
): Readonly<Record<string, unknown>> {
  return {
    accountId: environment.accountId,
    apiId: model.apiId,
    deploymentId: model.deploymentId,
    domainName: request.host,
    domainPrefix: request.host.split(/[.:]/)[0] ?? '',
    extendedRequestId: request.extendedRequestId,
    httpMethod: request.method,
    identity: {
      accessKey: null,
      accountId: null,
      caller: null,
      cognitoAuthenticationProvider: null,
      cognitoAuthenticationType: null,
      cognitoIdentityId: null,
      cognitoIdentityPoolId: null,
      principalOrgId: null,
      sourceIp: request.sourceIp,
      user: null,
      userAgent: request.userAgent,
      userArn: null,
      ...identity,
    },
    path: request.pathWithStage,
    protocol: request.protocol,
    requestId: request.requestId,
    requestTime: requestTime(request.receivedAtMs),
    requestTimeEpoch: request.receivedAtMs,
    stage: model.stageName,
  };
}
