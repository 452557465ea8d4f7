/**
 * Follows the cursor of a list: what a query answers as `{ items, nextCursor }` and takes as `cursor` is one loop over the items. Which
 * queries are such lists, and of what, the types say; nothing of the contract is there at run time.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { ProcedureCall } from '../client-types.js';
import type { CallOptions } from '../options.js';

/** An answer with a part of a list. */
export interface Paged<TCursor> {
  readonly items: readonly unknown[];
  /** Of the next part; null or absent after the last. */
  readonly nextCursor?: TCursor | null | undefined;
}

/** A query that takes a cursor and answers with a part of a list. */
export interface PagedQuery<TInput, TOutput> {
  readonly path: string;
  readonly query: ProcedureCall<TInput, TOutput, never> | ((input: TInput, options?: CallOptions) => Promise<TOutput>);
}

/** How the parts are asked for: the options of each call, and the cursor to begin with. */
export interface PageOptions<TCursor> extends CallOptions {
  readonly cursor?: TCursor | undefined;
}

type CursorOf<TInput> = TInput extends { readonly cursor?: infer TCursor } ? NonNullable<TCursor> : never;

/** Loops over the items of a list, and over its parts with `byPage`. */
export interface Pages<TOutput extends Paged<unknown>> extends AsyncIterable<TOutput['items'][number], undefined> {
  /** Whole answers, one by one: for a cursor to keep, or facts beside the items. */
  byPage(): AsyncIterable<TOutput, undefined>;
}

/**
 * The items of a list, page by page: `for await (const item of pages(gateway.documents.list, { folder }))`. The next page is asked for when
 * the loop has taken the last item of the one before; leaving the loop asks for no more. Every loop begins anew.
 *
 * @throws GatewayError of the call that failed, in the loop; INVALID_REPLY for a cursor that leads to itself
 */
export function pages<TInput extends { readonly cursor?: unknown }, TOutput extends Paged<CursorOf<TInput>>>(
  procedure: PagedQuery<TInput, TOutput>,
  input: Omit<TInput, 'cursor'>,
  { cursor: first, ...options }: PageOptions<CursorOf<TInput>> = {},
): Pages<TOutput> {
  const { path } = procedure;
  const query = procedure.query as (input: object, options: CallOptions) => Promise<TOutput>;
  async function* byPage(): AsyncGenerator<TOutput, undefined> {
    let cursor = first;
    for (;;) {
      const page = await query(cursor === undefined ? input : { ...input, cursor }, options);
      yield page;
      const next = page.nextCursor ?? undefined;
      if (next === undefined) return;
      if (next === cursor) {
        throw new GatewayError('INVALID_REPLY', `[INVALID_REPLY] ${path} answered with the cursor it was given; pages would never end`, {
          path,
        });
      }
      cursor = next;
    }
  }
  async function* items(): AsyncGenerator<unknown, undefined> {
    for await (const page of byPage()) yield* page.items;
  }
  return { byPage, [Symbol.asyncIterator]: items } as Pages<TOutput>;
}
