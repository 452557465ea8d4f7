/**
 * Types read off a contract. Each looks at one procedure, so a consumer pays only for the procedures it names.
 */

import type { Procedure, ProcedureKind, ProcedureTypes } from './procedure.js';

type TypesOf<TProcedure> =
  TProcedure extends Procedure<ProcedureKind, infer TInput, infer TParsed, infer TReturn, infer TOutput, infer TErrors>
    ? ProcedureTypes<TInput, TParsed, TReturn, TOutput, TErrors>
    : never;

/** What a caller sends: `z.input` of the input schema. */
export type InputOf<TProcedure> = TypesOf<TProcedure>['input'];

/** What a handler gets: `z.output` of the input schema. */
export type ParsedOf<TProcedure> = TypesOf<TProcedure>['parsed'];

/** What a handler returns, or publishes: `z.input` of the output or event schema. */
export type ReturnOf<TProcedure> = TypesOf<TProcedure>['returned'];

/** What a caller receives: `z.output` of the output or event schema. */
export type OutputOf<TProcedure> = TypesOf<TProcedure>['output'];

/** The declared errors' data by name. */
export type ErrorsOf<TProcedure> = TypesOf<TProcedure>['errors'];
