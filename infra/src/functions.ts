/**
 * The functions: what each gets told and what it may do. A service gets its own resources and reads who is connected; with subscriptions
 * it also writes them and publishes to its own topics; with mutations it keeps their replies. A worker gets its own resources, and publishes
 * for the service it announces. The socket function may invoke the services, and it and the fan-out may post to connections.
 */

import type { AnyService } from '@org/gateway-core';
import {
  type AnyGrant,
  type AnyServiceDeclaration,
  type AnyWorkerDeclaration,
  CLOSING_ACTION,
  GATEWAY_VARIABLES,
  hasSubscriptions,
  isPresenceGrant,
  isSessionsGrant,
  keepsReplies,
  LIMIT_ACTIONS,
  LIMIT_PARTITIONS,
  limitsCallers,
  PAYLOAD_GRANTS,
  publishesSequenced,
  publishStatement,
  publishStatements,
  REALTIME_ACTIONS,
  REPLY_ACTIONS,
  resourceVariable,
  SIGN_IN_PARTITIONS,
  sequencedOf,
} from '@org/gateway-server/service';
import { Stack } from 'aws-cdk-lib';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { accountAccess, accountEnvironment, accountOf, accountsOf, functionRoleName } from './account-names.js';
import { GatewayFunction } from './constructs/gateway-function.js';
import { type DeployedResource, find, grantPermissions, type Permission } from './constructs/permissions.js';
import type { RoutedService } from './constructs/rest-gateway.js';
import type { SocketGateway } from './constructs/socket-gateway.js';
import { type DataStack, SEQUENCER_TIMEOUT_SECONDS } from './data-stack.js';
import { FANOUT_FUNCTION, IDENTITY_FUNCTION, PUSH_FUNCTION, SEQUENCER_FUNCTION, SOCKET_FUNCTION } from './function-plan.js';
import type { StageSettings } from './settings-schema.js';

/** What all functions of a stage are made from. */
export interface FunctionParts {
  readonly settings: StageSettings;
  readonly data: DataStack;
  /** Folder of a function's bundle, by the function's name. */
  readonly codeFolder: (name: string) => string;
  /** Where the stage has a socket: whoever ends sessions closes connections. */
  readonly connections?: SocketGateway | undefined;
  /** Declared resources by name, functions of services among them once they are made. */
  readonly resources: ReadonlyMap<string, DeployedResource>;
}

/** A service waits for nobody but AWS; the socket function waits for services, which stop at 28 s. */
const SOCKET_TIMEOUT_SECONDS = 29;

/** Two questions to the issuer take 3 s each at most, one to a table 14. */
const IDENTITY_TIMEOUT_SECONDS = 28;

/** A batch of 100 events to many subscribers; the stream waits meanwhile. */
export const FANOUT_TIMEOUT_SECONDS = 60;

/** The function of a service. */
export function serviceFunction(scope: Construct, declaration: AnyServiceDeclaration, parts: FunctionParts): GatewayFunction {
  const { service, uses, memoryMb, timeoutSeconds, internal } = declaration;
  const { settings, data } = parts;
  const publishes = hasSubscriptions(service);
  // No route and no connection leads to an internal service.
  const reached = !internal || publishes;
  const streams = settings.rest && settings.streaming && !internal;
  const replies = keepsReplies(declaration) ? data.replies : undefined;
  const own = usesOf(service.name, uses, parts);
  const payloads = payloadsOf('service', parts);
  const sequencing = sequencingOf(declaration, data);
  return new GatewayFunction(scope, `${service.name}Service`, {
    ...own,
    settings,
    description: `service ${service.name}`,
    codeFolder: parts.codeFolder(service.name),
    memoryMb,
    timeoutSeconds,
    environment: {
      [GATEWAY_VARIABLES.service]: service.name,
      ...(reached ? { [GATEWAY_VARIABLES.allowedOrigin]: settings.allowedOrigins.join(' ') } : {}),
      ...(reached ? { [GATEWAY_VARIABLES.connectionsTable]: data.connections.tableName } : {}),
      ...(reached && declaration.auth === 'token' ? identityOf(settings) : {}),
      ...(publishes ? { [GATEWAY_VARIABLES.topicsTable]: data.topics.tableName } : {}),
      ...(streams ? { [GATEWAY_VARIABLES.streams]: 'true' } : {}),
      ...(reached ? payloads.environment : {}),
      ...(replies === undefined ? {} : { [GATEWAY_VARIABLES.repliesTable]: replies.tableName }),
      ...sequencing.environment,
      ...own.environment,
    },
    permissions: [
      ...own.permissions,
      ...sequencing.permissions,
      ...(reached ? realtimePermissions(REALTIME_ACTIONS[publishes ? 'publisher' : 'service'], data, service) : []),
      ...(reached ? payloads.permissions : []),
      ...(reached && limitsCallers(service) ? [limitsPermission(data)] : []),
      ...(replies === undefined ? [] : [{ sid: 'Replies', actions: REPLY_ACTIONS, resources: [replies.tableArn] }]),
    ],
  });
}

