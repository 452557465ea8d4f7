/**
 * What is on its way over HTTP: one call, or identical queries that travel as one. Each of its callers keeps its own signal and deadline; it
 * is over when the last of them has ended.
 */

import type { ErrorShape } from '@org/gateway-core/errors';
import type { Call } from '../call.js';
import type { Given } from '../meaning.js';
import type { HeaderRecord } from '../options.js';

/** Calls that are answered together, as the first of them says. */
export interface Flight extends Pick<Call, 'kind' | 'path' | 'json' | 'headers' | 'end'> {
  /** Who waits; over when empty. */
  readonly calls: Set<Call>;
  /** The deadline of the first; before it is sent again, the latest of those who wait. */
  endsAtMs: number;
  /** Its key; of the first of a batch, the batch's. */
  key?: Call['key'];
  /** Its result is there, and is being made of what was sent. */
  isAnswered?: boolean;
  /** Set by whoever is at work on it: nobody waits any more. */
  onOver?: (() => unknown) | undefined;
}

/** How a request came to be sent. */
export interface Sending {
  /** The headers all its calls share. */
  readonly signed: HeaderRecord | undefined;
  /** Counts from 0. */
  readonly attempt: number;
  /** Its token is one that was asked for after a refusal. */
  readonly isRenewed?: boolean;
}

/** What was answered to one call. */
interface Item {
  readonly result?: Given;
  readonly error?: ErrorShape;
}

/** What was answered: an item, for all calls or by position, as far as it can be read. */
export type Items = (Item & { readonly [position: number]: Item | null | undefined }) | null | undefined;
