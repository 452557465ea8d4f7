/** The contract types that handlers' types are made of. */

import type { Procedure, ProcedureKind } from '@org/gateway-core';

export type { AnyService, ErrorsOf, ParsedOf, ReturnOf } from '@org/gateway-core';

/** The kind of a procedure. */
export type GatewayProcedureKind<TProcedure> =
  TProcedure extends Procedure<
    infer TKind extends ProcedureKind,
    infer _TInput,
    infer _TParsed,
    infer _TReturn,
    infer _TOutput,
    infer _TErrors
  >
    ? TKind
    : never;

/** What publishing to a subscription gives: the event's id, and nothing for a sequenced one, whose id nobody knows yet. */
export type PublishedOf<TProcedure> = TProcedure extends { readonly meta: { readonly sequenced: true } } ? Promise<void> : Promise<string>;