function limitsPermission({ connections }: DataStack): Permission {
  const conditions = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...LIMIT_PARTITIONS] } };
  return { sid: 'RateLimits', actions: LIMIT_ACTIONS, resources: [connections.tableArn], conditions };
}

/** The function of a worker. */
export function workerFunction(scope: Construct, declaration: AnyWorkerDeclaration, parts: FunctionParts): GatewayFunction {
  const { name, uses, memoryMb, timeoutSeconds, announces } = declaration;
  const { settings, data } = parts;
  const own = usesOf(name, uses, parts);
  const publishes = announces !== undefined;
  const sequencing = sequencingOf(declaration, data);
  return new GatewayFunction(scope, `${name}Worker`, {
    ...own,
    settings,
    description: `worker ${name}`,
    codeFolder: parts.codeFolder(name),
    memoryMb,
    timeoutSeconds,
    environment: {
      ...(publishes
        ? {
            [GATEWAY_VARIABLES.connectionsTable]: data.connections.tableName,
            [GATEWAY_VARIABLES.topicsTable]: data.topics.tableName,
          }
        : {}),
      ...sequencing.environment,
      ...own.environment,
    },
    permissions: [...own.permissions, ...sequencing.permissions, ...(publishes ? announcingPermissions(announces, data) : [])],
  });
}

/** The function behind `$connect`, `$disconnect` and `$default`. */
export function socketFunction(
  scope: Construct,
  parts: FunctionParts & { readonly socket: SocketGateway; readonly services: readonly RoutedService[] },
): GatewayFunction {
  const { settings, data, socket, services } = parts;
  const payloads = payloadsOf('socket', parts);
  const names = Object.fromEntries(services.map(({ service, lambda }) => [service.name, lambda.functionName]));
  return new GatewayFunction(scope, 'SocketFunction', {
    settings,
    description: 'socket connections',
    codeFolder: parts.codeFolder(SOCKET_FUNCTION),
    memoryMb: 512,
    timeoutSeconds: SOCKET_TIMEOUT_SECONDS,
    environment: {
      [GATEWAY_VARIABLES.allowedOrigin]: settings.allowedOrigins.join(' '),
      [GATEWAY_VARIABLES.connectionsTable]: data.connections.tableName,
      [GATEWAY_VARIABLES.topicsTable]: data.topics.tableName,
      [GATEWAY_VARIABLES.socketEndpoint]: socket.callbackUrl,
      [GATEWAY_VARIABLES.serviceFunctions]: Stack.of(scope).toJsonString(names),
      ...identityOf(settings),
      ...payloads.environment,
    },
    permissions: [
      ...realtimePermissions(REALTIME_ACTIONS.socket, data),
      ...(services.length === 0 ? [] : [servicesPermission(services)]),
      connectionPermission(socket),
      ...payloads.permissions,
    ],
  });
}

/** The function that gives tickets: the gateway's own procedures over REST. */
export function identityFunction(scope: Construct, { settings, data, codeFolder }: FunctionParts): GatewayFunction {
  return new GatewayFunction(scope, 'IdentityFunction', {
    settings,
    description: 'tickets of signed-in callers',
    codeFolder: codeFolder(IDENTITY_FUNCTION),
    memoryMb: 512,
    timeoutSeconds: IDENTITY_TIMEOUT_SECONDS,
    environment: {
      [GATEWAY_VARIABLES.allowedOrigin]: settings.allowedOrigins.join(' '),
      [GATEWAY_VARIABLES.connectionsTable]: data.connections.tableName,
      ...identityOf(settings),
    },
    permissions: [
      {
        sid: 'Connections',
        actions: REALTIME_ACTIONS.identity.connections,
        resources: [data.connections.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...SIGN_IN_PARTITIONS, ...LIMIT_PARTITIONS] } },
      },
    ],
  });
}

