/**
 * Back-end tests in process: calls come in as the events that AWS sends, go through the faces that the deployed functions have (validation,
 * authorization, keys, deadlines, errors), and come back as a client sees them. What a service uses is given by the test. The gateway's own
 * functions, the fan-out and API Gateway itself are not here: the local stage has them.
 */

import type { AnyContract } from '@org/gateway-core';
import { RPC_ROOT } from '@org/gateway-core/protocol';
import type { Implementation } from '../execute/handler-types.js';
import { type RestEvent, readEvent } from '../rest/rest-event.js';
import type { RestResult } from '../rest/rest-result.js';
import { handleServiceMessage } from '../websocket/service-message.js';
import { NO_LAMBDA, type SocketEvent, type SocketResult } from '../websocket/socket-event.js';
import { createCaller } from './test-caller.js';
import { createTestStage, type TestEvent, type TestGatewayOptions, type TestStage } from './test-stage.js';
import type { TestClient, TestUser } from './test-types.js';

/** A gateway in process. */
export interface TestGateway<TContract extends AnyContract> {
  /** The procedures, called by nobody in particular. */
  readonly gateway: TestClient<TContract>;
  /** The same, called by a user. */
  as(user: TestUser): TestClient<TContract>;
  /** An event of a REST or HTTP API, and what its function answers. */
  rest(event: RestEvent): Promise<RestResult>;
  /** A frame with `svc`, and what its function answers. */
  message(event: SocketEvent): Promise<SocketResult>;
  /** What services published, in order. */
  readonly published: readonly TestEvent[];
  /** What they logged: JSON, a line each. */
  readonly logLines: readonly string[];
  /** The time, to be moved. */
  nowMs: number;
}

/**
 * Puts services together for a test. The contract may have more.
 *
 * @throws TypeError for a service that is not the contract's
 */
export function testGateway<TContract extends AnyContract>(
  contract: TContract,
  implementations: readonly Implementation[],
  options: TestGatewayOptions = {},
): TestGateway<TContract> {
  const stage = createTestStage(contract, implementations, options);
  const rest = (event: RestEvent) => serveRest(stage, event);
  const message = (event: SocketEvent) => serveMessage(stage, event);
  const as = (user?: TestUser) => createCaller(contract, { stage, rest, message }, user) as TestClient<TContract>;
  return {
    gateway: as(),
    as,
    rest,
    message,
    published: stage.published,
    logLines: stage.logLines,
    get nowMs() {
      return stage.time.nowMs;
    },
    set nowMs(nowMs) {
      stage.time.nowMs = nowMs;
    },
  };
}

/** To the service that the path belongs to. What belongs to none API Gateway answers itself. */
async function serveRest({ services }: TestStage, event: RestEvent): Promise<RestResult> {
  const [, root = '', name] = readEvent(event).path.split('/');
  const service = root === RPC_ROOT ? services.get(name ?? '') : [...services.values()].find(({ roots }) => roots.includes(root));
  return service ? service.rest(event) : { statusCode: 403, headers: {}, body: '{"message":"Missing Authentication Token"}' };
}

async function serveMessage({ services, realtime }: TestStage, event: SocketEvent): Promise<SocketResult> {
  const service = services.get(event.requestContext.routeKey);
  if (!service) throw new TypeError(`no service ${event.requestContext.routeKey} in this test: expected a frame with the svc of one`);
  return handleServiceMessage(service.parts, realtime, event, NO_LAMBDA);
}
