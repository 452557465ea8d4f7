/**
 * A service's Lambda handler: everything from the environment, then one function for HTTP events and socket frames. Reading the environment
 * fails the cold start, not the first call.
 */

import { readServiceEnvironment } from './env.js';
import type { FunctionParts } from './execute/function-parts.js';
import type { Implementation } from './execute/handler-types.js';
import { createClients } from './resources/create-clients.js';
import type { RestEvent } from './rest/rest-event.js';
import { createRestHandler } from './rest/rest-handler.js';
import { createLogger } from './telemetry/logger.js';
import { systemClock } from './websocket/clock.js';
import { newAlphanumericId } from './websocket/new-id.js';
import { createRealtime } from './websocket/realtime.js';
import { handleServiceMessage } from './websocket/service-message.js';
import type { LambdaContext, SocketEvent } from './websocket/socket-event.js';
import { waitForConnection } from './websocket/wait-for-connection.js';

/** What Lambda calls. Never rejects for a request: every failure is an answer. */
export type ServiceHandler = (event: RestEvent | SocketEvent, lambda: LambdaContext) => Promise<unknown>;

/**
 * The handler of a service's function.
 *
 * @throws Error that lists every variable of the environment that is missing or wrong.
 */
export function createServiceHandler(implementation: Implementation): ServiceHandler {
  const environment = readServiceEnvironment(implementation.declaration);
  const { connectionsTable, topicsTable, allowedOrigin, nameOf } = environment;
  const realtime = createRealtime({ connectionsTable, topicsTable, clock: systemClock, random: Math.random, newId: newAlphanumericId });
  const parts: FunctionParts = {
    implementation,
    clients: createClients(implementation.declaration.uses, { nameOf, now: systemClock.now }),
    publish: realtime.publish,
    connectionOf: (connectionId) => waitForConnection(realtime.connections, connectionId, systemClock),
    allowedOrigin,
    now: systemClock.now,
    log: createLogger({ service: implementation.declaration.service.name }),
  };
  const rest = createRestHandler(parts);
  return (event, lambda) => (isSocketEvent(event) ? handleServiceMessage(parts, realtime, event, lambda) : rest(event));
}

/** `eventType` is what only WebSocket APIs send. */
function isSocketEvent(event: RestEvent | SocketEvent): event is SocketEvent {
  return (event as Partial<SocketEvent>).requestContext?.eventType !== undefined;
}
