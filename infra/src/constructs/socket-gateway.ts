/**
 * The WebSocket API. A frame's `svc` names its route: `{"svc":"documents",…}` goes straight to the documents function, everything else
 * (`$default`: keep-alives, batches, stock clients) and the connections' beginning and end to the socket function. Routes that answer
 * have a route response; without one API Gateway drops what a function returns.
 *
 * The API comes first and its routes last: functions carry its address in their environment.
 */

import { Stack } from 'aws-cdk-lib';
import {
  type CfnStage,
  LogGroupLogDestination,
  type ThrottleSettings,
  WebSocketApi,
  type WebSocketRoute,
  WebSocketStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { StageSettings } from '../settings-schema.js';
import { accessLogGroup, socketAccessLog } from './access-log.js';
import { acknowledge } from './acknowledge.js';
import type { RoutedService } from './rest-gateway.js';
import { STAGE_NAME } from './stage-name.js';

/** The field of a frame that names its service (PROTOCOL.md P3.2). */
const ROUTE_SELECTION = '$request.body.svc';

/** The WebSocket API of a stage. */
export class SocketGateway extends Construct {
  /** `https://…/prod`: where functions post to connections. */
  readonly callbackUrl: string;
  /** `wss://…/prod`: where clients connect. */
  readonly url: string;
  readonly stage: WebSocketStage;
  readonly api: WebSocketApi;
  readonly #routes = new Map<string, WebSocketRoute>();

  constructor(scope: Construct, id: string, settings: StageSettings) {
    super(scope, id);
    this.api = new WebSocketApi(this, 'Api', {
      apiName: `gateway-${settings.stage}`,
      description: `Gateway (${settings.stage}), WebSocket`,
      routeSelectionExpression: ROUTE_SELECTION,
    });
    acknowledge(this.api, {
      'AwsSolutions-APIG4':
        'Procedures say themselves who may call them (`auth` in the contract); functions check it before a handler runs.',
    });
    this.stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.api,
      stageName: STAGE_NAME,
      autoDeploy: true,
      ...throttle(settings),
      detailedMetricsEnabled: true,
      accessLogSettings: { destination: new LogGroupLogDestination(accessLogGroup(this, settings)), format: socketAccessLog },
    });
    const { region, urlSuffix } = Stack.of(this);
    const address = `${this.api.apiId}.execute-api.${region}.${urlSuffix}/${STAGE_NAME}`;
    this.callbackUrl = `https://${address}`;
    this.url = `wss://${address}`;
  }

  /** Routes the connections' life and frames without a service to one function, frames with one to that service's. */
  addRoutes(socket: IFunction, services: readonly RoutedService[]): void {
    this.#addRoute('$connect', socket, false);
    this.#addRoute('$disconnect', socket, false);
    this.#addRoute('$default', socket, true);
    for (const { service, lambda } of services) this.#addRoute(service.name, lambda, true);
    this.#throttle(services);
  }

  /** A stage refuses settings of a route that is not there yet. */
  #throttle(services: readonly RoutedService[]): void {
    const limits = services.flatMap(({ service: { name }, throttle }) =>
      throttle === undefined
        ? []
        : [
            [
              name,
              { ThrottlingRateLimit: throttle.ratePerSecond, ThrottlingBurstLimit: throttle.burst, DetailedMetricsEnabled: true },
            ] as const,
          ],
    );
    if (limits.length === 0) return;
    (this.stage.node.defaultChild as CfnStage).addPropertyOverride('RouteSettings', Object.fromEntries(limits));
    for (const [name] of limits) this.stage.node.addDependency(this.#routes.get(name) as WebSocketRoute);
  }

  /** ARN of the right to use `@connections` of this API with one method (`POST` sends, `DELETE` closes). */
  connectionsArn(method: 'POST' | 'DELETE'): string {
    const resourceName = `${STAGE_NAME}/${method}/@connections/*`;
    return Stack.of(this).formatArn({ service: 'execute-api', resource: this.api.apiId, resourceName });
  }

  #addRoute(routeKey: string, lambda: IFunction, returnResponse: boolean): void {
    const route = this.api.addRoute(routeKey, {
      integration: new WebSocketLambdaIntegration(`${routeKey}Integration`, lambda),
      returnResponse,
    });
    this.#routes.set(routeKey, route);
  }
}

/** Without limits of its own a stage has the account's. */
function throttle({ socketThrottle }: StageSettings): { readonly throttle?: ThrottleSettings } {
  if (socketThrottle === undefined) return {};
  return { throttle: { rateLimit: socketThrottle.ratePerSecond, burstLimit: socketThrottle.burst } };
}
