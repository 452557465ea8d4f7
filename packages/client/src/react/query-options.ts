/**
 * A query as TanStack's options: for `useQuery`, `useSuspenseQuery`, `prefetchQuery` and whatever else takes them. Types only of TanStack,
 * no code. https://tanstack.com/query/latest/docs/framework/react/guides/query-options
 */

import type {
  DefinedInitialDataOptions,
  QueryFunctionContext,
  SkipToken,
  UndefinedInitialDataOptions,
  UnusedSkipTokenOptions,
} from '@tanstack/react-query';
import type { QueryClient } from '../client-types.js';
import type { CallOptions } from '../options.js';
import { type GatewayQueryKey, isSkipped, keyOf, type QueryKeyOf } from './query-key.js';
import type { InputAndOptions, OwnCallOptions, QueryFailure } from './query-types.js';

type Set = 'queryKey' | 'queryFn' | 'queryKeyHashFn';

/** `initialData` is there, so there is always data. */
export type DefinedOptions<TOutput, TErrors, TData> = Omit<
  DefinedInitialDataOptions<TOutput, QueryFailure<TErrors>, TData, GatewayQueryKey>,
  Set
> &
  OwnCallOptions;

/** There may be no data yet. */
export type PlainOptions<TOutput, TErrors, TData> = Omit<
  UnusedSkipTokenOptions<TOutput, QueryFailure<TErrors>, TData, GatewayQueryKey>,
  Set
> &
  OwnCallOptions;

interface Keyed<TOutput, TErrors> {
  readonly queryKey: QueryKeyOf<TOutput, TErrors>;
}

/**
 * The options of a query. Its signal is passed on, so that a query nobody waits for is aborted. `retry` is `false` unless you say otherwise:
 * the client itself repeats what may succeed later.
 *
 * @param input `skipToken` of TanStack: nothing is asked yet
 */
export function queryOptions<TInput, TOutput, TErrors, TData = TOutput>(
  procedure: QueryClient<TInput, TOutput, TErrors>,
  input: TInput,
  options: DefinedOptions<TOutput, TErrors, TData>,
): DefinedInitialDataOptions<TOutput, QueryFailure<TErrors>, TData, GatewayQueryKey> & Keyed<TOutput, TErrors>;
export function queryOptions<TInput, TOutput, TErrors, TData = TOutput>(
  procedure: QueryClient<TInput, TOutput, TErrors>,
  ...call: InputAndOptions<TInput, never, PlainOptions<TOutput, TErrors, TData>>
): UnusedSkipTokenOptions<TOutput, QueryFailure<TErrors>, TData, GatewayQueryKey> & Keyed<TOutput, TErrors>;
export function queryOptions<TInput, TOutput, TErrors, TData = TOutput>(
  procedure: QueryClient<TInput, TOutput, TErrors>,
  ...call: InputAndOptions<TInput, SkipToken, PlainOptions<TOutput, TErrors, TData>>
): UndefinedInitialDataOptions<TOutput, QueryFailure<TErrors>, TData, GatewayQueryKey> & Keyed<TOutput, TErrors>;
export function queryOptions({ path, query }: AnyQuery, input?: unknown, { call, ...options }: OwnCallOptions = {}): object {
  return {
    retry: false,
    ...options,
    queryKey: keyOf(path, 'query', input),
    queryFn: isSkipped(input) ? input : ({ signal }: QueryFunctionContext) => query(input, { ...call, signal }),
  };
}

/** A query without its types. */
export interface AnyQuery {
  readonly path: string;
  readonly query: (input: unknown, options: CallOptions) => Promise<unknown>;
}
