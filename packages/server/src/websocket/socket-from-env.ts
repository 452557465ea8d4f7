/**
 * The socket function as it is deployed: everything from the environment.
 */

import { tokenVerifierOf } from '../identity/identity-from-env.js';
import { createRoomKeeper } from '../presence/room-keeper.js';
import { createLogger } from '../telemetry/logger.js';
import { systemClock } from './clock.js';
import { type Environment, readSocketEnvironment } from './env.js';
import { readFunctionEnvironment } from './function-environment.js';
import { createLambdaServiceInvoker } from './lambda-service-invoker.js';
import { createManagementApiSender } from './management-api-sender.js';
import { newAlphanumericId } from './new-id.js';
import { createRealtime } from './realtime.js';
import { createSocketHandler } from './socket-function.js';

/**
 * The handler of `$connect`, `$disconnect` and `$default`.
 *
 * @throws Error that names every variable that is missing or wrong.
 */
export function socketHandlerFromEnv(env: Environment): ReturnType<typeof createSocketHandler> {
  const { connectionsTable, topicsTable, payloadsBucket, socketEndpoint, serviceFunctions, identity, allowedOrigin } =
    readSocketEnvironment(env);
  const { signIns, ...realtime } = createRealtime({
    connectionsTable,
    topicsTable,
    payloadsBucket,
    clock: systemClock,
    random: Math.random,
    newId: newAlphanumericId,
  });
  const services = createLambdaServiceInvoker({ functions: serviceFunctions });
  const log = createLogger({ function: 'socket' });
  return createSocketHandler({
    ...realtime,
    rooms: createRoomKeeper({ rooms: realtime.rooms, tell: services.tell, clock: systemClock, log }),
    sender: createManagementApiSender({ endpoint: socketEndpoint, ...readFunctionEnvironment(env) }),
    services,
    tokens: tokenVerifierOf(identity, log),
    signIns: identity && signIns,
    allowedOrigin,
    log,
  });
}
