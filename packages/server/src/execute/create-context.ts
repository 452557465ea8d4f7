/**
 * Makes `ctx` for each call of a function: the facts of the call, `publish`, and the service's clients.
 */

import type { CallContext } from './context.js';
import type { CallFacts, FunctionParts } from './function-parts.js';
import { createPosition } from './position.js';
import { createPublish } from './publish.js';
import { createRecent } from './recent.js';

/** A function's way to make contexts; what is the same for all calls is made once. */
export function contextFactory(parts: FunctionParts): (facts: CallFacts) => CallContext {
  const { clients, callers, now, log, implementation } = parts;
  const { service } = implementation.declaration;
  const topics = {
    publish: createPublish(service, parts.publish),
    position: createPosition(service, parts.position),
    recent: createRecent(service, parts.recent),
  };
  const shared = { ...clients, ...topics, now, log };
  const nowhere = () => Promise.resolve(null);
  return (facts) => {
    const { connectionId, user, requestId, signal } = facts;
    return {
      ...shared,
      ...callers?.(facts),
      user,
      requestId,
      signal: signal ?? new AbortController().signal,
      transport: connectionId === undefined ? 'http' : 'socket',
      connection: connectionId === undefined ? nowhere : () => parts.connectionOf(connectionId),
    };
  };
}