/** What a function that reads tokens is told. */
function identityOf({ identity }: StageSettings): Readonly<Record<string, string>> {
  return identity === false ? {} : { [GATEWAY_VARIABLES.identity]: JSON.stringify(identity) };
}

/** The function that sends the events of topics to their subscribers. */
export function fanoutFunction(
  scope: Construct,
  parts: FunctionParts & { readonly socket: SocketGateway; readonly pushes: IQueue },
): GatewayFunction {
  const { pushes } = parts;
  return sendingFunction(scope, parts, {
    id: 'FanoutFunction',
    description: 'fan-out of events',
    name: FANOUT_FUNCTION,
    environment: { [GATEWAY_VARIABLES.pushQueue]: pushes.queueUrl },
    permissions: [
      ...realtimePermissions(REALTIME_ACTIONS.fanout, parts.data),
      { sid: 'Pushes', actions: ['sqs:SendMessage'], resources: [pushes.queueArn] },
    ],
  });
}

/** The function that pushes the events of big topics, a part of their followers at a time. */
export function pushFunction(scope: Construct, parts: FunctionParts & { readonly socket: SocketGateway }): GatewayFunction {
  return sendingFunction(scope, parts, {
    id: 'PushFunction',
    description: 'pushes to the followers of big topics',
    name: PUSH_FUNCTION,
    environment: {},
    permissions: realtimePermissions(REALTIME_ACTIONS.push, parts.data),
  });
}

/** What a function that sends events has of its own. */
interface Sending {
  readonly id: string;
  readonly description: string;
  /** Of its bundle. */
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly permissions: readonly Permission[];
}

/** A function that reads topics and posts to connections. */
function sendingFunction(
  scope: Construct,
  parts: FunctionParts & { readonly socket: SocketGateway },
  { id, description, name, environment, permissions }: Sending,
): GatewayFunction {
  const { settings, data, socket } = parts;
  const payloads = payloadsOf('fanout', parts);
  return new GatewayFunction(scope, id, {
    settings,
    description,
    codeFolder: parts.codeFolder(name),
    memoryMb: 512,
    timeoutSeconds: FANOUT_TIMEOUT_SECONDS,
    environment: {
      [GATEWAY_VARIABLES.connectionsTable]: data.connections.tableName,
      [GATEWAY_VARIABLES.topicsTable]: data.topics.tableName,
      [GATEWAY_VARIABLES.socketEndpoint]: socket.callbackUrl,
      ...environment,
      ...payloads.environment,
    },
    permissions: [...permissions, connectionPermission(socket), ...payloads.permissions],
  });
}

/** The function that numbers the events of sequenced subscriptions: it may write to topics of those alone. */
export function sequencerFunction(scope: Construct, parts: FunctionParts, services: readonly AnyService[]): GatewayFunction {
  const { settings, data } = parts;
  const { deadLetters } = sequencerOf(data);
  const partitions = services.flatMap(
    (service) => publishStatement(service, sequencedOf(service)).conditions?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? [],
  );
  return new GatewayFunction(scope, 'SequencerFunction', {
    settings,
    description: 'order of hot topics',
    codeFolder: parts.codeFolder(SEQUENCER_FUNCTION),
    memoryMb: 512,
    timeoutSeconds: SEQUENCER_TIMEOUT_SECONDS,
    environment: {
      [GATEWAY_VARIABLES.topicsTable]: data.topics.tableName,
      [GATEWAY_VARIABLES.sequencerDeadLetters]: deadLetters.queueUrl,
    },
    permissions: [
      {
        sid: 'Topics',
        actions: REALTIME_ACTIONS.sequencer.topics,
        resources: [data.topics.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions } },
      },
      { sid: 'OwnDeadLetters', actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] },
    ],
  });
}

