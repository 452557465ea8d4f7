/**
 * Makes `ctx` for each call of a function: the facts of the call, `publish`, and the service's clients.
 */

import type { CallContext } from './context.js';
import type { CallFacts, FunctionParts } from './function-parts.js';
import { createPublish } from './publish.js';

/** A function's way to make contexts; what is the same for all calls is made once. */
export function contextFactory(parts: FunctionParts): (facts: CallFacts) => CallContext {
  const shared = { ...parts.clients, publish: createPublish(parts), now: parts.now, log: parts.log };
  const nowhere = () => Promise.resolve(null);
  return ({ connectionId, user, requestId }) => ({
    ...shared,
    user,
    requestId,
    transport: connectionId === undefined ? 'http' : 'socket',
    connection: connectionId === undefined ? nowhere : () => parts.connectionOf(connectionId),
  });
}
