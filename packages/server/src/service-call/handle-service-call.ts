/**
 * The face of a service to other services: a call in, its outcome out, like any other call of a procedure. A caller that waits gets every
 * failure as an answer. One that does not wait gets nothing, so a failure that may pass, or is ours, is thrown: Lambda repeats the call,
 * and then keeps it in the dead-letter queue. A failure of the caller's making would only fail again.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */

import { ERROR_CODES, type ErrorShapeParts } from '@org/gateway-core/errors';
import { contextFactory } from '../execute/create-context.js';
import { type Call, execute, procedureOf } from '../execute/executor.js';
import type { CallFacts, FunctionParts } from '../execute/function-parts.js';
import { failureOf, type Outcome } from '../execute/outcome.js';
import { userOfCall } from '../identity/caller.js';
import type { Identity } from '../identity/identity.js';
import { systemClock } from '../websocket/clock.js';
import { requestDeadline } from '../websocket/deadline.js';
import { type LambdaContext, NO_LAMBDA } from '../websocket/socket-event.js';
import { readServiceCall, type ServiceCallResult } from './call-event.js';

/** @throws Error for a malformed event, and for a failed call that nobody waits for and that is worth repeating. */
export async function handleServiceCall(
  parts: FunctionParts,
  event: { readonly gatewayCall: unknown },
  lambda: LambdaContext = NO_LAMBDA,
): Promise<ServiceCallResult> {
  const { procedure, input, caller, requestId, user, waits, dl } = readServiceCall(event);
  const { declaration } = parts.implementation;
  const deadline = requestDeadline(parts.clock ?? systemClock, lambda, dl);
  const { signal, endsAtMs } = deadline;
  const kind = procedureOf(parts.implementation, procedure)?.kind === 'query' ? 'query' : 'mutation';
  const path = `${declaration.service.name}.${procedure}`;
  const running = run(parts, { procedure, input, kind, vouched: declaration.internal }, { identity: user, requestId, signal, endsAtMs });
  // Its handler learns that nobody waits; an answer before it is done would freeze it half-way.
  await deadline.race(running, () => undefined);
  const outcome = await running;
  if (!outcome.ok && !waits) {
    const facts = { path, requestId, caller, code: outcome.error.code };
    if (isWorthRepeating(outcome.error))
      throw new Error(`[${facts.code}] ${facts.path} called by ${caller} failed: ${outcome.error.message}`);
    parts.log.error('a call that nobody waits for was refused and is not repeated', { ...facts, why: outcome.error.message });
  }
  return { outcome };
}

/** Never rejects. */
async function run(
  parts: FunctionParts,
  call: Call,
  facts: Omit<CallFacts, 'user'> & { readonly identity: Identity | null },
): Promise<Outcome> {
  const { declaration } = parts.implementation;
  const { requestId, identity } = facts;
  try {
    const user = await userOfCall(declaration, identity, { log: parts.log, requestId });
    return await execute(parts.implementation, call, contextFactory(parts)({ ...facts, user }));
  } catch (cause) {
    return failureOf(cause, `${declaration.service.name}.${call.procedure}`, requestId, parts.log);
  }
}

function isWorthRepeating({ code }: ErrorShapeParts): boolean {
  const { httpStatus, retryable } = ERROR_CODES[code];
  return httpStatus >= 500 || retryable || code === 'FAILED_DEPENDENCY';
}
