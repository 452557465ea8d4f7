/**
 * What handlers are: one function per procedure, typed by the contract (input, result, declared errors) and by the service's `uses`
 * (`ctx`). A missing or superfluous handler, a wrong result, an undeclared error or an undeclared operation does not compile.
 */

import type { GatewayError } from '@org/gateway-core/errors';
import type { ServiceDeclaration, Uses, Vouching } from '../service/define-service.js';
import type { Grant } from '../service/grant.js';
import type { AppendOptions } from '../topics/topic-log.js';
import type { AnyClaims, CallContext, User } from './context.js';
import type { AnyService, ErrorsOf, GatewayProcedureKind, Having, ParsedOf, PublishedOf, ReturnOf, SignedIn } from './core-types.js';
import type { RecentEvents } from './recent.js';

/** Makes a declared error, to be returned or thrown. */
export type ErrorMakers<TErrors> = { readonly [TName in keyof TErrors]: (data: TErrors[TName]) => GatewayError };

/** The clients of a service's resources, by their names in `uses`. */
export type ClientsOf<TUses extends Uses> = {
  readonly [TName in keyof TUses]: TUses[TName] extends Grant<infer TClient> ? TClient : never;
};

/** Names of a service's subscriptions. */
export type SubscriptionName<TService extends AnyService> = {
  [TName in keyof TService['procedures'] & string]: GatewayProcedureKind<TService['procedures'][TName]> extends 'subscription'
    ? TName
    : never;
}[keyof TService['procedures'] & string];

/**
 * Appends events to a topic of one of a service's subscriptions and has them delivered. Resolves with the id of the event, of a batch the
 * first one's, once it is stored. `TopicLog.append` says what an idempotency key and a batch guarantee; rejects with SERVICE_UNAVAILABLE
 * when an event could not be stored, CONFLICT for another event under a known key, PAYLOAD_TOO_LARGE above 128,000 bytes.
 *
 * Of a subscription that is `sequenced` it resolves with nothing once the event is in the queue of the sequencer, which stores it within
 * moments. Events that one publisher awaits one after the other keep their order; a batch keeps its own, but others may come in between, and
 * when SERVICE_UNAVAILABLE is its end a part of it may come. Another event under a known key is dropped.
 */
export interface Publish<TService extends AnyService, TSubscription extends SubscriptionName<TService> = SubscriptionName<TService>> {
  <TName extends TSubscription>(
    subscription: TName,
    key: string,
    event: ReturnOf<TService['procedures'][TName]>,
    options?: AppendOptions,
  ): PublishedOf<TService['procedures'][TName]>;
  /** Several events of one topic: up to 99, of 3.5 MB, come without another one between them, all or none. */
  batch<TName extends TSubscription>(
    subscription: TName,
    key: string,
    events: readonly ReturnOf<TService['procedures'][TName]>[],
    options?: AppendOptions,
  ): PublishedOf<TService['procedures'][TName]>;
}

/** The newest events of a topic of one of the service's own subscriptions, at most so many, and the position to follow from. */
export type Recent<TService extends AnyService> = <TName extends SubscriptionName<TService>>(
  subscription: TName,
  key: string,
  limit: number,
) => Promise<RecentEvents<ReturnOf<TService['procedures'][TName]>>>;

/**
 * The id of the newest event of a topic of one of the service's own subscriptions, `EPOCH.0` before the first: to be read before the state
 * that is answered with it, so that who follows after it misses nothing. Rejects with SERVICE_UNAVAILABLE when it cannot be read.
 */
export type Position<TService extends AnyService> = (subscription: SubscriptionName<TService>, key: string) => Promise<string>;

/** `ctx` of any procedure of a service: the call's own facts, `publish`, and the clients of `uses`. */
export type HandlerContext<TService extends AnyService, TUses extends Uses, TClaims = AnyClaims> = CallContext<TClaims> & {
  readonly publish: Publish<TService>;
  readonly recent: Recent<TService>;
  readonly position: Position<TService>;
} & ClientsOf<TUses>;

/**
 * What `ctx` of one procedure has besides: a user where nobody else gets in. That is every procedure of a service for AWS identities, and what
 * is not public of one that verifies tokens. Who calls an internal service vouches for its callers, and may call on nobody's behalf.
 */
export type CallerOf<TProcedure, TVouching, TClaims> = [TVouching] extends ['iam']
  ? WithUser<TClaims>
  : [TVouching] extends ['token']
    ? TProcedure extends Having<SignedIn>
      ? WithUser<TClaims>
      : unknown
    : unknown;

interface WithUser<TClaims> {
  readonly user: User<TClaims>;
}

/** What a handler is given. */
export interface HandlerOptions<TProcedure, TContext> {
  readonly input: ParsedOf<TProcedure>;
  readonly ctx: TContext;
  readonly errors: ErrorMakers<ErrorsOf<TProcedure>>;
}

type Awaitable<TValue> = TValue | Promise<TValue>;

/**
 * A call's handler returns the result or a declared error. A subscription's handler decides which topic the caller follows: it returns
 * the topic's key, after checking that the caller may.
 */
export type Handler<TProcedure, TContext> = (
  options: HandlerOptions<TProcedure, TContext>,
) => Awaitable<(GatewayProcedureKind<TProcedure> extends 'subscription' ? string : ReturnOf<TProcedure>) | GatewayError>;

/** One handler per procedure. */
export type Handlers<TService extends AnyService, TUses extends Uses, TClaims = AnyClaims, TVouching = Vouching> = {
  readonly [TName in keyof TService['procedures']]: Handler<
    TService['procedures'][TName],
    HandlerContext<TService, TUses, TClaims> & CallerOf<TService['procedures'][TName], TVouching, TClaims>
  >;
};

/** A handler without its types, as the executor calls it. */
export type AnyHandler = (options: {
  readonly input: unknown;
  readonly ctx: object;
  readonly errors: Readonly<Record<string, (data: unknown) => GatewayError>>;
}) => unknown;

/** A service with its handlers. */
export interface Implementation {
  readonly declaration: ServiceDeclaration<AnyService, Uses, unknown>;
  readonly handlers: Readonly<Record<string, AnyHandler>>;
}
