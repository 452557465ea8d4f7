/**
 * The fan-out function as it is deployed: everything from the environment.
 */

import { createLogger } from '../telemetry/logger.js';
import { systemClock } from '../websocket/clock.js';
import { type Environment, readFanoutEnvironment } from '../websocket/env.js';
import { readFunctionEnvironment } from '../websocket/function-environment.js';
import { createManagementApiSender } from '../websocket/management-api-sender.js';
import { newAlphanumericId } from '../websocket/new-id.js';
import { ACCOUNT_RATE, createPacedSender } from '../websocket/paced-sender.js';
import { createRealtime } from '../websocket/realtime.js';
import { createFanoutHandler } from './fanout-function.js';
import { createPushQueue } from './push-queue.js';

/**
 * The handler of the topics table's stream.
 *
 * @throws Error that names every variable that is missing or wrong.
 */
export function fanoutHandlerFromEnv(env: Environment): ReturnType<typeof createFanoutHandler> {
  const { connectionsTable, topicsTable, payloadsBucket, socketEndpoint, pushQueue, followersPerShard } = readFanoutEnvironment(env);
  const posts = createManagementApiSender({ endpoint: socketEndpoint, ...readFunctionEnvironment(env) });
  const realtime = createRealtime({
    connectionsTable,
    topicsTable,
    payloadsBucket,
    clock: systemClock,
    random: Math.random,
    newId: newAlphanumericId,
  });
  return createFanoutHandler({
    ...realtime,
    followersPerShard,
    spread: createPushQueue({ queueUrl: pushQueue }),
    sender: createPacedSender(posts, ACCOUNT_RATE, systemClock),
    random: Math.random,
    log: createLogger({ function: 'fanout' }),
  });
}
