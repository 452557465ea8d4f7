/**
 * A contract as its caller sees it. Everything is mapped lazily, property by property: a program pays for the procedures it names,
 * and hovering a call shows the resolved types. Types, no code.
 */

import type { AppContract } from '@org/gateway-contract';
import type { Deprecated, Procedure } from '@org/gateway-core';
import type { ClientErrorCode, ErrorCode, GatewayError } from '@org/gateway-core/errors';
import type { Connection } from './connection-state.js';
import type { CallOptions, SubscribeOptions } from './options.js';

/** Anything that is a contract; looked at only as far as it is used, so that its size costs nothing. */
export interface ContractLike {
  readonly services: object;
}

/** The typed client of a contract: `client.service.procedure.query(input)`. */
export type GatewayClient<TContract extends ContractLike = AppContract> = ServiceClients<TContract['services']> & ClientControls;

/** The typed client of a contract's queries and mutations. */
export type HttpClient<TContract extends ContractLike = AppContract> = HttpServices<TContract['services']>;

type HttpServices<TServices> = { readonly [TName in keyof TServices]: HttpService<ServiceClient<TServices[TName]>> };

type HttpService<TService> = { readonly [TName in keyof TService]: WithoutSocket<TService[TName]> };

type WithoutSocket<TProcedure> = TProcedure extends { subscribe: unknown }
  ? 'a subscription needs createGatewayClient of @org/gateway-client: this client has no socket'
  : TProcedure;

/** What a client has besides services; the `$` keeps it apart from any service's name. */
export interface ClientControls {
  /** The socket's state. */
  readonly $connection: Connection;
  /**
   * Closes the socket for good: loops over subscriptions end, calls over it fail with CLIENT_CLOSED_REQUEST, as do later ones.
   * Calls over HTTP are not concerned.
   */
  readonly $close: () => void;
}

type ServiceClients<TServices> = { readonly [TName in keyof TServices]: ServiceClient<TServices[TName]> };

/** The procedures of one service. */
export type ServiceClient<TService> = TService extends { readonly procedures: infer TProcedures }
  ? { readonly [TName in keyof TProcedures]: ProcedureClient<TProcedures[TName]> }
  : never;

/** One procedure: `query`, `mutate` or `subscribe` by its kind, struck through in editors when its contract says `deprecated`. */
export type ProcedureClient<TProcedure> =
  TProcedure extends Procedure<infer TKind, infer TInput, infer _TParsed, infer _TReturn, infer TOutput, infer TErrors, infer TTraits>
    ? TTraits extends Deprecated<infer TDeprecation>
      ? DeprecatedClient<TKind, TInput, TOutput, TErrors, TDeprecation>
      : TKind extends 'query'
        ? QueryClient<TInput, TOutput, TErrors>
        : TKind extends 'mutation'
          ? MutationClient<TInput, TOutput, TErrors>
          : SubscriptionClient<TInput, TOutput, TErrors>
    : never;

type DeprecatedClient<TKind, TInput, TOutput, TErrors, TDeprecation> = TKind extends 'query'
  ? DeprecatedQueryClient<TInput, TOutput, TErrors, TDeprecation>
  : TKind extends 'mutation'
    ? DeprecatedMutationClient<TInput, TOutput, TErrors, TDeprecation>
    : DeprecatedSubscriptionClient<TInput, TOutput, TErrors, TDeprecation>;

/** What every procedure of a client has. */
export interface ProcedureReference<TErrors> {
  /** `service.procedure`. */
  readonly path: string;
  /** Types only; never set. */
  readonly '~errors'?: TErrors;
}

/** The arguments of a call: an input that may be absent may be left out. */
type Arguments<TInput, TOptions> = undefined extends TInput
  ? [input?: Exclude<TInput, void>, options?: TOptions]
  : [input: TInput, options?: TOptions];

// What editors show of a call is its property and its signature. Of a named interface's property they would show the interface too, with all
// its type arguments; so these are unnamed.

export type QueryClient<TInput, TOutput, TErrors> = ProcedureReference<TErrors> & {
  /** Reads. Identical queries that are under way share one request. @throws GatewayError */
  readonly query: ProcedureCall<TInput, TOutput, TErrors>;
};

export type MutationClient<TInput, TOutput, TErrors> = ProcedureReference<TErrors> & {
  /** Changes, once: only with a key is it ever sent again. @throws GatewayError */
  readonly mutate: ProcedureCall<TInput, TOutput, TErrors>;
};

