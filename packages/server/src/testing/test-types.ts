/**
 * What a back-end test sees of a gateway: its procedures, typed by the contract, as a caller would. Types, no code.
 */

import type { InputOf, OutputOf } from '@org/gateway-core';
import type { User } from '../execute/context.js';

/** A caller. */
export type TestUser = Pick<User, 'id'> & Partial<User>;

/** How one call comes. */
export interface TestCallOptions {
  /** As an event of a REST API (v1), of an HTTP API (v2), or of the WebSocket API. @default 'rest' */
  readonly over?: 'rest' | 'http' | 'socket';
  /** The idempotency key of a mutation. */
  readonly key?: string;
  /** Milliseconds the caller waits. */
  readonly deadlineMs?: number;
  /** Not over the socket. */
  readonly headers?: Readonly<Record<string, string>>;
}

type Arguments<TInput, TOptions> = undefined extends TInput ? [input?: TInput, options?: TOptions] : [input: TInput, options?: TOptions];

/** One procedure. A failed call rejects with the GatewayError that a client would get. */
export type TestProcedure<TProcedure> = TProcedure extends { readonly kind: infer TKind }
  ? TKind extends 'query'
    ? { query(...call: Arguments<InputOf<TProcedure>, TestCallOptions>): Promise<OutputOf<TProcedure>> }
    : TKind extends 'mutation'
      ? { mutate(...call: Arguments<InputOf<TProcedure>, TestCallOptions>): Promise<OutputOf<TProcedure>> }
      : { subscribe(...call: Arguments<InputOf<TProcedure>, TestSubscribeOptions>): Promise<TestSubscription<OutputOf<TProcedure>>> }
  : never;

export interface TestSubscribeOptions {
  /** Continue after this event. */
  readonly lastEventId?: string;
}

/** A subscription that has started. */
export interface TestSubscription<TEvent> {
  /** The events since it was asked before, or since the position it began at. */
  events(): Promise<readonly TEvent[]>;
  /** Id of the last event that was given, or of the position it began at. */
  readonly lastEventId: string;
  /** Its events were missed for good: why. */
  readonly reset: string | undefined;
  stop(): Promise<void>;
}

type TestService<TService> = TService extends { readonly procedures: infer TProcedures }
  ? { readonly [TName in keyof TProcedures]: TestProcedure<TProcedures[TName]> }
  : never;

/** All services of a contract. */
export type TestClient<TContract extends { readonly services: object }> = {
  readonly [TName in keyof TContract['services']]: TestService<TContract['services'][TName]>;
};
