/**
 * Everything that can be deleted and deployed again: both APIs, the functions with their roles and logs, models, the GraphQL API, the fan-out,
 * alarms and the dashboard. It refers to the data stack, never the other way round.
 */

import type { AnyService } from '@org/gateway-core';
import { type AnyServiceDeclaration, type AnyWorkerDeclaration, serviceFunction as declaredFunction } from '@org/gateway-server/service';
import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { EventInvokeConfig, type IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { AccountLogRole } from './constructs/account-log-role.js';
import { callersRole } from './constructs/callers-role.js';
import { GatewayAlarms } from './constructs/gateway-alarms.js';
import { GatewayDashboard } from './constructs/gateway-dashboard.js';
import type { GatewayFunction } from './constructs/gateway-function.js';
import { GraphApi } from './constructs/graph-api.js';
import { deployedModel } from './constructs/model-endpoint.js';
import type { Monitored } from './constructs/monitored.js';
import type { DeployedResource } from './constructs/permissions.js';
import { feedPushes, pushQueues } from './constructs/push-queues.js';
import { RestGateway, type RoutedService } from './constructs/rest-gateway.js';
import { SocketGateway } from './constructs/socket-gateway.js';
import { TopicFanout } from './constructs/topic-fanout.js';
import { WebFirewall } from './constructs/web-firewall.js';
import { feedWorker } from './constructs/worker-source.js';
import type { DataStack } from './data-stack.js';
import { type Declarations, declaredResources, deployedOf, inCallOrder, sequencedServices } from './declarations.js';
import { givesTickets, IDENTITY_FUNCTION, SEQUENCER_FUNCTION } from './function-plan.js';
import {
  FANOUT_TIMEOUT_SECONDS,
  type FunctionParts,
  fanoutFunction,
  identityFunction,
  pushFunction,
  sequencerFunction,
  serviceFunction,
  socketFunction,
  workerFunction,
} from './functions.js';
import type { StageSettings } from './settings-schema.js';

export interface GatewayStackProps extends StackProps {
  readonly settings: StageSettings;
  readonly declarations: Declarations;
  readonly data: DataStack;
  /** Folder of a function's bundle, by the function's name. */
  readonly codeFolder: (name: string) => string;
}

/** Times Lambda repeats a call that nobody waits for, and how long at most; then it is a dead letter. */
const SENT_CALL_RETRIES = 2;
const SENT_CALL_AGE = Duration.hours(6);

/** Events that the sequencer takes at once: SQS gives no more of a FIFO queue. */
const MAX_SEQUENCED = 10;

/** The gateway of a stage. */
export class GatewayStack extends Stack {
  readonly #parts: FunctionParts;
  readonly #resources: Map<string, DeployedResource>;
  readonly #graphs = new Map<string, GraphApi>();
  readonly #functions: Record<string, IFunction> = {};

  constructor(scope: Construct, id: string, { settings, data, codeFolder, declarations, ...props }: GatewayStackProps) {
    super(scope, id, props);
    this.#resources = new Map(data.resources);
    // Before the functions: their variables and rights name it. Its routes, which name them, are last.
    const connections = settings.socket ? new SocketGateway(this, 'SocketGateway', settings) : undefined;
    this.#parts = { settings, data, codeFolder, resources: this.#resources, connections };
    this.#addResources(declarations);
    const { services, workers } = deployedOf(declarations, settings);
    const routed = this.#addServices(services);
    for (const worker of workers) this.#addWorker(worker);
    this.#addSequencer(sequencedServices(declarations, settings));
    const rest = settings.rest ? this.#addRest(routed) : undefined;
    const socket = connections && this.#addSocket(connections, routed);
    this.#monitor({ rest: rest?.api, socket: socket?.gateway.api, queues: socket?.queues ?? {}, deadLetters: socket?.deadLetters ?? {} });
    if (settings.accountLogRole) {
      const role = new AccountLogRole(this, 'AccountLogRole');
      for (const stage of [rest?.api.deploymentStage, socket?.gateway.stage]) stage?.node.addDependency(role);
    }
    new CfnOutput(this, 'Stage', { value: settings.stage, description: 'Name of the stage' });
    if (rest) new CfnOutput(this, 'RestUrl', { value: rest.url, description: 'Address of the REST API' });
    if (socket) new CfnOutput(this, 'SocketUrl', { value: socket.gateway.url, description: 'Address of the WebSocket API' });
    for (const [name, { deployed }] of this.#graphs)
      new CfnOutput(this, `${name}Url`, { value: deployed.location, description: `Address of the GraphQL API ${name}` });
  }

  /** Models and GraphQL APIs. */
  #addResources(declarations: Declarations): void {
    const { settings, data, connections } = this.#parts;
    for (const declaration of declaredResources(declarations, settings)) {
      if (declaration.kind === 'sessions') {
        const { tableName, tableArn } = data.connections;
        const location = connections === undefined ? tableName : `${tableName} ${connections.callbackUrl}`;
        this.#resources.set(declaration.name, { declaration, location, arn: tableArn });
      }
      const { graph } = settings;
      if (declaration.kind === 'graph' && graph !== false) {
        const api = new GraphApi(this, declaration, { ...settings, graph });
        this.#graphs.set(declaration.name, api);
        this.#resources.set(declaration.name, api.deployed);
      }
      const model = settings.models[declaration.name];
      if (declaration.kind === 'model' && model !== undefined)
        this.#resources.set(declaration.name, deployedModel(this, declaration, model));
    }
  }

  /** Every service, and of those that are not internal, what the APIs route to. */
  #addServices(services: readonly AnyServiceDeclaration[]): readonly RoutedService[] {
    const made = new Map<AnyServiceDeclaration, GatewayFunction>();
    for (const declaration of inCallOrder(services)) {
      const { service } = declaration;
      const created = serviceFunction(this, declaration, this.#parts);
      made.set(declaration, created);
      this.#functions[service.name] = created.lambda;
      this.#keepFailedCalls(service.name, created);
      const { functionName: location, functionArn: arn } = created.lambda;
      const { resource } = declaredFunction(service);
      this.#resources.set(resource.name, { declaration: resource, location, arn });
    }
    return services.flatMap((declaration) => {
      const lambda = made.get(declaration)?.lambda;
      return lambda === undefined || declaration.internal
        ? []
        : [{ service: declaration.service, lambda, auth: declaration.auth, throttle: declaration.throttle }];
    });
  }

  /** Calls that nobody waits for are kept when they fail for good. */
  #keepFailedCalls(name: string, service: GatewayFunction): void {
    const deadLetters = this.#parts.data.deadLetters.get(name);
    if (deadLetters === undefined) return;
    service.allow({ sid: 'OwnDeadLetters', actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] });
    new EventInvokeConfig(service, 'SentCalls', {
      function: service.lambda,
      retryAttempts: SENT_CALL_RETRIES,
      maxEventAge: SENT_CALL_AGE,
      onFailure: { bind: () => ({ destination: deadLetters.queueArn }) },
    });
  }

  #addWorker(declaration: AnyWorkerDeclaration): void {
    const { name, source, batchSize, maxAttempts } = declaration;
    const worker = workerFunction(this, declaration, this.#parts);
    this.#functions[name] = worker.lambda;
    if (source.kind === 'fields') {
      this.#graphs.get(source.resource.name)?.resolve(name, source.fields, worker.lambda);
      return;
    }
    const feed = this.#parts.data.feeds.get(name);
    if (feed === undefined) throw new Error(`[WORKER] ${name} has a source that is not deployed`);
    feedWorker(worker, feed, { batchSize, maxAttempts });
  }

  #addSequencer(services: readonly AnyService[]): void {
    const feed = this.#parts.data.feeds.get(SEQUENCER_FUNCTION);
    if (feed === undefined) return;
    const sequencer = sequencerFunction(this, this.#parts, services);
    this.#functions[SEQUENCER_FUNCTION] = sequencer.lambda;
    feedWorker(sequencer, feed, { batchSize: MAX_SEQUENCED, maxAttempts: 1 });
  }

  #addRest(services: readonly RoutedService[]): RestGateway {
    const { settings } = this.#parts;
    const identity = givesTickets(settings) ? identityFunction(this, this.#parts).lambda : undefined;
    if (identity) this.#functions[IDENTITY_FUNCTION] = identity;
    const rest = new RestGateway(this, 'RestGateway', { settings, services, identity });
    for (const { service, auth } of services) {
      if (auth !== 'iam') continue;
      const { roleArn: value } = callersRole(this, { settings, api: rest.api, service });
      const name = `${service.name.charAt(0).toUpperCase()}${service.name.slice(1)}CallersRole`;
      new CfnOutput(this, name, { value, description: `Role that may call the service ${service.name}` });
    }
    if (settings.waf !== false) new WebFirewall(this, 'WebFirewall', { api: rest.api, waf: settings.waf });
    return rest;
  }

  /** Services that AWS identities call are not on it: nobody signs frames. */
  #addSocket(gateway: SocketGateway, routed: readonly RoutedService[]) {
    const parts = this.#parts;
    const services = routed.filter(({ auth }) => auth === 'token');
    const socket = socketFunction(this, { ...parts, socket: gateway, services });
    const { pushes, unpushed } = pushQueues(this, Duration.seconds(FANOUT_TIMEOUT_SECONDS));
    const fanout = fanoutFunction(this, { ...parts, socket: gateway, pushes });
    const push = pushFunction(this, { ...parts, socket: gateway });
    gateway.addRoutes(socket.lambda, services);
    const { undelivered } = new TopicFanout(this, 'TopicFanout', { topics: parts.data.topics, fanout });
    feedPushes(push, pushes);
    Object.assign(this.#functions, { socket: socket.lambda, fanout: fanout.lambda, push: push.lambda });
    return { gateway, queues: { push: pushes }, deadLetters: { fanout: undelivered, push: unpushed } };
  }

  #monitor({ queues, deadLetters, ...apis }: Pick<Monitored, 'rest' | 'socket' | 'queues' | 'deadLetters'>) {
    const { settings, data } = this.#parts;
    const streams = [...data.feeds].filter(([, feed]) => feed.kind === 'stream').map(([name]) => name);
    const monitored: Monitored = {
      ...apis,
      functions: this.#functions,
      streamReaders: 'fanout' in deadLetters ? [...streams, 'fanout'] : streams,
      queues: {
        ...Object.fromEntries([...data.feeds].flatMap(([name, feed]) => (feed.kind === 'queue' ? [[name, feed.queue]] : []))),
        ...queues,
      },
      deadLetters: { ...Object.fromEntries(data.deadLetters), ...deadLetters },
    };
    if (settings.alarms !== false) new GatewayAlarms(this, 'Alarms', { monitored, email: settings.alarms.email });
    if (settings.dashboard) new GatewayDashboard(this, 'Dashboard', { monitored, name: this.stackName });
  }
}
