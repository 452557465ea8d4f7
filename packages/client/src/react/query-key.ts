/**
 * Keys of TanStack's cache, in tRPC's form: the path in parts, then the input and the kind. Part of a key finds all that begin with it, so
 * that everything of a procedure or of a service can be invalidated at once.
 * https://tanstack.com/query/latest/docs/framework/react/guides/query-keys
 */

import type { DataTag, InfiniteData, SkipToken } from '@tanstack/react-query';
import type { MutationClient, ProcedureReference, QueryClient } from '../client-types.js';
import { encodeValue } from '../encode-value.js';
import type { CursorOf, PagedInput, QueryFailure } from './query-types.js';

/** A key of ours. */
export type GatewayQueryKey = readonly [path: readonly string[], about?: KeyAbout];

/** What a key says besides the path. */
export interface KeyAbout {
  /** Absent: none. */
  readonly input?: unknown;
  readonly type: 'query' | 'infinite';
}

/** The key of a mutation. */
export type GatewayMutationKey = readonly [path: readonly string[]];

/** What the cache has under the key of a query. */
export type QueryKeyOf<TOutput, TErrors> = DataTag<GatewayQueryKey, TOutput, QueryFailure<TErrors>>;

/** What the cache has under the key of an infinite query. */
export type InfiniteKeyOf<TInput, TOutput, TErrors> = DataTag<
  GatewayQueryKey,
  InfiniteData<TOutput, CursorOf<TInput> | null>,
  QueryFailure<TErrors>
>;

/** The key of `queryOptions(procedure, input)`: for `getQueryData`, `setQueryData` and `invalidateQueries`. */
export function queryKey<TInput, TOutput, TErrors>(
  procedure: QueryClient<TInput, TOutput, TErrors>,
  ...[input]: undefined extends TInput ? [input?: TInput | SkipToken] : [input: TInput | SkipToken]
): QueryKeyOf<TOutput, TErrors> {
  return keyOf(procedure.path, 'query', input) as QueryKeyOf<TOutput, TErrors>;
}

/** The key of `infiniteQueryOptions(procedure, input)`. */
export function infiniteQueryKey<TInput, TOutput, TErrors>(
  procedure: QueryClient<TInput, TOutput, TErrors>,
  input?: PagedInput<TInput> | SkipToken,
): InfiniteKeyOf<TInput, TOutput, TErrors> {
  return keyOf(procedure.path, 'infinite', input) as InfiniteKeyOf<TInput, TOutput, TErrors>;
}

/** The key of `mutationOptions(procedure)`: for `useIsMutating` and `useMutationState`. */
export function mutationKey<TInput, TOutput, TErrors>({ path }: MutationClient<TInput, TOutput, TErrors>): GatewayMutationKey {
  return [path.split('.')];
}

/** What the keys of all queries of a procedure begin with, whatever their input: `invalidateQueries({ queryKey: pathKey(gateway.documents.list) })`. */
export function pathKey(procedure: ProcedureReference<unknown>): GatewayQueryKey;
/** What the keys of all queries of a service begin with: `pathKey('documents')`. */
export function pathKey(service: string): GatewayQueryKey;
export function pathKey(what: ProcedureReference<unknown> | string): GatewayQueryKey {
  return [(typeof what === 'string' ? what : what.path).split('.')];
}

/** An input is never a symbol, because JSON carries none, so that a symbol is TanStack's `skipToken`: nothing of TanStack is in the bundle. */
export function isSkipped(input: unknown): input is SkipToken {
  return typeof input === 'symbol';
}

/** Untyped. The input is in it as JSON has it: TanStack's own hash knows no bigint, and what a server has loaded comes to a page as JSON. */
export function keyOf(path: string, type: KeyAbout['type'], input: unknown): GatewayQueryKey {
  return [path.split('.'), input === undefined || isSkipped(input) ? { type } : { input: JSON.parse(inputText(input)), type }];
}

/** An input as it travels. */
export function inputText(input: unknown): string {
  return JSON.stringify(input, encodeValue);
}
