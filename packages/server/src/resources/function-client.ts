/**
 * Calls of another service over Lambda's Invoke. A call is repeated only where that is safe: when the function did not run (it was
 * throttled), and for queries and idempotent mutations also when the answer was lost.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */

import type { AnyProcedure } from '@org/gateway-core';
import { type ErrorShapeParts, GatewayError } from '@org/gateway-core/errors';
import { revive } from '@org/gateway-core/wire-value';
import type { CallFacts } from '../execute/function-parts.js';
import type { FunctionGrant, SentCall, ServiceCall } from '../service/function.js';
import type { ServiceCallEvent, ServiceCallResult } from '../service-call/call-event.js';
import type { Clock } from '../websocket/clock.js';
import { backendFailure } from './backend-failure.js';
import { type Backoff, pauseAfter } from './backoff.js';
import type { InvocationResult, Lambda } from './lambda.js';
import { isOutOfReach, mayPass, sdkErrorName } from './sdk-failure.js';

export interface FunctionClientOptions extends Backoff {
  readonly grant: FunctionGrant<unknown>;
  /** The function's deployed name. */
  readonly functionName: string;
  readonly lambda: () => Promise<Lambda>;
  /** Name of the calling service or worker. */
  readonly caller: string;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  /** How long a call may take with all its attempts: less than the calling function itself. */
  readonly timeoutMs: number;
}

/** The granted procedures, called on behalf of whom a call is about. */
export type FunctionClient = (
  facts: Pick<CallFacts, 'user' | 'identity' | 'requestId' | 'endsAtMs'>,
) => Readonly<Record<string, ServiceCall<unknown, unknown> | SentCall<unknown>>>;

const MAX_ATTEMPTS = 3;

/** The client of one service's function. */
export function createFunctionClient(options: FunctionClientOptions): FunctionClient {
  const { grant, caller, clock } = options;
  return ({ user, identity, requestId, endsAtMs = Number.POSITIVE_INFINITY }) => {
    const { waits } = grant;
    const callOf = (name: string): ServiceCall<unknown, unknown> | SentCall<unknown> => {
      const invoked = (input: unknown) => {
        // Whom the call is made for waits no longer than this; what nobody waits for is not theirs to end.
        const timeoutMs = waits ? Math.max(1, Math.min(options.timeoutMs, endsAtMs - clock.now())) : options.timeoutMs;
        const facts = { procedure: name, input, caller, requestId, user: identity ?? user, waits, ...(waits ? { dl: timeoutMs } : {}) };
        return invoke({ ...options, timeoutMs }, name, { gatewayCall: facts });
      };
      if (waits) return async (input) => resultOf(options, name, await invoked(input));
      return { send: async (input) => void (await invoked(input)) };
    };
    return Object.fromEntries(grant.operations.map((name) => [name, callOf(name)]));
  };
}

async function invoke(options: FunctionClientOptions, name: string, event: ServiceCallEvent): Promise<InvocationResult> {
  const { grant, functionName, lambda, clock, timeoutMs } = options;
  const { waits } = event.gatewayCall;
  const repeatable = !waits || isRepeatable(grant.service.procedures[name]);
  const payload = JSON.stringify(event);
  const endsAtMs = clock.now() + timeoutMs;
  for (let attempts = 1, leftMs = timeoutMs; ; attempts++) {
    try {
      return await (await lambda()).invoke({ functionName, waits, payload, timeoutMs: leftMs });
    } catch (cause) {
      const again = attempts < MAX_ATTEMPTS && (isThrottled(cause) || (repeatable && !isTimeout(cause) && mayPass(cause as object)));
      if (again) await pauseAfter(attempts, options);
      leftMs = endsAtMs - clock.now();
      if (!again || leftMs <= 0) throw invokeFailure(cause, options, name);
    }
  }
}

function isRepeatable(procedure: AnyProcedure | undefined): boolean {
  return procedure?.kind === 'query' || procedure?.meta.idempotent === true;
}

/** Lambda did not run the function: concurrency or rate. */
function isThrottled(cause: unknown): boolean {
  return sdkErrorName(cause) === 'TooManyRequestsException';
}

/** The SDK names lost connections so, too. */
function isTimeout(cause: unknown): boolean {
  return sdkErrorName(cause) === 'TimeoutError' && !isOutOfReach(cause as object);
}

function invokeFailure(cause: unknown, { grant, functionName, timeoutMs }: FunctionClientOptions, name: string): GatewayError {
  const { resource } = grant;
  const path = `${resource.service}.${name}`;
  if (isTimeout(cause)) return new GatewayError('TIMEOUT', `[TIMEOUT] ${path} took longer than ${timeoutMs} ms; try again`, { cause });
  if (sdkErrorName(cause) === 'RequestTooLargeException')
    return new GatewayError('PAYLOAD_TOO_LARGE', `[PAYLOAD_TOO_LARGE] the input of ${path} is too large for Lambda; send less`, { cause });
  return backendFailure(cause, { resource, physicalName: functionName, operation: name, action: 'lambda:InvokeFunction' });
}

/** What the function answered. Its text is only logged when it failed outside of the procedure: a crash, or no time or memory left. */
function resultOf({ grant, functionName }: FunctionClientOptions, name: string, { failed, text }: InvocationResult): unknown {
  const path = `${grant.resource.service}.${name}`;
  if (failed && /Sandbox\.Timedout|Task timed out/.test(text))
    throw new GatewayError('TIMEOUT', `[TIMEOUT] ${path} ran out of time; try again`, { cause: new Error(text.slice(0, 500)) });
  const outcome = failed ? undefined : outcomeOf(text);
  if (!outcome) {
    throw new GatewayError(
      'INTERNAL_SERVER_ERROR',
      `function ${functionName} called for ${path} ${failed ? 'failed' : 'answered'}: got ${text.slice(0, 500)}, expected {"outcome":…}`,
    );
  }
  if (outcome.ok) return revive(outcome.data, outcome.codecs);
  throw thrown(outcome.error);
}

function outcomeOf(text: string): ServiceCallResult['outcome'] | undefined {
  try {
    const value = JSON.parse(text) as Partial<ServiceCallResult> | null;
    return typeof value?.outcome?.ok === 'boolean' ? value.outcome : undefined;
  } catch {
    return undefined;
  }
}

function thrown({ code, message, path, requestId, error, details, issues, retryAfterMs }: ErrorShapeParts): GatewayError {
  return new GatewayError(code, message, { path, requestId, error, data: details, issues, retryAfterMs });
}
