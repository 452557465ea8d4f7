/**
 * A contract as tRPC sees it: router types for stock `@trpc/client` links, made of tRPC's public types only. Types, no code. A whole
 * contract fits a socket link and our terminating link; a stock HTTP link takes one service, at `/rpc/{service}`.
 */

import type { TRPCMutationProcedure, TRPCQueryProcedure, TRPCRouterDef, TRPCSubscriptionProcedure, TrackedEnvelope } from '@trpc/server';
import type { AnyContract, Contract } from '../dsl/contract.js';
import type { AnyProcedure, Procedure } from '../dsl/procedure.js';
import type { AnyService, ProcedureRecord } from '../dsl/service.js';
import type { ErrorData, ErrorShape } from '../errors/error-shape.js';

/** The declared errors of a procedure as a union: `data.error` tells them apart and types `data.details`. */
type DeclaredShape<TErrors> =
  | ErrorShape
  | {
      [TName in keyof TErrors & string]: Omit<ErrorShape, 'data'> & {
        data: Omit<ErrorData, 'error' | 'details'> & { error: TName; details: TErrors[TName] };
      };
    }[keyof TErrors & string];

interface ProcedureDef<TInput, TOutput, TErrors> {
  input: TInput;
  output: TOutput;
  meta: object;
  errorShape: DeclaredShape<TErrors>;
}

/** One procedure as tRPC's procedure type. */
export type TrpcProcedure<TProcedure> =
  TProcedure extends Procedure<infer TKind, infer TInput, infer _TParsed, infer _TReturn, infer TOutput, infer TErrors>
    ? TKind extends 'query'
      ? TRPCQueryProcedure<ProcedureDef<TInput, TOutput, TErrors>>
      : TKind extends 'mutation'
        ? TRPCMutationProcedure<ProcedureDef<TInput, TOutput, TErrors>>
        : TRPCSubscriptionProcedure<ProcedureDef<TInput, AsyncIterable<TrackedEnvelope<TOutput>>, TErrors>>
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