/** What a publisher to sequenced subscriptions is told, and may do. */
function sequencingOf(declaration: AnyServiceDeclaration | AnyWorkerDeclaration, data: DataStack) {
  if (!publishesSequenced(declaration)) return { environment: {}, permissions: [] };
  const { queue } = sequencerOf(data);
  return {
    environment: { [GATEWAY_VARIABLES.sequencerQueue]: queue.queueUrl },
    permissions: [{ sid: 'Sequencer', actions: ['sqs:SendMessage'], resources: [queue.queueArn] }],
  };
}

function sequencerOf({ sequencer }: DataStack): NonNullable<DataStack['sequencer']> {
  if (sequencer === undefined)
    throw new Error('[SERVICE] something publishes to a sequenced subscription of a service that is not deployed; add it to services.ts');
  return sequencer;
}

/** What a function's `uses` come to: where its resources are and what it may do, over there by a role that it may assume. */
function usesOf(name: string, uses: Readonly<Record<string, AnyGrant>>, { settings, resources, connections }: FunctionParts) {
  const grants = Object.values(uses).filter((grant) => !isPresenceGrant(grant));
  const closing = connections !== undefined && grants.some(isSessionsGrant) ? [connectionPermission(connections)] : [];
  const accounts = accountsOf(grants);
  const assumed = accounts.map((account) => ({
    sid: `Account${account.charAt(0).toUpperCase()}${account.slice(1)}`,
    actions: ['sts:AssumeRole'],
    resources: [accountAccess(settings, account, name).roleArn],
  }));
  const own = grants.filter(({ resource }) => accountOf(resource) === undefined);
  return {
    environment: {
      ...Object.fromEntries(grants.map(({ resource }) => [resourceVariable(resource), find(resources, resource).location])),
      ...accountEnvironment(settings, name, grants),
    },
    permissions: [...grantPermissions(own, resources), ...assumed, ...closing],
    ...(accounts.length === 0 ? {} : { roleName: functionRoleName(settings, name) }),
  };
}

/** The bucket of large messages, where there is a socket. */
function payloadsOf(kind: keyof typeof PAYLOAD_GRANTS, { settings, data }: FunctionParts) {
  if (!settings.socket) return { environment: {}, permissions: [] };
  const { declaration, location } = data.payloads;
  return {
    environment: { [GATEWAY_VARIABLES.payloadsBucket]: location },
    permissions: grantPermissions(PAYLOAD_GRANTS[kind], new Map([[declaration.name, data.payloads]])),
  };
}

/**
 * The gateway's own tables; a kind of function without actions on one has no statement for it. Who publishes for one service has rights on the
 * topics of that one only.
 */
function realtimePermissions(
  { connections, topics }: { readonly connections: readonly string[]; readonly topics: readonly string[] },
  data: DataStack,
  publisher?: AnyService,
): readonly Permission[] {
  const permissions: readonly Permission[] = [
    { sid: 'Connections', actions: connections, resources: [data.connections.tableArn] },
    {
      sid: 'Topics',
      actions: topics,
      resources: [data.topics.tableArn],
      ...(publisher === undefined ? {} : { conditions: publishStatement(publisher).conditions }),
    },
  ];
  return permissions.filter(({ actions }) => actions.length > 0);
}

/** Who announces for a service has rights on topics of those subscriptions that are not sequenced, and on no connection. */
function announcingPermissions(announces: AnyService, data: DataStack): readonly Permission[] {
  return publishStatements(announces).map(({ actions, conditions }) => ({
    sid: 'Topics',
    actions,
    resources: [data.topics.tableArn],
    ...(conditions === undefined ? {} : { conditions }),
  }));
}

function servicesPermission(services: readonly RoutedService[]): Permission {
  return { sid: 'Services', actions: ['lambda:InvokeFunction'], resources: services.map(({ lambda }) => lambda.functionArn) };
}

/** Sending to connections and closing them. */
function connectionPermission(socket: SocketGateway): Permission {
  return {
    sid: 'OpenConnections',
    actions: [CLOSING_ACTION],
    resources: [socket.connectionsArn('POST'), socket.connectionsArn('DELETE')],
    wildcard: 'Ids of connections are made when clients connect.',
  };
}
