/**
 * Events that change what the cache of TanStack has, so that a list or a document on the page follows what happens without being loaded
 * again. What is loaded at the same time as an event comes may or may not have it in it already, so a patch must do no harm when it is
 * applied twice: put by id, compare versions.
 */

import type { QueryClient as Cache, DataTag } from '@tanstack/react-query';
import type { GatewayQueryKey } from './query-key.js';

/** How one query follows. Made by `patchOn`, for `patches` of `useSubscription`. */
export interface EventPatch<in TEvent> {
  /** What was loaded before the subscription had started may lack events. */
  onFirstStarted(): void;
  onEvent(event: TEvent): void;
  /** Events were missed for good. */
  onReset(): Promise<unknown>;
}

export interface PatchOptions {
  /** Load the query again once the subscription has started: events before that are in no patch. @default true */
  readonly refetchOnStart?: boolean;
}

/**
 * Has the events of a subscription change the data of a query; data that is not there stays away.
 *
 * @param queryKey `queryKey(procedure, input)`, or that of options
 * @param patch the data after the event; the same object when nothing changed
 */
export function patchOn<TData, TFailure, TEvent>(
  cache: Cache,
  queryKey: DataTag<GatewayQueryKey, TData, TFailure>,
  patch: (data: TData, event: TEvent) => TData,
  { refetchOnStart = true }: PatchOptions = {},
): EventPatch<TEvent> {
  const filters = { queryKey, exact: true } as const;
  const apply = (event: TEvent) =>
    cache.setQueryData<unknown>(queryKey, (data: unknown) => (data === undefined ? data : patch(data as TData, event)));
  return {
    onFirstStarted() {
      if (refetchOnStart) void cache.invalidateQueries(filters);
    },
    onEvent(event) {
      apply(event);
      // What is being loaded takes the place of what was patched.
      const query = cache.getQueryCache().find(filters);
      if (query?.state.fetchStatus !== 'idle')
        query?.promise?.then(
          () => apply(event),
          () => {},
        );
    },
    onReset: () => cache.invalidateQueries(filters),
  };
}
