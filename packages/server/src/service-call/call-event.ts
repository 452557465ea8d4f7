/**
 * The event with which one service's function calls another's. No API Gateway event has a field `gatewayCall`, and nobody but API Gateway
 * and functions with `lambda:InvokeFunction` reaches a service's function, so what it says is believed.
 */

import * as z from 'zod';
import type { Outcome } from '../execute/outcome.js';
import type { Identity } from '../identity/identity.js';

export interface ServiceCallEvent {
  readonly gatewayCall: ServiceCallFacts;
}

export interface ServiceCallFacts {
  /** Name of the procedure in the service that is called. */
  readonly procedure: string;
  readonly input?: unknown;
  /** Name of the calling service or worker, for the log. */
  readonly caller: string;
  readonly requestId: string;
  /** On whose behalf; null for nobody's. */
  readonly user: Identity | null;
  /** Somebody waits for the result. Otherwise Lambda repeats a call that fails. */
  readonly waits: boolean;
  /** Milliseconds that the caller still waits. @default as long as the function may take */
  readonly dl?: number | undefined;
}

/** What the called function answers. */
export interface ServiceCallResult {
  readonly outcome: Outcome;
}

const Facts = z.object({
  procedure: z.string(),
  // JSON leaves out an input that is undefined.
  input: z.unknown().optional(),
  caller: z.string(),
  requestId: z.string(),
  user: z
    .object({
      id: z.string(),
      claims: z.record(z.string(), z.unknown()),
      scopes: z.array(z.string()).exactOptional(),
      expiresAtMs: z.number().exactOptional(),
      issuedAtMs: z.number().exactOptional(),
    })
    .nullable(),
  waits: z.boolean(),
  dl: z.number().positive().optional(),
});

/** Whether an event of the function is a call of another service. */
export function isServiceCall(event: object): event is { readonly gatewayCall: unknown } {
  return Object.hasOwn(event, 'gatewayCall');
}

/**
 * The facts of a call.
 *
 * @throws Error for an event that no function of ours sent.
 */
export function readServiceCall(event: { readonly gatewayCall: unknown }): ServiceCallFacts {
  const result = Facts.safeParse(event.gatewayCall);
  if (result.success) return result.data;
  throw new Error(`[CALL] malformed call of a service: ${z.prettifyError(result.error)}`);
}
