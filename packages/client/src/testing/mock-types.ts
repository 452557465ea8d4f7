/**
 * How a front-end test says what the gateway answers: one handler per procedure, typed as the server's are. Types, no code.
 */

import type { ErrorsOf, ParsedOf, ReturnOf } from '@org/gateway-core';
import type { GatewayError } from '@org/gateway-core/errors';
import type { ContractLike } from '../client-types.js';

/** What a handler is given. */
export interface MockCall<TProcedure> {
  /** As validation made it. */
  readonly input: ParsedOf<TProcedure>;
  /** Makes the declared errors, to be returned or thrown: `errors.NOT_FOUND({ id })`. */
  readonly errors: { readonly [TName in keyof ErrorsOf<TProcedure>]: (data: ErrorsOf<TProcedure>[TName]) => GatewayError };
  /** Of the request; empty over the socket. */
  readonly headers: Readonly<Record<string, string>>;
  /** Aborted when a subscription has lost its last subscriber, and at `close`. */
  readonly signal: AbortSignal;
}

type Awaitable<TValue> = TValue | Promise<TValue>;

/**
 * A call's handler returns what the server's would, or an error; a GatewayError it throws is answered as such. A subscription's gives its
 * events, of which a generator is the simplest, or nothing: then they come from `emit`.
 */
export type MockHandler<TProcedure> = TProcedure extends { readonly kind: 'subscription' }
  ? (call: MockCall<TProcedure>) => AsyncIterable<ReturnOf<TProcedure>> | Iterable<ReturnOf<TProcedure>> | undefined
  : (call: MockCall<TProcedure>) => Awaitable<ReturnOf<TProcedure> | GatewayError>;

type ServiceHandlers<TService> = TService extends { readonly procedures: infer TProcedures }
  ? { readonly [TName in keyof TProcedures]?: MockHandler<TProcedures[TName]> }
  : never;

/** Handlers of the procedures that a test is about. */
export type MockHandlers<TContract extends ContractLike> = {
  readonly [TName in keyof TContract['services']]?: ServiceHandlers<TContract['services'][TName]>;
};

/** A handler without its types. */
export type AnyMockHandler = (call: {
  readonly input: unknown;
  readonly errors: Readonly<Record<string, (data: unknown) => GatewayError>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}) => unknown;

/** Handlers without their types. */
export type AnyMockHandlers = Readonly<Record<string, Readonly<Record<string, AnyMockHandler | undefined>> | undefined>>;
