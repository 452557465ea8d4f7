import { dehydrate, hydrate, InfiniteQueryObserver, MutationObserver, QueryClient, QueryObserver, skipToken } from '@tanstack/react-query';
import { afterEach, describe, expect, it } from 'vitest';
import type { QueryClient as QueryProcedure } from '../client-types.js';
import { createHttpClient } from '../http/create-http-client.js';
import { infiniteQueryOptions, mutationOptions, pathKey, queryKey, queryOptions } from './index.js';

type QueryClientOf<TInput> = QueryProcedure<TInput, unknown, unknown>;

interface Asked {
  readonly target: string;
  readonly signal: AbortSignal | null | undefined;
  answer(result: unknown): void;
}

/** A client whose requests a test answers by hand. */
function gatewayByHand() {
  const asked: Asked[] = [];
  const fetch = (url: string, { signal }: RequestInit) =>
    new Promise<Response>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
      const target = decodeURIComponent(url.slice('https://example.com/prod/rpc/'.length));
      asked.push({ target, signal, answer: (body) => resolve(Response.json(body)) });
    });
  return { gateway: createHttpClient({ url: 'https://example.com/prod', fetch }), asked };
}

const folders = { result: { data: { folders: ['inbox'] } } };
const caches: QueryClient[] = [];
function newCache(): QueryClient {
  const cache = new QueryClient();
  caches.push(cache);
  return cache;
}
afterEach(() => {
  for (const cache of caches.splice(0)) cache.clear();
});
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('queryOptions', () => {
  it('asks the gateway, and keeps the answer under a key of the path in parts and the input', async () => {
    const { gateway, asked } = gatewayByHand();
    const cache = newCache();
    const options = queryOptions(gateway.documents.get, { id: 'a' });
    expect(options.queryKey).toEqual([['documents', 'get'], { input: { id: 'a' }, type: 'query' }]);
    const answer = cache.fetchQuery(options);
    await settled();
    expect(asked.map(({ target }) => target)).toEqual(['documents/get?input={"id":"a"}']);
    asked[0]?.answer({ result: { data: { id: 'a', title: 'Plan' } } });
    expect(await answer).toEqual({ id: 'a', title: 'Plan' });
    expect(cache.getQueryData(queryKey(gateway.documents.get, { id: 'a' }))).toEqual({ id: 'a', title: 'Plan' });
  });

  it('needs no input where the procedure takes none', () => {
    const { gateway } = gatewayByHand();
    expect(queryOptions(gateway.documents.folders).queryKey).toEqual([['documents', 'folders'], { type: 'query' }]);
  });

  it('has the input in its key as it travels', () => {
    const { gateway } = gatewayByHand();
    const search = gateway.documents.get as unknown as QueryClientOf<{ since: Date; n: bigint; folder?: string | undefined }>;
    const input = { since: new Date(1_700_000_000_123), n: 12n, folder: undefined };
    expect(queryOptions(search, input).queryKey[1]).toEqual({ input: { since: '2023-11-14T22:13:20.123Z', n: '12' }, type: 'query' });
  });

  it('aborts the call when nobody waits for it', async () => {
    const { gateway, asked } = gatewayByHand();
    const stop = new QueryObserver(newCache(), queryOptions(gateway.documents.folders)).subscribe(() => {});
    await settled();
    stop();
    await settled();
    expect(asked[0]?.signal?.aborted).toBe(true);
  });

  it('asks nothing for skipToken', async () => {
    const { gateway, asked } = gatewayByHand();
    const observer = new QueryObserver(newCache(), queryOptions(gateway.documents.get, skipToken));
    const stop = observer.subscribe(() => {});
    await settled();
    expect(observer.getCurrentResult()).toMatchObject({ status: 'pending', fetchStatus: 'idle' });
    expect(asked).toEqual([]);
    stop();
  });

  it('leaves repeating to the client, unless it is told', async () => {
    const { gateway } = gatewayByHand();
    expect(queryOptions(gateway.documents.folders).retry).toBe(false);
    expect(queryOptions(gateway.documents.folders, undefined, { retry: 2 }).retry).toBe(2);
  });

  it('passes on how a call travels', async () => {
    const { gateway } = gatewayByHand();
    const failing = newCache().fetchQuery(queryOptions(gateway.documents.folders, undefined, { call: { timeoutMs: 0 } }));
    await expect(failing).rejects.toMatchObject({ code: 'TIMEOUT', path: 'documents.folders' });
  });

  it('is found by the path of its procedure or service', async () => {
    const { gateway } = gatewayByHand();
    const cache = newCache();
    cache.setQueryData(queryKey(gateway.documents.folders), { folders: [] });
    cache.setQueryData(queryKey(gateway.documents.many, { id: ['a'] }), { items: [] });
    const found = (key: ReturnType<typeof pathKey>) => cache.getQueryCache().findAll({ queryKey: key }).length;
    expect([pathKey('documents'), pathKey(gateway.documents.many), pathKey('files')].map(found)).toEqual([2, 1, 0]);
  });

  it('is taken from a server to a page', async () => {
    const { gateway, asked } = gatewayByHand();
    const [server, page] = [newCache(), newCache()];
    const loading = server.prefetchQuery(queryOptions(gateway.documents.folders));
    await settled();
    asked[0]?.answer(folders);
    await loading;
    hydrate(page, JSON.parse(JSON.stringify(dehydrate(server))));
    expect(page.getQueryData(queryKey(gateway.documents.folders))).toEqual({ folders: ['inbox'] });
  });
});

describe('infiniteQueryOptions', () => {
  it('follows nextCursor to the last page', async () => {
    const { gateway, asked } = gatewayByHand();
    const observer = new InfiniteQueryObserver(newCache(), infiniteQueryOptions(gateway.documents.list, { folder: 'inbox' }));
    const stop = observer.subscribe(() => {});
    await settled();
    asked[0]?.answer({ result: { data: { items: [], nextCursor: 'c1' } } });
    await settled();
    expect(observer.getCurrentResult().hasNextPage).toBe(true);
    const more = observer.fetchNextPage();
    await settled();
    asked[1]?.answer({ result: { data: { items: [], nextCursor: null } } });
    const { data, hasNextPage } = await more;
    expect(asked.map(({ target }) => target)).toEqual([
      'documents/list?input={"folder":"inbox"}',
      'documents/list?input={"folder":"inbox","cursor":"c1"}',
    ]);
    expect(data?.pageParams).toEqual([null, 'c1']);
    expect(hasNextPage).toBe(false);
    stop();
  });

  it('begins where it is told', async () => {
    const { gateway, asked } = gatewayByHand();
    const cache = newCache();
    const loading = cache.fetchInfiniteQuery(infiniteQueryOptions(gateway.documents.list, {}, { initialCursor: 'c7' }));
    await settled();
    expect(asked[0]?.target).toBe('documents/list?input={"cursor":"c7"}');
    asked[0]?.answer({ result: { data: { items: [], nextCursor: null } } });
    expect(await loading).toEqual({ pages: [{ items: [], nextCursor: null }], pageParams: ['c7'] });
  });
});

describe('mutationOptions', () => {
  it('sends the variables', async () => {
    const { gateway, asked } = gatewayByHand();
    const observer = new MutationObserver(newCache(), mutationOptions(gateway.documents.remove));
    const done = observer.mutate({ id: 'a' });
    await settled();
    asked[0]?.answer({ result: { data: { id: 'a' } } });
    expect(await done).toEqual({ id: 'a' });
    expect(asked[0]?.target).toBe('documents/remove');
  });
});
