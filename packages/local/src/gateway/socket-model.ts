/**
 * Reads one WebSocket API out of a resolved stack: routes, integrations, route responses, stage. What the local stage does not run
 * (authorizers, API keys, HTTP and AWS integrations, request models) is refused here, by name: an API must never be more open on the laptop
 * than on AWS.
 */
import type { ResolvedResource, ResolvedStack } from '../parts.js';
import { type AccessLog, readAccessLog } from './access-log.js';
import { functionArnOf } from './function-uri.js';
import type { MappingTemplate } from './mapping-template.js';
import { flag, isRecord, nested, optionalNumber, optionalText, partsOf, resourceOf, text, textMap } from './properties.js';
import { compileRouteSelection, type RouteSelection } from './route-selection.js';
import { readTemplates } from './template-map.js';
import type { ThrottleLimits } from './throttle.js';

/** Not raisable on WebSocket APIs. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const MAX_TIMEOUT_MS = 29_000;

/** One API on one stage. */
export interface SocketModel {
  readonly apiId: string;
  readonly stageName: string;
  readonly stageVariables: Readonly<Record<string, string>> | null;
  readonly selectRoute: RouteSelection;
  /** By route key, `$connect`, `$disconnect` and `$default` included. */
  readonly routes: ReadonlyMap<string, SocketRoute>;
  readonly throttleOf: (routeKey: string) => ThrottleLimits | undefined;
  readonly accessLog: AccessLog | undefined;
}

/** One `AWS::ApiGatewayV2::Route` with its integration. */
export interface SocketRoute {
  readonly routeKey: string;
  readonly integration: SocketIntegration;
  /** A `RouteResponse` exists: what the integration returns goes back to the caller. */
  readonly responds: boolean;
}

export type SocketIntegration =
  | { readonly type: 'AWS_PROXY'; readonly functionArn: string; readonly timeoutMs: number }
  | {
      readonly type: 'MOCK';
      readonly requestTemplates: ReadonlyMap<string, MappingTemplate>;
      readonly templateKey: string;
      readonly responses: readonly SocketMockResponse[];
    };

/** One `AWS::ApiGatewayV2::IntegrationResponse` of a MOCK. */
export interface SocketMockResponse {
  /** `$default`, or `/regular expression/` on the mock's status. */
  readonly pattern: RegExp | '$default';
  readonly template: MappingTemplate | undefined;
}

/** Reads the API. Throws one error that names the resource and what to change. */
export function readSocketModel(stack: ResolvedStack, logicalId: string): SocketModel {
  const api = resourceOf(stack, logicalId, 'AWS::ApiGatewayV2::Api');
  if (text(api, 'ProtocolType') !== 'WEBSOCKET') {
    throw new Error(`${logicalId}: ProtocolType is ${text(api, 'ProtocolType')}, expected WEBSOCKET; the local stage runs no HTTP APIs`);
  }
  const stage = theStage(stack, api);
  const variables = textMap(stage, 'StageVariables');
  const stageVariables = Object.keys(variables).length > 0 ? variables : null;
  const routes = partsOf(stack, 'AWS::ApiGatewayV2::Route', 'ApiId', api.physicalId).map((route) =>
    readRoute(stack, route, stageVariables),
  );
  return {
    apiId: api.physicalId,
    stageName: text(stage, 'StageName'),
    stageVariables,
    selectRoute: compileRouteSelection(optionalText(api, 'RouteSelectionExpression') ?? '$request.body.action'),
    routes: new Map(routes.map((route) => [route.routeKey, route])),
    throttleOf: readThrottle(stage),
    accessLog: readAccessLog(nested(stage, 'AccessLogSettings') ?? stage),
  };
}

function theStage(stack: ResolvedStack, api: ResolvedResource): ResolvedResource {
  const stages = partsOf(stack, 'AWS::ApiGatewayV2::Stage', 'ApiId', api.physicalId);
  const [stage] = stages;
  if (stage && stages.length === 1) return stage;
  throw new Error(
    `${api.logicalId}: got ${stages.length} AWS::ApiGatewayV2::Stage resources, expected one; deploy one stage per WebSocket API`,
  );
}

