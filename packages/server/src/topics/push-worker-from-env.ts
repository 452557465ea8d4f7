/**
 * The function behind the queue of pushes as it is deployed: everything from the environment.
 */

import { createLogger } from '../telemetry/logger.js';
import { systemClock } from '../websocket/clock.js';
import { type Environment, readPushEnvironment } from '../websocket/env.js';
import { readFunctionEnvironment } from '../websocket/function-environment.js';
import { createManagementApiSender } from '../websocket/management-api-sender.js';
import { newAlphanumericId } from '../websocket/new-id.js';
import { ACCOUNT_RATE, createPacedSender } from '../websocket/paced-sender.js';
import { createRealtime } from '../websocket/realtime.js';
import { createPushWorker } from './push-worker.js';

/**
 * The handler of the queue of pushes.
 *
 * @throws Error that names every variable that is missing or wrong.
 */
export function pushWorkerFromEnv(env: Environment): ReturnType<typeof createPushWorker> {
  const { connectionsTable, topicsTable, payloadsBucket, socketEndpoint, followersPerShard } = readPushEnvironment(env);
  const posts = createManagementApiSender({ endpoint: socketEndpoint, ...readFunctionEnvironment(env) });
  const realtime = createRealtime({
    connectionsTable,
    topicsTable,
    payloadsBucket,
    clock: systemClock,
    random: Math.random,
    newId: newAlphanumericId,
  });
  return createPushWorker({
    ...realtime,
    followersPerShard,
    sender: createPacedSender(posts, ACCOUNT_RATE, systemClock),
    random: Math.random,
    log: createLogger({ function: 'push' }),
  });
}