/** A call, and the same call as one that does not throw. */
export type ProcedureCall<TInput, TOutput, TErrors> = {
  (...call: Arguments<TInput, CallOptions>): Promise<TOutput>;
  /**
   * Resolves with errors of the gateway as values. `error.error` tells the declared ones apart; where it is undefined, `error.code` says what
   * happened: `const { ok, data, error } = await gateway.documents.get.query.safe({ id })`.
   */
  safe(...call: Arguments<TInput, CallOptions>): Promise<CallResult<TOutput, TErrors>>;
};

/** How a call ended. */
export type CallResult<TOutput, TErrors> =
  | { readonly ok: true; readonly data: TOutput; readonly error?: undefined }
  | { readonly ok: false; readonly data?: undefined; readonly error: CallError<TErrors> };

/** What a call can end in: an error that its procedure declares, or one of the gateway's and the client's own. */
export type CallError<TErrors> = unknown extends TErrors
  ? GatewayError
  : { [TName in keyof TErrors]: DeclaredGatewayError<TName, TErrors[TName]> }[keyof TErrors] | PlainGatewayError;

export type SubscriptionClient<TInput, TEvent, TErrors> = ProcedureReference<TErrors> & {
  /** Events as they happen; every loop over it is a subscription of its own, opened when the loop begins. */
  subscribe(...call: Arguments<TInput, SubscribeOptions>): Subscription<TEvent>;
};

/** What every procedure of a client has that its contract deprecates. */
export interface DeprecatedReference<TErrors, TDeprecation> extends ProcedureReference<TErrors> {
  /** Types only; never set. */
  readonly '~deprecated'?: TDeprecation;
}

/** A query that its contract has deprecated: since when, and what to call instead. */
export type DeprecatedQueryClient<TInput, TOutput, TErrors, TDeprecation> = DeprecatedReference<TErrors, TDeprecation> & {
  /** @deprecated The contract says since when, and what to call instead: hover the procedure. */
  readonly query: ProcedureCall<TInput, TOutput, TErrors>;
};

/** A mutation that its contract has deprecated: since when, and what to call instead. */
export type DeprecatedMutationClient<TInput, TOutput, TErrors, TDeprecation> = DeprecatedReference<TErrors, TDeprecation> & {
  /** @deprecated The contract says since when, and what to call instead: hover the procedure. */
  readonly mutate: ProcedureCall<TInput, TOutput, TErrors>;
};

/** A subscription that its contract has deprecated: since when, and what to follow instead. */
export type DeprecatedSubscriptionClient<TInput, TEvent, TErrors, TDeprecation> = DeprecatedReference<TErrors, TDeprecation> & {
  /** @deprecated The contract says since when, and what to follow instead: hover the procedure. */
  subscribe(...call: Arguments<TInput, SubscribeOptions>): Subscription<TEvent>;
};

/** How a loop over a subscription is doing: not started yet; at its topic's head as far as is known; without connection, or lacking events. */
export type SubscriptionState = 'connecting' | 'live' | 'recovering';

/**
 * A stream of events that survives reconnects: each once and in order, as far as the topic's log reaches. It ends with `break`, its
 * signal, `$close()` or a stop by the server, and throws a GatewayError when it cannot go on: PRECONDITION_FAILED when events were
 * missed for good and there is no `onReset`, or an error of the procedure.
 */
export interface Subscription<TEvent> extends AsyncIterable<TEvent, undefined> {
  /** The same events with their ids, for programs that keep their place: pass the last one as `lastEventId`. */
  tracked(): AsyncIterable<TrackedEvent<TEvent>, undefined>;
  /** Of the latest loop over it. */
  readonly state: SubscriptionState;
  /** Time since the latest loop was last known to be at its topic's head. */
  readonly stalenessMs: number;
}

/** An event and its place in the topic. */
export interface TrackedEvent<TEvent> {
  readonly id: string;
  readonly data: TEvent;
}

/** An error a procedure declares. */
export type DeclaredGatewayError<TName, TData> = GatewayError & { readonly error: TName; readonly data: TData };

/** An error that no contract declares: of the gateway (UNAUTHORIZED, TOO_MANY_REQUESTS, …) or of the client (NETWORK_ERROR, TIMEOUT, …). */
export type PlainGatewayError<TCode extends ErrorCode | ClientErrorCode = ErrorCode | ClientErrorCode> = GatewayError & {
  readonly error: undefined;
  readonly data: undefined;
  readonly code: TCode;
};