function readRoute(stack: ResolvedStack, route: ResolvedResource, stageVariables: SocketModel['stageVariables']): SocketRoute {
  refuseUnsupported(route);
  const target = text(route, 'Target').replace(/^integrations\//, '');
  const integration = stack.resources.find(({ type, physicalId }) => type === 'AWS::ApiGatewayV2::Integration' && physicalId === target);
  if (!integration)
    throw new Error(`${route.logicalId}: Target is integrations/${target}, expected an AWS::ApiGatewayV2::Integration of the stack`);
  return {
    routeKey: text(route, 'RouteKey'),
    integration: readIntegration(stack, integration, stageVariables),
    responds: partsOf(stack, 'AWS::ApiGatewayV2::RouteResponse', 'RouteId', route.physicalId).length > 0,
  };
}

function refuseUnsupported(route: ResolvedResource): void {
  const authorization = optionalText(route, 'AuthorizationType') ?? 'NONE';
  if (authorization !== 'NONE') {
    throw new Error(
      `${route.logicalId}: AuthorizationType is ${authorization}, expected NONE; the local stage has no WebSocket authorizers and would leave the API open`,
    );
  }
  if (flag(route, 'ApiKeyRequired')) {
    throw new Error(
      `${route.logicalId}: ApiKeyRequired is true, expected false; the local stage has no API keys and would leave the API open`,
    );
  }
  if (Object.keys(textMap(route, 'RequestModels')).length > 0) {
    throw new Error(
      `${route.logicalId}: RequestModels is set, expected none; the local stage does not validate frames, so validate in the handler`,
    );
  }
}

function readIntegration(
  stack: ResolvedStack,
  integration: ResolvedResource,
  stageVariables: SocketModel['stageVariables'],
): SocketIntegration {
  const type = text(integration, 'IntegrationType');
  if (type === 'AWS_PROXY') {
    return {
      type,
      functionArn: functionArnOf(text(integration, 'IntegrationUri'), integration.logicalId, { stageVariables }),
      timeoutMs: Math.min(optionalNumber(integration, 'TimeoutInMillis') ?? MAX_TIMEOUT_MS, MAX_TIMEOUT_MS),
    };
  }
  if (type !== 'MOCK') {
    throw new Error(
      `${integration.logicalId}: IntegrationType is ${type}, expected AWS_PROXY or MOCK; the local stage runs no other integration`,
    );
  }
  return {
    type,
    requestTemplates: readTemplates(integration, 'RequestTemplates'),
    templateKey: templateKey(integration),
    responses: partsOf(stack, 'AWS::ApiGatewayV2::IntegrationResponse', 'IntegrationId', integration.physicalId).map(readMockResponse),
  };
}

function readMockResponse(response: ResolvedResource): SocketMockResponse {
  const key = text(response, 'IntegrationResponseKey');
  const templates = readTemplates(response, 'ResponseTemplates');
  const pattern = /^\/(.*)\/$/.exec(key)?.[1];
  return {
    pattern: pattern === undefined ? '$default' : new RegExp(`^(?:${pattern})$`),
    template: templates.get(templateKey(response)) ?? templates.get('$default') ?? [...templates.values()][0],
  };
}

/** A static key; `\$default` is how CloudFormation writes `$default`. */
function templateKey(resource: ResolvedResource): string {
  const expression = optionalText(resource, 'TemplateSelectionExpression') ?? '$default';
  return expression.replace(/^\\\$/, '$').toLowerCase();
}

function readThrottle(stage: ResolvedResource): SocketModel['throttleOf'] {
  const settings = stage.properties.RouteSettings;
  const ofRoute = (routeKey: string): unknown => (isRecord(settings) && Object.hasOwn(settings, routeKey) ? settings[routeKey] : undefined);
  return (routeKey) => {
    const limits = ofRoute(routeKey) ?? stage.properties.DefaultRouteSettings;
    if (!isRecord(limits)) return undefined;
    const ratePerSecond = Number(limits.ThrottlingRateLimit ?? -1);
    const burst = Number(limits.ThrottlingBurstLimit ?? -1);
    return { ratePerSecond, burst };
  };
}
