/**
 * The gateway's own functions, as their `main.ts` files deploy them: configured by the environment alone.
 */

import { identityHandlerFromEnv } from './identity/identity-from-env.js';
import { sequencerHandlerFromEnv } from './sequencer/sequencer-from-env.js';
import { fanoutHandlerFromEnv } from './topics/fanout-from-env.js';
import { pushWorkerFromEnv } from './topics/push-worker-from-env.js';
import { processEnvironment } from './websocket/env.js';
import { socketHandlerFromEnv } from './websocket/socket-from-env.js';

/**
 * The function behind `$connect`, `$disconnect` and `$default`.
 *
 * @throws Error that lists every variable of the environment that is missing or wrong.
 */
export function createSocketFunction(): ReturnType<typeof socketHandlerFromEnv> {
  return socketHandlerFromEnv(processEnvironment());
}

/**
 * The function behind `/rpc/gw`.
 *
 * @throws Error that lists every variable of the environment that is missing or wrong.
 */
export function createIdentityFunction(): ReturnType<typeof identityHandlerFromEnv> {
  return identityHandlerFromEnv(processEnvironment());
}

/**
 * The function behind the topics table's stream.
 *
 * @throws Error that lists every variable of the environment that is missing or wrong.
 */
export function createFanoutFunction(): ReturnType<typeof fanoutHandlerFromEnv> {
  return fanoutHandlerFromEnv(processEnvironment());
}

/**
 * The function behind the queue of pushes.
 *
 * @throws Error that lists every variable of the environment that is missing or wrong.
 */
export function createPushFunction(): ReturnType<typeof pushWorkerFromEnv> {
  return pushWorkerFromEnv(processEnvironment());
}

/**
 * The function behind the queue of sequenced subscriptions.
 *
 * @throws Error that lists every variable of the environment that is missing or wrong.
 */
export function createSequencerFunction(): ReturnType<typeof sequencerHandlerFromEnv> {
  return sequencerHandlerFromEnv(processEnvironment());
}
