/**
 * Builders for resolved stacks as CDK 2.276 writes them: one REST API or one WebSocket API on the stage `prod`, with a function that API
 * Gateway may invoke.
 */
import { createManualClock } from '../clock.js';
import type { Authorize } from '../iam/authorize.js';
import { createEvaluator } from '../iam/evaluator.js';
import { createVerifier } from '../iam/sigv4.js';
import type { CredentialStore, Principal, ResolvedResource, ResolvedStack, VerifySignature } from '../parts.js';
import { userId } from '../services/sts/user-id.js';
import { ENVIRONMENT, NOW_MS } from './gateway.test.fixture.js';

export const FUNCTION_ARN = 'arn:aws:lambda:eu-central-1:123456789012:function:documents';
export const FUNCTION_URI = `arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/${FUNCTION_ARN}/invocations`;

export function resource(type: string, physicalId: string, properties: Readonly<Record<string, unknown>>): ResolvedResource {
  return { logicalId: physicalId.replace(/\W/g, ''), type, physicalId, properties, metadata: {} };
}

const PERMISSION = resource('AWS::Lambda::Permission', 'permission', {
  Action: 'lambda:InvokeFunction',
  FunctionName: FUNCTION_ARN,
  Principal: 'apigateway.amazonaws.com',
  SourceArn: 'arn:aws:execute-api:eu-central-1:123456789012:*',
});

/** A stack with what keeps others out of it. */
export interface Guarded {
  readonly stack: ResolvedStack;
  readonly authorize: Authorize;
  readonly verify: VerifySignature;
  readonly userIdOf: (principal: Principal) => string;
}

/** A stack, guarded by its own policies; the operator may do everything. @param keys those there are, @default none */
export function guarded(stack: ResolvedStack, keys: CredentialStore = { find: () => undefined }): Guarded {
  const operators = ['arn:aws:iam::123456789012:user/operator'];
  const clock = createManualClock(NOW_MS);
  const { authorize, roles } = createEvaluator({ stacks: [stack], environment: ENVIRONMENT, clock, operators });
  return { stack, authorize, verify: createVerifier(keys, clock), userIdOf: ({ arn }) => userId(arn, roles) };
}

export const PROXY_INTEGRATION = { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', Uri: FUNCTION_URI };

export interface RestStackParts {
  /** `GET /documents/{id}` to the method's properties over an AWS_PROXY with no authorizer. */
  readonly methods: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly api?: Readonly<Record<string, unknown>>;
  readonly stage?: Readonly<Record<string, unknown>>;
  readonly more?: readonly ResolvedResource[];
  readonly withoutPermission?: boolean;
}

/** A stack with one RestApi (`Api`, physical id `a1b2c3d4e5`) on stage `prod`. */
export function restStack({ methods, api = {}, stage = {}, more = [], withoutPermission = false }: RestStackParts): ResolvedStack {
  const resources = new Map<string, ResolvedResource>();
  const owner = { RestApiId: 'a1b2c3d4e5' };
  const resourceId = (path: string): string => {
    if (path === '' || path === '/') return 'rootresource';
    const id = `resource:${path}`;
    const cut = path.lastIndexOf('/');
    const parent = resourceId(path.slice(0, cut));
    resources.set(id, resource('AWS::ApiGateway::Resource', id, { ...owner, ParentId: parent, PathPart: path.slice(cut + 1) }));
    return id;
  };
  for (const [route, properties] of Object.entries(methods)) {
    const [httpMethod = '', path = ''] = route.split(' ');
    const method = {
      ...owner,
      HttpMethod: httpMethod,
      ResourceId: resourceId(path),
      AuthorizationType: 'NONE',
      Integration: PROXY_INTEGRATION,
    };
    resources.set(route, resource('AWS::ApiGateway::Method', `method:${route}`, { ...method, ...properties }));
  }
  return {
    name: 'Test',
    outputs: {},
    resources: [
      { ...resource('AWS::ApiGateway::RestApi', 'a1b2c3d4e5', { Name: 'Api', ...api }), logicalId: 'Api' },
      resource('AWS::ApiGateway::Stage', 'prod', { ...owner, StageName: 'prod', DeploymentId: 'dep123', ...stage }),
      ...resources.values(),
      ...more,
      ...(withoutPermission ? [] : [PERMISSION]),
    ],
  };
}

export interface SocketStackParts {
  /** Route key to `lambda`, or the integration's properties; `returns` adds a RouteResponse. */
  readonly routes: Readonly<Record<string, SocketRouteParts>>;
  readonly api?: Readonly<Record<string, unknown>>;
  readonly stage?: Readonly<Record<string, unknown>>;
  readonly more?: readonly ResolvedResource[];
  readonly withoutPermission?: boolean;
}

export interface SocketRouteParts {
  readonly returns?: boolean;
  readonly route?: Readonly<Record<string, unknown>>;
  readonly integration?: Readonly<Record<string, unknown>>;
}

/** A stack with one WebSocket API (`Socket`, physical id `s1o2c3k4e5`) on stage `prod`. */
export function socketStack({ routes, api = {}, stage = {}, more = [], withoutPermission = false }: SocketStackParts): ResolvedStack {
  const owner = { ApiId: 's1o2c3k4e5' };
  const parts = Object.entries(routes).flatMap(([routeKey, { returns = false, route = {}, integration = {} }]) => [
    resource('AWS::ApiGatewayV2::Integration', `integration:${routeKey}`, {
      ...owner,
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: FUNCTION_URI,
      ...integration,
    }),
    resource('AWS::ApiGatewayV2::Route', `route:${routeKey}`, {
      ...owner,
      RouteKey: routeKey,
      AuthorizationType: 'NONE',
      Target: `integrations/integration:${routeKey}`,
      ...route,
    }),
    ...(returns
      ? [
          resource('AWS::ApiGatewayV2::RouteResponse', `response:${routeKey}`, {
            ...owner,
            RouteId: `route:${routeKey}`,
            RouteResponseKey: '$default',
          }),
        ]
      : []),
  ]);
  return {
    name: 'Test',
    outputs: {},
    resources: [
      {
        ...resource('AWS::ApiGatewayV2::Api', 's1o2c3k4e5', {
          ProtocolType: 'WEBSOCKET',
          RouteSelectionExpression: '$request.body.action',
          ...api,
        }),
        logicalId: 'Socket',
      },
      resource('AWS::ApiGatewayV2::Stage', 'prod', { ...owner, StageName: 'prod', AutoDeploy: true, ...stage }),
      ...parts,
      ...more,
      ...(withoutPermission ? [] : [PERMISSION]),
    ],
  };
}
