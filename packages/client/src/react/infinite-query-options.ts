/**
 * A query that answers in pages as TanStack's options of an infinite query. The convention of a contract: the input has a `cursor`, which is
 * absent for the first page, and the output a `nextCursor`, which is null (or absent) after the last one.
 */

import type {
  DefinedInitialDataInfiniteOptions,
  InfiniteData,
  QueryFunctionContext,
  SkipToken,
  UndefinedInitialDataInfiniteOptions,
  UnusedSkipTokenInfiniteOptions,
} from '@tanstack/react-query';
import type { QueryClient } from '../client-types.js';
import { type GatewayQueryKey, type InfiniteKeyOf, isSkipped, keyOf } from './query-key.js';
import type { AnyQuery } from './query-options.js';
import type { CursorOf, InputAndOptions, OwnCallOptions, PagedInput, QueryFailure } from './query-types.js';

type Cursor<TInput> = CursorOf<TInput> | null;
type Pages<TInput, TOutput> = InfiniteData<TOutput, Cursor<TInput>>;
type Set = 'queryKey' | 'queryFn' | 'queryKeyHashFn' | 'initialPageParam' | 'getNextPageParam';

/** What may be said of an infinite query besides its input. */
export type InfiniteOptions<TOptions, TInput> = Omit<TOptions, Set> &
  OwnCallOptions & {
    /** Where to begin. @default the first page */
    readonly initialCursor?: CursorOf<TInput>;
  };

/** A query whose input has a cursor and whose output the next one. */
export type PagedQuery<TInput, TOutput, TErrors> = QueryClient<TInput, TOutput, TErrors> &
  (TInput extends { readonly cursor?: unknown }
    ? TOutput extends { readonly nextCursor?: unknown }
      ? unknown
      : 'this query has no pages: its output has no `nextCursor`'
    : 'this query has no pages: its input has no `cursor`');

interface Keyed<TInput, TOutput, TErrors> {
  readonly queryKey: InfiniteKeyOf<TInput, TOutput, TErrors>;
}

type Plain<TInput, TOutput, TErrors, TData> = UnusedSkipTokenInfiniteOptions<
  TOutput,
  QueryFailure<TErrors>,
  TData,
  GatewayQueryKey,
  Cursor<TInput>
>;
type Defined<TInput, TOutput, TErrors, TData> = DefinedInitialDataInfiniteOptions<
  TOutput,
  QueryFailure<TErrors>,
  TData,
  GatewayQueryKey,
  Cursor<TInput>
>;
type Skippable<TInput, TOutput, TErrors, TData> = UndefinedInitialDataInfiniteOptions<
  TOutput,
  QueryFailure<TErrors>,
  TData,
  GatewayQueryKey,
  Cursor<TInput>
>;

/**
 * The options of an infinite query. Signal and `retry` are as in `queryOptions`.
 *
 * @param input without the cursor; `skipToken` of TanStack: nothing is asked yet
 */
export function infiniteQueryOptions<TInput, TOutput, TErrors, TData = Pages<TInput, TOutput>>(
  procedure: PagedQuery<TInput, TOutput, TErrors>,
  input: PagedInput<TInput>,
  options: InfiniteOptions<Defined<TInput, TOutput, TErrors, TData>, TInput>,
): Defined<TInput, TOutput, TErrors, TData> & Keyed<TInput, TOutput, TErrors>;
export function infiniteQueryOptions<TInput, TOutput, TErrors, TData = Pages<TInput, TOutput>>(
  procedure: PagedQuery<TInput, TOutput, TErrors>,
  ...call: InputAndOptions<PagedInput<TInput>, never, InfiniteOptions<Plain<TInput, TOutput, TErrors, TData>, TInput>>
): Plain<TInput, TOutput, TErrors, TData> & Keyed<TInput, TOutput, TErrors>;
export function infiniteQueryOptions<TInput, TOutput, TErrors, TData = Pages<TInput, TOutput>>(
  procedure: PagedQuery<TInput, TOutput, TErrors>,
  ...call: InputAndOptions<PagedInput<TInput>, SkipToken, InfiniteOptions<Plain<TInput, TOutput, TErrors, TData>, TInput>>
): Skippable<TInput, TOutput, TErrors, TData> & Keyed<TInput, TOutput, TErrors>;
export function infiniteQueryOptions(
  { path, query }: AnyQuery,
  input?: unknown,
  { call, initialCursor = null, ...options }: OwnCallOptions & { readonly initialCursor?: unknown } = {},
): object {
  const page = ({ pageParam, signal }: QueryFunctionContext<GatewayQueryKey, unknown>) =>
    query(pageParam === null ? input : { ...(input as object), cursor: pageParam }, { ...call, signal });
  return {
    retry: false,
    ...options,
    queryKey: keyOf(path, 'infinite', input),
    queryFn: isSkipped(input) ? input : page,
    initialPageParam: initialCursor,
    getNextPageParam: ({ nextCursor }: { readonly nextCursor?: unknown }) => nextCursor ?? undefined,
  };
}
