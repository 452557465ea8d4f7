/**
 * The REST API: `/rpc/{service}/…` for procedures and `/{root}/…` for each first segment of a service's `rest:` routes, all to that
 * service's function. Procedures and routes below that are the function's business, so an API of any size stays at a handful of
 * resources per service. OPTIONS is answered by API Gateway itself on every resource; `ANY` is every other method.
 */

import { type AnyService, routeRoots } from '@org/gateway-core';
import { GATEWAY_SERVICE, RPC_ROOT } from '@org/gateway-core/protocol';
import type { AnyServiceDeclaration } from '@org/gateway-server/service';
import { Duration, Stack } from 'aws-cdk-lib';
import {
  AuthorizationType,
  EndpointType,
  type IResource,
  LambdaIntegration,
  LogGroupLogDestination,
  type MethodDeploymentOptions,
  MethodLoggingLevel,
  type MethodOptions,
  ResponseTransferMode,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { StageSettings } from '../settings-schema.js';
import { accessLogGroup, restAccessLog } from './access-log.js';
import { acknowledge } from './acknowledge.js';
import { preflightOptions } from './cors.js';
import { addGatewayResponses } from './gateway-responses.js';
import { STAGE_NAME } from './stage-name.js';

/** A service and the function that serves it. */
export interface RoutedService {
  readonly service: AnyService;
  readonly lambda: IFunction;
  /** Who vouches for callers: tokens, which the function checks, or AWS identities, which API Gateway does. */
  readonly auth: 'token' | 'iam';
  /** What all callers together may send each of its routes; undefined: what the stage allows. */
  readonly throttle: AnyServiceDeclaration['throttle'];
}

export interface RestGatewayProps {
  readonly settings: StageSettings;
  readonly services: readonly RoutedService[];
  /** Serves `/rpc/gw`. @default there is no identity */
  readonly identity?: IFunction | undefined;
}

/**
 * Bodies that reach a function as bytes (base64) instead of text. Never all types: JSON would become base64 too, and the preflights'
 * MOCK integration would fail. Other binary bodies are sent as `application/octet-stream`.
 */
const BINARY_TYPES = [
  'application/gzip',
  'application/octet-stream',
  'application/pdf',
  'application/zip',
  'audio/mpeg',
  'audio/ogg',
  'image/avif',
  'image/gif',
  'image/jpeg',
  'image/png',
  'image/webp',
  'video/mp4',
  'video/webm',
];

/** API Gateway's own limit; functions stop before. */
const INTEGRATION_TIMEOUT = Duration.seconds(29);

/** The REST API of a stage. */
export class RestGateway extends Construct {
  readonly api: RestApi;
  /** `https://…/prod`, without a slash at the end. */
  readonly url: string;

  constructor(scope: Construct, id: string, { settings, services, identity }: RestGatewayProps) {
    super(scope, id);
    this.api = new RestApi(this, 'Api', {
      restApiName: `gateway-${settings.stage}`,
      description: `Gateway (${settings.stage}), REST`,
      endpointConfiguration: { types: [EndpointType.REGIONAL] },
      cloudWatchRole: false,
      binaryMediaTypes: BINARY_TYPES,
      defaultCorsPreflightOptions: preflightOptions(settings),
      deployOptions: {
        stageName: STAGE_NAME,
        tracingEnabled: true,
        ...EVERY_METHOD,
        methodOptions: throttledMethods(services),
        // Without limits of its own a stage has the account's.
        ...(settings.restThrottle === undefined
          ? {}
          : { throttlingRateLimit: settings.restThrottle.ratePerSecond, throttlingBurstLimit: settings.restThrottle.burst }),
        accessLogDestination: new LogGroupLogDestination(accessLogGroup(this, settings)),
        accessLogFormat: restAccessLog,
      },
    });
    // CDK's own output would stand beside ours under a name that changes with the construct tree.
    this.api.node.tryRemoveChild('Endpoint');
    this.#addRoutes(services, identity, settings.streaming ? ResponseTransferMode.STREAM : ResponseTransferMode.BUFFERED);
    acknowledge(this.api, {
      'AwsSolutions-APIG2':
        'Functions validate every request by the schemas of the contract, which say more than a model of API Gateway can.',
      'AwsSolutions-APIG4':
        'Procedures say themselves who may call them (`auth` in the contract); functions check it before a handler runs.',
      'AwsSolutions-COG4':
        'Functions check the tokens of the issuer that the organisation has chosen, Cognito or another; no authorizer stands before them.',
    });
    addGatewayResponses(this.api, settings);
    if (settings.waf === false) {
      acknowledge(this.api.deploymentStage, { 'AwsSolutions-APIG3': 'Settings of this stage ask for no firewall; production may not.' });
    }
    const { region, urlSuffix } = Stack.of(this);
    this.url = `https://${this.api.restApiId}.execute-api.${region}.${urlSuffix}/${STAGE_NAME}`;
  }

  /** @param transfer of services' functions, which are told; the gateway's own answers in one piece */
  #addRoutes(services: readonly RoutedService[], identity: IFunction | undefined, transfer: ResponseTransferMode): void {
    const rpc = this.api.root.addResource(RPC_ROOT);
    for (const { service, lambda, auth } of services) {
      const integration = integrationOf(lambda, transfer);
      const options = auth === 'iam' ? SIGNED : {};
      addEverythingBelow(rpc.addResource(service.name), integration, options);
      for (const root of routeRoots(service)) {
        const resource = this.api.root.addResource(root);
        resource.addMethod('ANY', integration, options);
        addEverythingBelow(resource, integration, options);
      }
    }
    if (identity) addEverythingBelow(rpc.addResource(GATEWAY_SERVICE), integrationOf(identity), {});
  }
}

