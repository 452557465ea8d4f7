/**
 * What the options of TanStack have in common here. Types, no code.
 */

import type { CallError } from '../client-types.js';
import type { CallOptions } from '../options.js';

/** What a query or mutation fails with: a declared error, or one of the gateway's and the client's own. */
export type QueryFailure<TErrors> = CallError<TErrors>;

/** Options of the calls themselves. The signal is TanStack's. */
export interface OwnCallOptions {
  /** How its calls travel: `timeoutMs`, `headers`, `over`. */
  readonly call?: Omit<CallOptions, 'signal'>;
}

/** The cursor of a procedure that answers in pages. */
export type CursorOf<TInput> = TInput extends { readonly cursor?: infer TCursor } ? NonNullable<TCursor> : never;

/** Its input without the cursor. */
export type PagedInput<TInput> = Omit<TInput, 'cursor'>;

/** The arguments of a function that is given a procedure first: an input that may be absent may be left out. */
export type InputAndOptions<TInput, TSkipped, TOptions> = undefined extends TInput
  ? [input?: TInput | TSkipped, options?: TOptions]
  : [input: TInput | TSkipped, options?: TOptions];
