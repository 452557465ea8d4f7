/**
 * A service's Lambda handler: everything from the environment, then one function for HTTP events, socket frames and calls of other
 * services. Reading the environment fails the cold start, not the first call.
 */

import { callTimeoutMs } from './call-timeout.js';
import { type Environment, readServiceEnvironment } from './env.js';
import type { FunctionParts } from './execute/function-parts.js';
import type { Implementation } from './execute/handler-types.js';
import { createPublish } from './execute/publish.js';
import { tokenVerifierOf } from './identity/identity-from-env.js';
import { createRevocations } from './identity/revocations.js';
import { createSignInStore } from './identity/sign-in-store.js';
import { handleRooms } from './presence/handle-rooms.js';
import type { PresenceParts } from './presence/presence-client.js';
import { isRoomEvent, type RoomEvent } from './presence/room-event.js';
import { createRateLimiter } from './rate-limit/rate-limiter.js';
import { createDynamoReplyStore } from './replies/dynamodb-reply-store.js';
import type { Replies } from './replies/run-once.js';
import { createClients } from './resources/create-clients.js';
import type { RestEvent } from './rest/rest-event.js';
import { createRestAnswers } from './rest/rest-handler.js';
import { sequencerOf } from './sequencer/sequencer-queue.js';
import { limitsCallers } from './service/define-service.js';
import { isServiceCall } from './service-call/call-event.js';
import { handleServiceCall } from './service-call/handle-service-call.js';
import { awslambdaOf } from './streaming/awslambda.js';
import { streamHandler } from './streaming/stream-handler.js';
import { createLogger } from './telemetry/logger.js';
import { createKeyTable, createKeyTableSdk, type KeyTable } from './topics/key-table.js';
import { type Clock, systemClock } from './websocket/clock.js';
import { newAlphanumericId } from './websocket/new-id.js';
import { createRealtime } from './websocket/realtime.js';
import { handleServiceMessage } from './websocket/service-message.js';
import type { LambdaContext, SocketEvent } from './websocket/socket-event.js';
import { waitForConnection } from './websocket/wait-for-connection.js';

/** What a service's function is sent. */
export type ServiceEvent = RestEvent | SocketEvent | RoomEvent | { readonly gatewayCall: unknown };

/**
 * What Lambda calls. Never rejects for a request: every failure is an answer. It does for a failed call of another service that does not
 * wait, which Lambda then repeats.
 */
export type ServiceHandler = (event: ServiceEvent, lambda: LambdaContext) => Promise<unknown>;

/**
 * The handler of a service's function. `env` is the process's unless a test gives one.
 *
 * @throws Error that lists every variable of the environment that is missing or wrong.
 */
export function createServiceHandler(implementation: Implementation, env?: Environment): ServiceHandler {
  const { declaration } = implementation;
  const environment = readServiceEnvironment(declaration, env);
  const { connectionsTable, topicsTable, repliesTable, payloadsBucket, allowedOrigin, identity, streams, ...resources } = environment;
  const clock = systemClock;
  const log = createLogger({ service: declaration.service.name });
  const basics = { clock, random: Math.random, newId: newAlphanumericId };
  const sdk = createKeyTableSdk();
  const sequencer = sequencerOf(environment, basics);
  const realtime = createRealtime({ connectionsTable, topicsTable, payloadsBucket, sequencer, sdk, ...basics });
  const owner = declaration.service.name;
  const connectionOf: FunctionParts['connectionOf'] = (connectionId) => waitForConnection(realtime.connections, connectionId, clock);
  const presence: PresenceParts = {
    rooms: realtime.rooms,
    service: owner,
    publish: createPublish(declaration.service, realtime.publish),
    connectionOf,
  };
  const callTimeout = { callTimeoutMs: callTimeoutMs(declaration) };
  const parts: FunctionParts = {
    implementation,
    ...createClients(declaration.uses, { owner, ...resources, presence, sequencer, ...callTimeout, ...basics }),
    publish: realtime.publish,
    position: realtime.position,
    replies: repliesTable === undefined ? undefined : openReplies(createKeyTable(sdk, repliesTable), basics),
    payloads: realtime.payloads,
    recent: realtime.recent,
    connectionOf,
    allowedOrigin,
    tokens: tokenVerifierOf(identity, log),
    revocations: declaration.checksRevocation
      ? createRevocations({ signIns: createSignInStore({ table: createKeyTable(sdk, connectionsTable), clock }), clock })
      : undefined,
    limiter: limitsCallers(declaration.service)
      ? createRateLimiter({ table: createKeyTable(sdk, connectionsTable), clock, log })
      : undefined,
    now: clock.now,
    log,
  };
  const rest = createRestAnswers(parts);
  const other = (event: ServiceEvent, lambda: LambdaContext): Promise<unknown> | undefined => {
    if (isRoomEvent(event)) return handleRooms(presence, declaration.uses, event);
    if (isServiceCall(event)) return handleServiceCall(parts, event, lambda);
    return isSocketEvent(event) ? handleServiceMessage(parts, realtime, event, lambda) : undefined;
  };
  // Lambda calls what it marked with a stream between the two: nobody else may call it.
  if (streams) return streamHandler({ rest, other, awslambda: awslambdaOf() }) as unknown as ServiceHandler;
  return (event, lambda) => other(event, lambda) ?? rest(event as RestEvent, lambda);
}

function openReplies(
  table: KeyTable,
  { clock, random, newId }: { readonly clock: Clock; readonly random: () => number; readonly newId: () => string },
): Replies {
  return { store: createDynamoReplyStore({ table, clock, newId }), clock, random };
}

/** `eventType` is what only WebSocket APIs send. */
function isSocketEvent(event: RestEvent | SocketEvent): event is SocketEvent {
  return (event as Partial<SocketEvent>).requestContext?.eventType !== undefined;
}
