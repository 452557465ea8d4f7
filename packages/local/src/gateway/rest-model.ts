/**
 * Reads one REST API out of a resolved stack: resources, methods, stage, gateway responses, validators, throttling. What the local stage does
 * not run (authorizers but IAM, resource policies, API keys, HTTP and AWS integrations) is refused here, by name: an API must never be more open or more
 * silent on the laptop than on AWS.
 */
import type { ResolvedResource, ResolvedStack } from '../parts.js';
import { type AccessLog, readAccessLog } from './access-log.js';
import { functionArnOf, type TransferMode } from './function-uri.js';
import { type GatewayResponses, readGatewayResponses } from './gateway-response.js';
import type { MappingTemplate } from './mapping-template.js';
import { flag, list, nested, nestedList, optionalNumber, optionalText, partsOf, resourceOf, text, textMap } from './properties.js';
import { type MethodValidator, readMethodValidator } from './request-validator.js';
import { buildRestTree, type RestTree } from './rest-tree.js';
import { readTemplates } from './template-map.js';
import { readThrottleRules, type ThrottleRules } from './throttle-rules.js';

/** Default of `TimeoutInMillis`. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const DEFAULT_TIMEOUT_MS = 29_000;

/** Request headers that a proxy integration must not map: recorded as a 500 on AWS. */
const FORBIDDEN_MAPPING =
  /^integration\.request\.header\.(content-length|transfer-encoding|authorization|connection|expect|proxy-authenticate|te)$/i;

/** One API on one stage. */
export interface RestModel {
  readonly apiId: string;
  readonly stageName: string;
  readonly deploymentId: string;
  readonly stageVariables: Readonly<Record<string, string>> | null;
  readonly binaryMediaTypes: readonly string[];
  readonly tree: RestTree<RestMethod>;
  readonly gatewayResponses: GatewayResponses;
  readonly throttleRules: ThrottleRules;
  readonly accessLog: AccessLog | undefined;
}

/** One `AWS::ApiGateway::Method`. */
export interface RestMethod {
  readonly logicalId: string;
  /** As declared; `ANY` included. */
  readonly httpMethod: string;
  /** Whether callers sign their requests. */
  readonly authorization: 'NONE' | 'AWS_IAM';
  readonly validator: MethodValidator | undefined;
  readonly integration: RestIntegration;
}

export type RestIntegration =
  | {
      readonly type: 'AWS_PROXY';
      readonly functionArn: string;
      readonly transfer: TransferMode;
      readonly timeoutMs: number;
      readonly httpMethod: string;
      readonly forbiddenMapping: string | undefined;
    }
  | {
      readonly type: 'MOCK';
      readonly requestTemplates: ReadonlyMap<string, MappingTemplate>;
      readonly passthrough: string;
      readonly contentHandling: string | undefined;
      readonly responses: readonly MockResponse[];
    };

/** One integration response of a MOCK method. */
export interface MockResponse {
  readonly statusCode: number;
  /** Absent on the default response. */
  readonly selectionPattern: RegExp | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  readonly templates: ReadonlyMap<string, MappingTemplate>;
}

/** Reads the API. Throws one error that names the resource and what to change. */
export function readRestModel(stack: ResolvedStack, restApiId: string): RestModel {
  const api = resourceOf(stack, restApiId, 'AWS::ApiGateway::RestApi');
  if (api.properties.Policy !== undefined) {
    throw new Error(
      `${api.logicalId}: got a Policy, expected none; the local stage reads no resource policies of APIs and would leave it open`,
    );
  }
  const stage = theStage(stack, api);
  const variables = textMap(stage, 'Variables');
  const stageVariables = Object.keys(variables).length > 0 ? variables : null;
  return {
    apiId: api.physicalId,
    stageName: text(stage, 'StageName'),
    deploymentId: text(stage, 'DeploymentId'),
    stageVariables,
    binaryMediaTypes: list(api, 'BinaryMediaTypes').map(String),
    tree: readTree(stack, api, stageVariables),
    gatewayResponses: readGatewayResponses(partsOf(stack, 'AWS::ApiGateway::GatewayResponse', 'RestApiId', api.physicalId)),
    throttleRules: readThrottleRules(stage),
    accessLog: readAccessLog(nested(stage, 'AccessLogSetting') ?? stage),
  };
}

