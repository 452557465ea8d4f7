/**
 * A mutation as TanStack's options, for `useMutation`.
 */

import type { UseMutationOptions } from '@tanstack/react-query';
import type { MutationClient } from '../client-types.js';
import type { CallOptions } from '../options.js';
import type { GatewayMutationKey } from './query-key.js';
import type { OwnCallOptions, QueryFailure } from './query-types.js';

/** What may be said of a mutation: all of TanStack's, and how its calls travel. */
export type MutationOptions<TInput, TOutput, TErrors, TContext> = Omit<
  UseMutationOptions<TOutput, QueryFailure<TErrors>, TInput, TContext>,
  'mutationKey' | 'mutationFn'
> &
  OwnCallOptions;

/** The options of a mutation. TanStack does not repeat mutations by itself; the client does, under a key, where that is safe. */
export function mutationOptions<TInput, TOutput, TErrors, TContext = unknown>(
  procedure: MutationClient<TInput, TOutput, TErrors>,
  options?: MutationOptions<TInput, TOutput, TErrors, TContext>,
): UseMutationOptions<TOutput, QueryFailure<TErrors>, TInput, TContext> & { readonly mutationKey: GatewayMutationKey };
export function mutationOptions({ path, mutate }: AnyMutation, { call, ...options }: OwnCallOptions = {}): object {
  return { ...options, mutationKey: [path.split('.')], mutationFn: (input: unknown) => mutate(input, call) };
}

interface AnyMutation {
  readonly path: string;
  readonly mutate: (input: unknown, options?: CallOptions) => Promise<unknown>;
}
