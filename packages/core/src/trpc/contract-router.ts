/**
 * A contract as tRPC sees it: router types for stock `@trpc/client` links, made of tRPC's public types only. Types, no code. A whole
 * contract fits a socket link and our terminating link; a stock HTTP link takes one service, at `/rpc/{service}`.
 */

import type { TRPCMutationProcedure, TRPCQueryProcedure, TRPCRouterDef, TRPCSubscriptionProcedure } from '@trpc/server';
import type { AnyContract, Contract } from '../dsl/contract.js';
import type { AnyProcedure, Procedure } from '../dsl/procedure.js';
import type { AnyService, ProcedureRecord } from '../dsl/service.js';
import type { ErrorData, ErrorShape } from '../errors/error-shape.js';

/** An error's data around what a declared error fills. */
type PlainData = Omit<ErrorData, 'error' | 'details'>;

type ShapeOf<TData> = Omit<ErrorShape, 'data'> & { data: TData };

/**
 * The errors of a procedure as a union that `data.error` tells apart: a declared name types `data.details`, and `undefined` is every
 * error the contract does not declare. Were that one's `error` any text, no comparison could rule it out and `details` would stay unknown.
 */
type DeclaredShape<TErrors> =
  | ShapeOf<PlainData & { error?: undefined; details?: undefined }>
  | { [TName in keyof TErrors & string]: ShapeOf<PlainData & { error: TName; details: TErrors[TName] }> }[keyof TErrors & string];

interface ProcedureDef<TInput, TOutput, TErrors> {
  input: TInput;
  output: TOutput;
  meta: object;
  errorShape: DeclaredShape<TErrors>;
}

/** tRPC computes what JSON leaves of an output; of `void` that is `never`, of `undefined` it is `undefined`, which is what arrives. */
// biome-ignore lint/suspicious/noConfusingVoidType: void is what an output that is not declared has as its type
type Arriving<TOutput> = [TOutput] extends [void] ? undefined : TOutput;

/** An event as tRPC's clients deliver what a server has `tracked()`: PROTOCOL.md P3.7. */
interface TrackedEvent<TOutput> {
  id: string;
  data: TOutput;
}

// biome-ignore lint/suspicious/noConfusingVoidType: void is what an input that is not declared has as its type
type Nothing = void;

/** A subscription's input with the place to continue after, where tRPC's clients put a first one: PROTOCOL.md P3.9. */
type Resumable<TInput> = [TInput] extends [Nothing]
  ? { lastEventId?: string | undefined } | Nothing
  : TInput & { lastEventId?: string | undefined };

/** One procedure as tRPC's procedure type. */
export type TrpcProcedure<TProcedure> =
  TProcedure extends Procedure<infer TKind, infer TInput, infer _TParsed, infer _TReturn, infer TOutput, infer TErrors>
    ? TKind extends 'query'
      ? TRPCQueryProcedure<ProcedureDef<TInput, Arriving<TOutput>, TErrors>>
      : TKind extends 'mutation'
        ? TRPCMutationProcedure<ProcedureDef<TInput, Arriving<TOutput>, TErrors>>
        : TRPCSubscriptionProcedure<ProcedureDef<Resumable<TInput>, AsyncIterable<TrackedEvent<TOutput>>, TErrors>>
    : never;

type TrpcRecord<TProcedures extends ProcedureRecord> = { [TName in keyof TProcedures]: TrpcProcedure<TProcedures[TName]> };

interface Root {
  ctx: object;
  meta: object;
  errorShape: ErrorShape;
  transformer: false;
}

interface RouterOf<TRecord extends RouterRecordLike> {
  _def: TRPCRouterDef<Root, TRecord>;
  /** A described router cannot be called in place. */
  createCaller: never;
}

type RouterRecordLike = { [name: string]: RouterRecordLike | TrpcProcedure<AnyProcedure> };

/** Router type of a whole contract: `createTRPCClient<ContractRouter<typeof contract>>`. */
export type ContractRouter<TContract extends AnyContract> =
  TContract extends Contract<infer TServices>
    ? RouterOf<{ [TName in keyof TServices]: TrpcRecord<TServices[TName]['procedures']> }>
    : never;

/** Router type of one service, for a stock HTTP link at `/rpc/{service}`. */
export type ServiceRouter<TService extends AnyService> = RouterOf<TrpcRecord<TService['procedures']>>;
