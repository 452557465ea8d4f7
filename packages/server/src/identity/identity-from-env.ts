/**
 * The identity function as it is deployed: the gateway's own procedures over HTTP (`gw.ticket`), run by the executor that runs every other
 * procedure. And what every function that reads tokens makes of `GATEWAY_IDENTITY`.
 */

import { createRateLimiter } from '../rate-limit/rate-limiter.js';
import { createRestHandler } from '../rest/rest-handler.js';
import type { IdentitySettings } from '../service/identity.js';
import { createLogger, type Logger } from '../telemetry/logger.js';
import { createKeyTable, createKeyTableSdk } from '../topics/key-table.js';
import { systemClock } from '../websocket/clock.js';
import { type Environment, readIdentityEnvironment } from '../websocket/env.js';
import { fetchJson } from './fetch-json.js';
import { createSignInStore } from './sign-in-store.js';
import { ticketHandlers } from './tickets.js';
import { createTokenVerifier, type TokenVerifier } from './token-verifier.js';

/**
 * The handler of the identity function.
 *
 * @throws Error that names every variable that is missing or wrong.
 */
export function identityHandlerFromEnv(env: Environment): ReturnType<typeof createRestHandler> {
  const { connectionsTable, allowedOrigin, identity } = readIdentityEnvironment(env);
  const table = createKeyTable(createKeyTableSdk(), connectionsTable);
  const log = createLogger({ function: 'identity' });
  return createRestHandler({
    implementation: ticketHandlers({ signIns: createSignInStore({ table, clock: systemClock }), clock: systemClock }),
    clients: {},
    publish: () => Promise.reject(new Error('[IDENTITY] the identity function has no topics')),
    connectionOf: () => Promise.reject(new Error('[IDENTITY] the identity function is not on the socket')),
    tokens: tokenVerifierOf(identity, log),
    limiter: createRateLimiter({ table, clock: systemClock, log }),
    allowedOrigin,
    now: systemClock.now,
    log,
  });
}

/** The verifier of a stage with identity. Nothing is loaded or fetched before the first token. */
export function tokenVerifierOf(settings: IdentitySettings, log: Logger): TokenVerifier;
export function tokenVerifierOf(settings: IdentitySettings | undefined, log: Logger): TokenVerifier | undefined;
export function tokenVerifierOf(settings: IdentitySettings | undefined, log: Logger): TokenVerifier | undefined {
  return settings && createTokenVerifier({ settings, fetchJson, clock: systemClock, log });
}
