/**
 * The REST API: `/rpc/{service}/…` for procedures and `/{root}/…` for each first segment of a service's `rest:` routes, all to that
 * service's function. Procedures and routes below that are the function's business, so an API of any size stays at a handful of
 * resources per service. OPTIONS is answered by API Gateway itself on every resource; `ANY` is every other method.
 */

import { type AnyService, routeRoots } from '@org/gateway-core';
import { RPC_ROOT } from '@org/gateway-core/protocol';
import { Duration, Stack } from 'aws-cdk-lib';
import {
  EndpointType,
  type IResource,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
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
}

export interface RestGatewayProps {
  readonly settings: StageSettings;
  readonly services: readonly RoutedService[];
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

  constructor(scope: Construct, id: string, { settings, services }: RestGatewayProps) {
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
        metricsEnabled: true,
        dataTraceEnabled: false,
        loggingLevel: MethodLoggingLevel.ERROR,
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
    this.#addRoutes(services);
    acknowledge(this.api, {
      'AwsSolutions-APIG2':
        'Functions validate every request by the schemas of the contract, which say more than a model of API Gateway can.',
      'AwsSolutions-APIG4':
        'Procedures say themselves who may call them (`auth` in the contract); functions check it before a handler runs.',
      'AwsSolutions-COG4':
        'Who signs users in is for the organisation to choose, with an authorizer; functions refuse what is not public until there is one.',
    });
    addGatewayResponses(this.api, settings);
    if (settings.waf === false) {
      acknowledge(this.api.deploymentStage, { 'AwsSolutions-APIG3': 'Settings of this stage ask for no firewall; production may not.' });
    }
    const { region, urlSuffix } = Stack.of(this);
    this.url = `https://${this.api.restApiId}.execute-api.${region}.${urlSuffix}/${STAGE_NAME}`;
  }

  #addRoutes(services: readonly RoutedService[]): void {
    const rpc = this.api.root.addResource(RPC_ROOT);
    for (const { service, lambda } of services) {
      // One permission for the whole API: per method, a function's resource policy would outgrow its 20 KB.
      const integration = new LambdaIntegration(lambda, { scopePermissionToMethod: false, timeout: INTEGRATION_TIMEOUT });
      addEverythingBelow(rpc.addResource(service.name), integration);
      for (const root of routeRoots(service)) {
        const resource = this.api.root.addResource(root);
        resource.addMethod('ANY', integration);
        addEverythingBelow(resource, integration);
      }
    }
  }
}

function addEverythingBelow(resource: IResource, integration: LambdaIntegration): void {
  resource.addResource('{proxy+}').addMethod('ANY', integration);
}
