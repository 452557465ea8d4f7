/**
 * Changes that only happen if nobody else came first: they are tried again on what is there then.
 */

import { GatewayError } from '@org/gateway-core/errors';

/** Writers that may come first before a change gives up. */
const MAX_ATTEMPTS = 5;

/**
 * Tries a change until it gives a result; undefined says that somebody else came first.
 *
 * @throws GatewayError SERVICE_UNAVAILABLE when somebody always does; `what` begins the sentence.
 */
export async function untilFirst<TResult>(what: string, attempt: () => Promise<TResult | undefined>): Promise<TResult> {
  for (let count = 0; count < MAX_ATTEMPTS; count++) {
    const result = await attempt();
    if (result !== undefined) return result;
  }
  throw new GatewayError('SERVICE_UNAVAILABLE', `[SERVICE_UNAVAILABLE] ${what} being changed by others all the time; try again`);
}
