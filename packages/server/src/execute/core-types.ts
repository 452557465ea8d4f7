/** The contract types that handlers' types are made of. */

import type { Having, Procedure, ProcedureKind, Sequenced } from '@org/gateway-core';

export type { AnyService, ErrorsOf, Having, ParsedOf, ReturnOf, SignedIn } from '@org/gateway-core';

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
export type PublishedOf<TProcedure> = TProcedure extends Having<Sequenced> ? Promise<void> : Promise<string>;