function theStage(stack: ResolvedStack, api: ResolvedResource): ResolvedResource {
  const stages = partsOf(stack, 'AWS::ApiGateway::Stage', 'RestApiId', api.physicalId);
  const [stage] = stages;
  if (stage && stages.length === 1) return stage;
  throw new Error(`${api.logicalId}: got ${stages.length} AWS::ApiGateway::Stage resources, expected one; deploy one stage per RestApi`);
}

function readTree(stack: ResolvedStack, api: ResolvedResource, stageVariables: RestModel['stageVariables']): RestTree<RestMethod> {
  const tree = buildRestTree<RestMethod>(
    `${api.physicalId}-root`,
    partsOf(stack, 'AWS::ApiGateway::Resource', 'RestApiId', api.physicalId),
  );
  for (const method of partsOf(stack, 'AWS::ApiGateway::Method', 'RestApiId', api.physicalId)) {
    const httpMethod = text(method, 'HttpMethod');
    tree.byId(text(method, 'ResourceId')).methods.set(httpMethod, {
      logicalId: method.logicalId,
      httpMethod,
      authorization: readAuthorization(method),
      validator: readMethodValidator(stack, method),
      integration: readIntegration(method, stageVariables),
    });
  }
  return tree;
}

function readAuthorization(method: ResolvedResource): RestMethod['authorization'] {
  const authorization = optionalText(method, 'AuthorizationType') ?? 'NONE';
  if (authorization !== 'NONE' && authorization !== 'AWS_IAM') {
    throw new Error(
      `${method.logicalId}: AuthorizationType is ${authorization}, expected NONE or AWS_IAM; the local stage has no REST authorizers and would leave it open`,
    );
  }
  if (flag(method, 'ApiKeyRequired')) {
    throw new Error(`${method.logicalId}: ApiKeyRequired is true, expected false; the local stage has no API keys and would leave it open`);
  }
  return authorization;
}

function readIntegration(method: ResolvedResource, stageVariables: RestModel['stageVariables']): RestIntegration {
  const integration = nested(method, 'Integration');
  if (!integration) throw new Error(`${method.logicalId}: Integration is missing, expected one of type AWS_PROXY or MOCK`);
  const type = text(integration, 'Type');
  if (type === 'MOCK') return readMock(integration);
  const transfer = optionalText(integration, 'ResponseTransferMode') ?? 'BUFFERED';
  if (type !== 'AWS_PROXY' || (transfer !== 'BUFFERED' && transfer !== 'STREAM')) {
    throw new Error(
      `${integration.logicalId}: Type is ${type} (${transfer}), expected AWS_PROXY (BUFFERED or STREAM) or MOCK; the local stage runs no other integration`,
    );
  }
  return {
    type,
    functionArn: functionArnOf(text(integration, 'Uri'), integration.logicalId, { stageVariables, transfer }),
    transfer,
    timeoutMs: optionalNumber(integration, 'TimeoutInMillis') ?? DEFAULT_TIMEOUT_MS,
    httpMethod: optionalText(integration, 'IntegrationHttpMethod') ?? 'POST',
    forbiddenMapping: Object.keys(textMap(integration, 'RequestParameters')).find((target) => FORBIDDEN_MAPPING.test(target)),
  };
}

function readMock(integration: ResolvedResource): RestIntegration & { type: 'MOCK' } {
  return {
    type: 'MOCK',
    requestTemplates: readTemplates(integration, 'RequestTemplates'),
    passthrough: optionalText(integration, 'PassthroughBehavior') ?? 'WHEN_NO_MATCH',
    contentHandling: optionalText(integration, 'ContentHandling'),
    responses: nestedList(integration, 'IntegrationResponses').map((response) => {
      const selection = optionalText(response, 'SelectionPattern');
      return {
        statusCode: Number(text(response, 'StatusCode')),
        selectionPattern: selection ? new RegExp(`^(?:${selection})$`) : undefined,
        parameters: textMap(response, 'ResponseParameters'),
        templates: readTemplates(response, 'ResponseTemplates'),
      };
    }),
  };
}
