import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
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
});
