import { Writable } from 'node:stream';
import { QueryClient, QueryClientProvider, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { createElement, Suspense } from 'react';
import { renderToPipeableStream, renderToString } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { GatewayClient } from '../client-types.js';
import { memoryStage } from '../socket/memory-socket.fixture.js';
import { testPage } from './dom.fixture.js';
import { queryOptions, useConnection, usePresence, useSubscription } from './index.js';

const stage = memoryStage();
const page = testPage();

interface Given {
  readonly gateway: GatewayClient;
}

/** Everything at once. */
function Content({ gateway }: Given) {
  const { data } = useQuery(queryOptions(gateway.documents.folders, undefined, { staleTime: Number.POSITIVE_INFINITY }));
  const { state } = useSubscription(gateway.documents.changes, { folder: 'inbox' });
  const { members } = usePresence(gateway.chat, { room: 'lobby' }, { name: 'Ann' });
  const { status } = useConnection(gateway);
  return createElement('p', null, [data?.folders, state, members.length, status].join(' '));
}

function Folders({ gateway }: Given) {
  const { data } = useSuspenseQuery(queryOptions(gateway.documents.folders));
  return createElement('b', null, data.folders);
}

describe('on a server', () => {
  it('draws what was loaded before, opens nothing, and is taken over by a page as it is', async () => {
    const gateway = stage.client();
    const cache = new QueryClient();
    const loading = cache.prefetchQuery({ ...queryOptions(gateway.documents.folders), queryFn: () => ({ folders: ['inbox'] }) });
    await loading;
    const everything = () => createElement(QueryClientProvider, { client: cache }, createElement(Content, { gateway }));
    const html = renderToString(everything());
    expect(html).toBe('<p>inbox connecting 0 idle</p>');
    await stage.pass(0);
    expect(stage.peers).toEqual([]);
    const mounted = await page.mount(everything, html);
    expect(mounted.text()).toBe('inbox connecting 0 connecting');
    cache.clear();
  });

  it('waits for what suspends, and sends it with the page', async () => {
    const fetch = async () => Response.json({ result: { data: { folders: ['inbox'] } } });
    const gateway = stage.client({ fetch });
    const cache = new QueryClient();
    const html = await new Promise<string>((resolve, reject) => {
      let text = '';
      const sink = new Writable({
        write(chunk, _encoding, done) {
          text += chunk;
          done();
        },
        final(done) {
          done();
          resolve(text);
        },
      });
      const { pipe } = renderToPipeableStream(
        createElement(
          QueryClientProvider,
          { client: cache },
          createElement(Suspense, { fallback: 'loading' }, createElement(Folders, { gateway })),
        ),
        { onAllReady: () => pipe(sink), onError: reject },
      );
    });
    expect(html).toContain('<b>inbox</b>');
    cache.clear();
  });
});
