/**
 * Everything that can be deleted and deployed again: both APIs, the functions with their roles and logs, the fan-out, alarms. It refers
 * to the data stack, never the other way round.
 */

import type { AnyServiceDeclaration } from '@org/gateway-server/service';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { AccountLogRole } from './constructs/account-log-role.js';
import { GatewayAlarms } from './constructs/gateway-alarms.js';
import { RestGateway, type RoutedService } from './constructs/rest-gateway.js';
import { SocketGateway } from './constructs/socket-gateway.js';
import { TopicFanout } from './constructs/topic-fanout.js';
import { type FunctionParts, fanoutFunction, serviceFunction, socketFunction } from './functions.js';

export interface GatewayStackProps extends StackProps, FunctionParts {
  readonly services: readonly AnyServiceDeclaration[];
}

/** The gateway of a stage. */
export class GatewayStack extends Stack {
  constructor(scope: Construct, id: string, { settings, data, codeFolder, services: declarations, ...props }: GatewayStackProps) {
    super(scope, id, props);
    const parts: FunctionParts = { settings, data, codeFolder };
    const services = declarations.map((declaration) => ({
      service: declaration.service,
      lambda: serviceFunction(this, declaration, parts).lambda,
    }));
    const rest = settings.rest ? new RestGateway(this, 'RestGateway', { settings, services }) : undefined;
    const socket = settings.socket ? this.#addSocket(parts, services) : undefined;
    if (settings.alarms) {
      const functions = Object.fromEntries(services.map(({ service, lambda }) => [service.name, lambda]));
      const undelivered = socket?.undelivered;
      new GatewayAlarms(this, 'Alarms', { functions: { ...functions, ...socket?.functions }, rest: rest?.api, undelivered });
    }
    if (settings.accountLogRole) {
      const role = new AccountLogRole(this, 'AccountLogRole');
      for (const stage of [rest?.api.deploymentStage, socket?.gateway.stage]) stage?.node.addDependency(role);
    }
    new CfnOutput(this, 'Stage', { value: settings.stage, description: 'Name of the stage' });
    if (rest) new CfnOutput(this, 'RestUrl', { value: rest.url, description: 'Address of the REST API' });
    if (socket) new CfnOutput(this, 'SocketUrl', { value: socket.gateway.url, description: 'Address of the WebSocket API' });
  }

  #addSocket(
    parts: FunctionParts,
    services: readonly RoutedService[],
  ): { readonly gateway: SocketGateway; readonly functions: Readonly<Record<string, IFunction>>; readonly undelivered: IQueue } {
    const gateway = new SocketGateway(this, 'SocketGateway', parts.settings);
    const socket = socketFunction(this, { ...parts, socket: gateway, services });
    const fanout = fanoutFunction(this, { ...parts, socket: gateway });
    gateway.addRoutes(socket.lambda, services);
    const { undelivered } = new TopicFanout(this, 'TopicFanout', { topics: parts.data.topics, fanout });
    return { gateway, functions: { socket: socket.lambda, fanout: fanout.lambda }, undelivered };
  }
}
