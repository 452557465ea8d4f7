/**
 * The function of another service, as a service declares that it calls it. Calls are typed by the other service's contract and validated
 * there like any other; IAM knows only the function, so which procedures may be called is checked by the client and by types.
 */

import type { AnyService, InputOf, OutputOf } from '@org/gateway-core';
import type { AnyGrant, Grant } from './grant.js';

/** A service's function; deployed with the service, so nothing is created for it. */
export interface FunctionResource {
  readonly kind: 'function';
  /** `Function` and the service's name. */
  readonly name: string;
  readonly service: string;
}

/**
 * Calls one procedure and waits for its result. An error of the other service is thrown as it is: a GatewayError with its code, name and data,
 * INTERNAL_SERVER_ERROR for what its callers may not know. SERVICE_UNAVAILABLE when the function is throttled or out of reach, TIMEOUT when it
 * took too long, PAYLOAD_TOO_LARGE for an input that Lambda does not take.
 */
export type ServiceCall<TInput, TOutput> = (input: TInput) => Promise<TOutput>;

/** Calls one procedure without waiting for it. */
export interface SentCall<TInput> {
  /**
   * Leaves the call with Lambda, which runs it at least once, up to three times until it succeeds, and then puts it in the service's
   * dead-letter queue. Resolves once Lambda has it. A call that ends in an error of the caller's making is not repeated.
   */
  send(input: TInput): Promise<void>;
}

/** The queries and mutations of a service, by name. */
export type ServiceClient<TService extends AnyService, TName extends keyof TService['procedures']> = {
  readonly [TProcedure in TName]: ServiceCall<InputOf<TService['procedures'][TProcedure]>, OutputOf<TService['procedures'][TProcedure]>>;
};

/** The same, where calls are sent. */
export type SendingClient<TService extends AnyService, TName extends keyof TService['procedures']> = {
  readonly [TProcedure in TName]: SentCall<InputOf<TService['procedures'][TProcedure]>>;
};

export interface FunctionGrant<TClient> extends Grant<TClient> {
  readonly resource: FunctionResource;
  readonly service: AnyService;
  /** Whether calls are waited for; a service that is sent some needs a dead-letter queue. */
  readonly waits: boolean;
}

/** Whether a grant is of another service's function. */
export function isFunctionGrant(grant: AnyGrant): grant is FunctionGrant<unknown> {
  return grant.resource.kind === 'function';
}

/** Another service's function. */
export interface ServiceFunction<TService extends AnyService> {
  readonly resource: FunctionResource;
  /** The right to call these procedures and wait for them. */
  allow<const TNames extends readonly (keyof TService['procedures'] & string)[]>(
    ...procedures: TNames
  ): FunctionGrant<ServiceClient<TService, TNames[number]>>;
  /** The right to send calls of these procedures, for which nobody waits. */
  allowSend<const TNames extends readonly (keyof TService['procedures'] & string)[]>(
    ...procedures: TNames
  ): FunctionGrant<SendingClient<TService, TNames[number]>>;
}

/**
 * Declares that a service is called from another one.
 *
 * @throws TypeError for a subscription: those are followed over the socket.
 */
export function serviceFunction<TService extends AnyService>(service: TService): ServiceFunction<TService> {
  const resource: FunctionResource = { kind: 'function', name: `Function${capital(service.name)}`, service: service.name };
  const grant = (operations: readonly string[], waits: boolean): FunctionGrant<never> => {
    const followed = operations.find((name) => service.procedures[name]?.kind === 'subscription');
    if (followed !== undefined)
      throw new TypeError(
        `[SERVICE] ${service.name}.${followed} is a subscription, expected a query or a mutation; a function cannot call it`,
      );
    return { resource, service, waits, operations, statements: [{ actions: ['lambda:InvokeFunction'], targets: [{ part: 'self' }] }] };
  };
  return { resource, allow: (...operations) => grant(operations, true), allowSend: (...operations) => grant(operations, false) };
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