/** API Gateway asks for a signature by AWS credentials that may `execute-api:Invoke` here. Preflights are answered without. */
const SIGNED: MethodOptions = { authorizationType: AuthorizationType.IAM };

/** Settings of a method are all its own: what all have is said again for it. */
const EVERY_METHOD: MethodDeploymentOptions = { metricsEnabled: true, dataTraceEnabled: false, loggingLevel: MethodLoggingLevel.ERROR };

/** Requests are counted by the method they have; `ANY` is none. */
export const COUNTED_METHODS = ['GET', 'HEAD', 'POST', 'DELETE'] as const;

/** Limits of services that have their own, by path and method: each route has a bucket. */
function throttledMethods(services: readonly RoutedService[]): Record<string, MethodDeploymentOptions> {
  const rules = services.flatMap(({ service, throttle }) => {
    if (throttle === undefined) return [];
    const paths = [`/${RPC_ROOT}/${service.name}/{proxy+}`, ...routeRoots(service).flatMap((root) => [`/${root}`, `/${root}/{proxy+}`])];
    const limits = { ...EVERY_METHOD, throttlingRateLimit: throttle.ratePerSecond, throttlingBurstLimit: throttle.burst };
    return paths.flatMap((path) => COUNTED_METHODS.map((method) => [`${path}/${method}`, limits] as const));
  });
  return Object.fromEntries(rules);
}

/**
 * One permission for the whole API: per method, a function's resource policy would outgrow its 20 KB. Streaming needs no other:
 * https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html
 */
function integrationOf(lambda: IFunction, responseTransferMode = ResponseTransferMode.BUFFERED): LambdaIntegration {
  const isStreamed = responseTransferMode === ResponseTransferMode.STREAM;
  const options = { scopePermissionToMethod: false, timeout: INTEGRATION_TIMEOUT };
  return new LambdaIntegration(lambda, isStreamed ? { ...options, responseTransferMode } : options);
}

function addEverythingBelow(resource: IResource, integration: LambdaIntegration, options: MethodOptions): void {
  resource.addResource('{proxy+}').addMethod('ANY', integration, options);
}
