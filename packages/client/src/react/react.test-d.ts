/** Compile-time rules of the React subpath; `tsc -b` is the test. */

import type { GatewayError } from '@org/gateway-core/errors';
import { QueryClient, skipToken, useInfiniteQuery, useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import type { GatewayClient } from '../client-types.js';
import { createGatewayClient } from '../create-client.js';
import {
  infiniteQueryKey,
  infiniteQueryOptions,
  mutationOptions,
  patchOn,
  pathKey,
  queryKey,
  queryOptions,
  useConnection,
  usePresence,
  useSubscription,
} from './index.js';

type Equal<TLeft, TRight> = (<T>() => T extends TLeft ? 1 : 2) extends <T>() => T extends TRight ? 1 : 2 ? true : false;
const expectTrue = <_T extends true>(): void => {};

const gateway = createGatewayClient({ url: 'https://example.com' });
type Document = Awaited<ReturnType<GatewayClient['documents']['get']['query']>>;
type Page = Awaited<ReturnType<GatewayClient['documents']['list']['query']>>;
const cache = new QueryClient();

function useQueries(id: string | undefined): void {
  const { data, error } = useQuery(queryOptions(gateway.documents.get, { id: 'a' }));
  expectTrue<Equal<typeof data, Document | undefined>>();
  if (error?.error === 'NOT_FOUND') expectTrue<Equal<typeof error.data, { id: string }>>();
  else if (error) expectTrue<Equal<typeof error.code, GatewayError['code']>>();
  expectTrue<Equal<ReturnType<typeof useFolders>, string[]>>();
  const selected = useQuery(queryOptions(gateway.documents.get, { id: 'a' }, { select: ({ title }) => title.length }));
  expectTrue<Equal<typeof selected.data, number | undefined>>();
  const skipped = useQuery(queryOptions(gateway.documents.get, id === undefined ? skipToken : { id }));
  expectTrue<Equal<typeof skipped.data, Document | undefined>>();
  const first = useQuery(queryOptions(gateway.documents.folders, undefined, { initialData: { folders: [] } }));
  expectTrue<Equal<typeof first.data, { folders: string[] }>>();
  // @ts-expect-error what suspends cannot be skipped
  useSuspenseQuery(queryOptions(gateway.documents.get, skipToken));
  // @ts-expect-error input is missing
  queryOptions(gateway.documents.get);
  // @ts-expect-error input of the wrong type
  queryOptions(gateway.documents.get, { id: 1 });
  // @ts-expect-error a mutation is no query
  queryOptions(gateway.documents.save, { folder: 'a', title: 'b', body: 'c' });
  // @ts-expect-error the key is ours
  queryOptions(gateway.documents.get, { id: 'a' }, { queryKey: ['mine'] });
}
const useFolders = () => useSuspenseQuery(queryOptions(gateway.documents.folders)).data.folders;

function keys(): void {
  expectTrue<Equal<ReturnType<typeof readDocument>, Document | undefined>>();
  cache.setQueryData(queryKey(gateway.documents.folders), { folders: ['a'] });
  // @ts-expect-error other data
  cache.setQueryData(queryKey(gateway.documents.folders), { folders: [1] });
  void cache.invalidateQueries({ queryKey: pathKey('documents') });
  void cache.invalidateQueries({ queryKey: pathKey(gateway.documents.list) });
  const pages = cache.getQueryData(infiniteQueryKey(gateway.documents.list, {}));
  expectTrue<Equal<NonNullable<typeof pages>['pages'], Page[]>>();
}
const readDocument = () => cache.getQueryData(queryKey(gateway.documents.get, { id: 'a' }));

function usePages(): void {
  const { data, fetchNextPage } = useInfiniteQuery(infiniteQueryOptions(gateway.documents.list, { folder: 'a' }));
  expectTrue<Equal<NonNullable<typeof data>['pages'], Page[]>>();
  void fetchNextPage();
  const flat = useInfiniteQuery(
    infiniteQueryOptions(gateway.documents.list, {}, { select: ({ pages }) => pages.flatMap(({ items }) => items) }),
  );
  expectTrue<Equal<typeof flat.data, Page['items'] | undefined>>();
  useInfiniteQuery(infiniteQueryOptions(gateway.documents.list, skipToken));
  // @ts-expect-error the cursor is not the caller's to give
  infiniteQueryOptions(gateway.documents.list, { cursor: 'a' });
  // @ts-expect-error not in pages
  infiniteQueryOptions(gateway.documents.get, { id: 'a' });
}

function useMutations(): void {
  const { mutate, data, error } = useMutation(mutationOptions(gateway.documents.remove, { onSuccess: ({ id }) => id.length }));
  mutate({ id: 'a' });
  expectTrue<Equal<typeof data, { id: string } | undefined>>();
  expectTrue<Equal<NonNullable<typeof error>['error'], 'NOT_FOUND' | undefined>>();
  // @ts-expect-error input of the wrong type
  mutate({ id: 1 });
  // @ts-expect-error a query is no mutation
  mutationOptions(gateway.documents.get);
}

function useSubscriptions(folder: string | undefined): void {
  const changes = useSubscription(gateway.documents.changes, folder === undefined ? skipToken : { folder }, {
    onEvent: ({ document }, id) => [document.title.length, id.length],
    onReset: ({ position }) => position.length,
    patches: [
      patchOn(cache, queryKey(gateway.documents.get, { id: 'a' }), (known, { document }) => ({ ...known, ...document })),
      patchOn(cache, infiniteQueryKey(gateway.documents.list, {}), ({ pages, ...more }, { document }) => ({
        ...more,
        pages: pages.map((page) => ({ ...page, items: page.items.map((item) => (item.id === document.id ? document : item)) })),
      })),
    ],
  });
  expectTrue<Equal<NonNullable<typeof changes.event>['change'], 'saved' | 'edited' | 'removed'>>();
  useSubscription(gateway.events.activity);
  // @ts-expect-error input is missing
  useSubscription(gateway.documents.changes);
  // @ts-expect-error a query has no events
  useSubscription(gateway.documents.get, { id: 'a' });
}

function useRooms(): void {
  const { members, self } = usePresence(gateway.chat, { room: 'lobby' }, { name: 'Ann' });
  expectTrue<Equal<typeof members, readonly { member: string; name: string; sinceMs: number }[]>>();
  expectTrue<Equal<typeof self, { member: string; name: string; sinceMs: number } | undefined>>();
  usePresence(gateway.chat, skipToken, { name: 'Ann' });
  // @ts-expect-error nothing for others to see
  usePresence(gateway.chat, { room: 'lobby' }, {});
  // @ts-expect-error no rooms
  usePresence(gateway.documents, { room: 'lobby' }, { name: 'Ann' });
  const { status } = useConnection(gateway);
  expectTrue<Equal<typeof status, 'idle' | 'connecting' | 'live' | 'catching-up' | 'degraded' | 'offline' | 'closed'>>();
}
void [useQueries, keys, usePages, useMutations, useSubscriptions, useRooms];
