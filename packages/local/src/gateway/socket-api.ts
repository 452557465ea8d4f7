/**
 * Runs one WebSocket API of a resolved stack as a local listener, its `@connections` management API on the same port. Everything comes from
 * the template: routes, integrations, route responses, stage. What each behaviour of AWS became here is in FIDELITY.md.
 *
 * Not here: authorizers, API keys, request models, custom domains. A template that needs one of the first three, or an integration other
 * than AWS_PROXY and MOCK, does not start.
 */
import { createServer } from 'node:http';
import type { FaultBoard } from '../faults/board.js';
import type { Authorize } from '../iam/authorize.js';
import type { Clock, Environment, Invoke, Report, ResolvedStack, VerifySignature } from '../parts.js';
import { createInvokePermission } from './invoke-permission.js';
import { listen } from './listen.js';
import { handleManagementRequest, type ManagementSurroundings } from './management-api.js';
import { SocketGateway } from './socket-gateway.js';
import { readSocketModel } from './socket-model.js';
import { orRefuse } from './template-refusal.js';

/** What a WebSocket API runs on. */
export interface SocketApiOptions {
  readonly stack: ResolvedStack;
  /** Logical id of the `AWS::ApiGatewayV2::Api`. */
  readonly apiId: string;
  readonly environment: Environment;
  readonly invoke: Invoke;
  /** Asked before every call of a function and of `@connections`. */
  readonly authorize: Authorize;
  /** Checks the signatures of `@connections` calls. */
  readonly verify: VerifySignature;
  readonly clock: Clock;
  readonly report: Report;
  /** 0 for any free port. */
  readonly port: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** Source of ids, in [0, 1). @default Math.random */
  readonly random?: () => number;
  readonly faults: FaultBoard;
}

/** A running WebSocket API. */
export interface RunningSocketApi {
  /** `ws://127.0.0.1:PORT/STAGE` */
  readonly url: string;
  /** `http://127.0.0.1:PORT/STAGE`: the endpoint for a management API client. */
  readonly managementUrl: string;
  /** Established connections, oldest first. */
  connections(): readonly { readonly connectionId: string; readonly connectedAtMs: number }[];
  /** Cuts the TCP connection without a close frame, as a lost network does. Unknown ids are ignored. */
  drop(connectionId: string): void;
  /** Ends every connection with 1001 and its `$disconnect`, then the listener. What takes longer than a second is cut off. */
  close(): Promise<void>;
}

/**
 * Starts the API.
 *
 * @throws StageError `TEMPLATE_INVALID` when the template is inconsistent or asks for something this stage does not run; `PORT_BUSY`
 */
export async function startSocketApi(options: SocketApiOptions): Promise<RunningSocketApi> {
  const { stack, environment, clock, report, faults, host = '127.0.0.1', random = Math.random } = options;
  const model = orRefuse(stack.name, () => readSocketModel(stack, options.apiId));
  const mayInvoke = createInvokePermission(options.authorize, environment);
  const gateway = new SocketGateway({ model, environment, clock, report, random, faults, mayInvoke, invoke: options.invoke });
  const { stageName } = model;
  const management: ManagementSurroundings = {
    apiId: model.apiId,
    stageName,
    environment,
    clock,
    report,
    random,
    faults,
    verify: options.verify,
    authorize: options.authorize,
    connections: gateway.connections,
  };
  const server = createServer((incoming, outgoing) => void handleManagementRequest(management, incoming, outgoing));
  server.on('upgrade', (request, socket, head) => void gateway.upgrade(request, socket, head));
  const listening = await listen(server, options.port, host);
  return {
    url: `ws://${host}:${listening.port}/${stageName}`,
    managementUrl: `http://${host}:${listening.port}/${stageName}`,
    connections: () =>
      [...gateway.connections.values()].map(({ facts }) => ({ connectionId: facts.connectionId, connectedAtMs: facts.connectedAtMs })),
    drop: (connectionId) => gateway.connections.get(connectionId)?.drop(),
    // The listener last: what runs may still post to `@connections`.
    close: async () => {
      await gateway.close();
      await listening.close();
    },
  };
}
