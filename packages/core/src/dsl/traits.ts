/**
 * Traits: what the type of a procedure says besides its input, output and errors, for those whose types depend on it. Handlers have a user
 * where one must be signed in, editors strike through what is deprecated, publishers learn no id of a sequenced event. Types, no code; at run
 * time all of it is in `meta`.
 */

import type { Auth, Deprecation } from './procedure.js';

/** Who calls it is signed in. */
export interface SignedIn {
  readonly auth: 'user';
}

/** Callers should leave it. */
export interface Deprecated<TDeprecation> {
  readonly deprecated: TDeprecation;
}

/** One reader of a queue numbers its events. */
export interface Sequenced {
  readonly sequenced: true;
}

/** `SignedIn`, or nothing for what may be public. */
export type AuthTrait<TAuth extends Auth> = 'public' extends TAuth ? unknown : SignedIn;

/** `Deprecated`, or nothing. */
export type DeprecationTrait<TDeprecation extends Deprecation | undefined> = [TDeprecation] extends [Deprecation]
  ? Deprecated<TDeprecation>
  : unknown;

/** `Sequenced`, or nothing. */
export type SequenceTrait<TSequenced extends boolean> = TSequenced extends true ? Sequenced : unknown;

/** Any type that has a trait: `TProcedure extends Having<SignedIn>`. */
export interface Having<TTrait> {
  readonly '~traits'?: TTrait;
}
