/** Finds the APIs of an assembly and starts a listener for each, on ports that were reserved before. */
import type { FaultBoard } from './faults/board.js';
import type { RunningRestApi } from './gateway/rest-api.js';
import type { RunningSocketApi } from './gateway/socket-api.js';
import type { Authorize } from './iam/authorize.js';
import type { Clock, Environment, Invoke, Principal, Report, ResolvedResource, ResolvedStack, VerifySignature } from './parts.js';
import type { PortReservations } from './ports.js';
import { withResource } from './stage-error.js';

/** An API with the port it will listen on. */
export interface PlacedApi {
  readonly kind: 'rest' | 'socket';
  readonly stackName: string;
  readonly logicalId: string;
  /** The id in AWS's URLs. */
  readonly apiId: string;
  readonly port: number;
}

export interface RunningApis {
  readonly rest: readonly RunningRestApi[];
  readonly socket: readonly RunningSocketApi[];
}

export interface GatewaySurroundings {
  readonly stacks: readonly ResolvedStack[];
  readonly environment: Environment;
  readonly invoke: Invoke;
  readonly authorize: Authorize;
  readonly verify: VerifySignature;
  /** The unique id of a principal. */
  readonly userIdOf: (principal: Principal) => string;
  readonly clock: Clock;
  readonly report: Report;
  readonly host: string;
  readonly random?: () => number;
  readonly faults: FaultBoard;
  /** Called for each listener as soon as it runs, so that a later failure can end it. */
  readonly onClose: (close: () => Promise<void>) => void;
}

/** Reserves a port for every API. The first of its kind gets the configured port; others get free ones. */
export async function placeApis(
  stacks: readonly ResolvedStack[],
  at: { reservations: PortReservations; ports: { rest?: number; socket?: number }; report: Report },
): Promise<PlacedApi[]> {
  const placed: PlacedApi[] = [];
  for (const stack of stacks) {
    for (const resource of stack.resources) {
      const kind = kindOf(resource, at.report);
      if (kind === undefined) continue;
      const first = !placed.some((api) => api.kind === kind);
      const name = kind === 'rest' ? 'the REST API' : 'the WebSocket API';
      const purpose = { name: `${name} ${stack.name}.${resource.logicalId}`, setting: `ports.${kind} (--${kind}-port)` };
      const port = await at.reservations.reserve(purpose, first ? at.ports[kind] : undefined);
      placed.push({ kind, stackName: stack.name, logicalId: resource.logicalId, apiId: resource.physicalId, port });
    }
  }
  return placed;
}

/** Starts the listeners. Their code is loaded only when there is such an API. */
export async function startApis(apis: readonly PlacedApi[], surroundings: GatewaySurroundings): Promise<RunningApis> {
  const rest: RunningRestApi[] = [];
  const socket: RunningSocketApi[] = [];
  for (const api of apis) {
    const stack = stackOf(api, surroundings.stacks);
    const options = { ...surroundings, environment: stack.environment ?? surroundings.environment, stack, port: api.port };
    if (api.kind === 'rest') {
      const { startRestApi } = await import('./gateway/rest-api.js');
      const running = await withResource(api.stackName, api.logicalId, () => startRestApi({ ...options, restApiId: api.logicalId }));
      rest.push(running);
      surroundings.onClose(() => running.close());
    } else {
      const { startSocketApi } = await import('./gateway/socket-api.js');
      const running = await withResource(api.stackName, api.logicalId, () => startSocketApi({ ...options, apiId: api.logicalId }));
      socket.push(running);
      surroundings.onClose(() => running.close());
    }
  }
  return { rest, socket };
}

function kindOf({ type, properties, logicalId }: ResolvedResource, report: Report): 'rest' | 'socket' | undefined {
  if (type === 'AWS::ApiGateway::RestApi') return 'rest';
  if (type !== 'AWS::ApiGatewayV2::Api') return undefined;
  if (properties.ProtocolType === 'WEBSOCKET') return 'socket';
  const message = `${logicalId} is not running: HTTP APIs have no local counterpart, use a REST or WebSocket API`;
  report({ level: 'warn', part: 'template', message });
  return undefined;
}

/** The stack of an API, and what other stacks add to it: methods and routes on an imported API. */
function stackOf(api: PlacedApi, stacks: readonly ResolvedStack[]): ResolvedStack {
  const own = stacks.find((stack) => stack.name === api.stackName)!;
  const others = stacks.filter((stack) => stack !== own).flatMap((stack) => stack.resources);
  return { ...own, resources: [...own.resources, ...others.filter(belongsToGateways)] };
}

function belongsToGateways({ type }: ResolvedResource): boolean {
  if (type === 'AWS::ApiGateway::RestApi' || type === 'AWS::ApiGatewayV2::Api') return false;
  return type.startsWith('AWS::ApiGateway');
}
