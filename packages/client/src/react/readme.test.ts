import { readFile } from 'node:fs/promises';
import * as tanstack from '@tanstack/react-query';
import { transform } from 'esbuild';
import { act, createElement, type FunctionComponent } from 'react';
import { expect, it } from 'vitest';
import { memoryStage, startedGw } from '../socket/memory-socket.fixture.js';
import { testPage } from './dom.fixture.js';
import * as client from './index.js';

const stage = memoryStage();
const page = testPage();

it('the example of the README runs', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const example =
    /```tsx\nimport (\{[^}]*\}) from '@org\/gateway-client\/react';\nimport (\{[^}]*\}) from '@tanstack\/react-query';\n\nexport (.*?)```/s.exec(
      readme,
    );
  const source = `export const component = (${example?.[1]}, ${example?.[2]}, h) => { ${example?.[3]}; return Folders; }`;
  const { code } = await transform(source, { loader: 'tsx', jsxFactory: 'h' });
  const { component } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const Folders: FunctionComponent<{ gateway: unknown }> = component(client, tanstack, createElement);

  const cache = new tanstack.QueryClient();
  const key = [['documents', 'folders'], { type: 'query' }];
  const gateway = stage.client({ fetch: async () => Response.json({ result: { data: { folders: ['inbox'] } } }) });
  const mounted = await page.mount(() =>
    createElement(tanstack.QueryClientProvider, { client: cache }, createElement(Folders, { gateway })),
  );
  /** Waits until the cache has these folders, and for what is drawn of them. */
  const until = (...folders: string[]) =>
    act(
      () =>
        new Promise<void>((resolve) => {
          const look = () => {
            if (String(cache.getQueryData<{ folders: string[] }>(key)?.folders) === String(folders) && !cache.isFetching()) resolve();
          };
          cache.getQueryCache().subscribe(look);
          look();
        }),
    );
  const peer = await act(() => stage.opened());
  await act(async () => peer.send(startedGw(1, 'e1.10', 'e1.10')));
  await act(() => stage.pass(0));
  await until('inbox');
  expect(mounted.text()).toBe('inbox');
  const document = { folder: 'archive' };
  await act(async () => {
    peer.send(JSON.stringify({ id: null, method: 'gw.ev', params: { t: 'documents', e: 'e1', x: [[11, { change: 'saved', document }]] } }));
    await stage.pass(0);
  });
  await until('archive', 'inbox');
  expect(mounted.text()).toBe('archive, inbox');
  cache.clear();
});
