import { QueryClient, skipToken } from '@tanstack/react-query';
import { act, createElement, useState } from 'react';
import { describe, expect, it } from 'vitest';
import type { GatewayClient } from '../client-types.js';
import { type MemoryPeer, memoryStage, pushed, startedGw } from '../socket/memory-socket.fixture.js';
import { failed, stopped } from '../socket/socket-client.fixture.js';
import { testPage } from './dom.fixture.js';
import { patchOn, queryKey, useConnection, useSubscription } from './index.js';

const stage = memoryStage();
const page = testPage();

/** The events of these tests are their own ids. */
const idOf = (event: unknown) => event as string;
/** Lets a socket say something, and everything that follows from it happen. */
const hear = (peer: MemoryPeer, ...texts: string[]) =>
  act(async () => {
    peer.send(...texts);
    await stage.pass(0);
  });
const opened = () => act(() => stage.opened());
const methods = async (peer: MemoryPeer) => (await peer.sent()).map(({ method, id }) => `${method} ${id}`);

/** A component that follows the changes of a folder and shows what it sees. */
function follower(gateway: GatewayClient, read: 'events' | 'state' = 'events', lastEventId?: string) {
  const seen = {
    drawn: 0,
    heard: [] as string[],
    resets: [] as unknown[],
    starts: 0,
    setFolder: (_: string | undefined) => {},
    restart: () => {},
  };
  const component = () => {
    const [folder, setFolder] = useState<string | undefined>('inbox');
    const view = useSubscription(gateway.documents.changes, folder === undefined ? skipToken : { folder }, {
      lastEventId,
      onEvent: (_, id) => seen.heard.push(id),
      onReset: (notice) => seen.resets.push(notice),
      onStarted: () => {
        seen.starts += 1;
      },
    });
    Object.assign(seen, { drawn: seen.drawn + 1, setFolder, restart: view.restart });
    const failure = view.error as { code?: string } | undefined;
    return createElement('p', null, [view.state, read === 'events' && view.eventId, failure?.code].filter(Boolean).join(' '));
  };
  return { seen, component };
}

describe('useSubscription', () => {
  it('follows with one subscription in StrictMode, shows the last event, and leaves nothing open', async () => {
    const { seen, component } = follower(stage.client());
    const mounted = await page.mount(component);
    expect(mounted.text()).toBe('connecting');
    const peer = await opened();
    expect(await methods(peer)).toEqual(['subscription 1']);
    await hear(peer, startedGw(1, 'e1.10', 'e1.10'));
    expect(mounted.text()).toBe('live');
    await hear(peer, pushed('e1', 11, 12));
    expect(mounted.text()).toBe('live e1.12');
    expect(seen).toMatchObject({ heard: ['e1.11', 'e1.12'], starts: 1 });
    await mounted.unmount();
    expect(await methods(peer)).toEqual(['subscription.stop 1']);
    await stage.pass(1_000);
    expect(peer.closedWith).toBe(1_000);
    expect(stage.peers).toHaveLength(1);
  });

  it('says when it lacks events, and when it has them again', async () => {
    const { component } = follower(stage.client());
    const mounted = await page.mount(component);
    const peer = await opened();
    await hear(peer, startedGw(1, 'e1.10', 'e1.10'), pushed('e1', 12));
    expect(mounted.text()).toBe('recovering');
    await hear(peer, pushed('e1', 11));
    expect(mounted.text()).toBe('live e1.12');
    await act(async () => peer.close(1_006));
    expect(mounted.text()).toBe('recovering e1.12');
  });

  it('draws at events only what reads them', async () => {
    const { seen, component } = follower(stage.client(), 'state');
    const mounted = await page.mount(component);
    const peer = await opened();
    await hear(peer, startedGw(1, 'e1.10', 'e1.10'));
    const { drawn } = seen;
    await hear(peer, pushed('e1', 11, 12));
    expect(seen.heard).toEqual(['e1.11', 'e1.12']);
    expect(seen.drawn).toBe(drawn);
    expect(mounted.text()).toBe('live');
  });

  it('follows another input instead, and nothing for skipToken', async () => {
    const { seen, component } = follower(stage.client());
    const mounted = await page.mount(component);
    const peer = await opened();
    await hear(peer, startedGw(1, 'e1.10', 'e1.10'), pushed('e1', 11));
    await peer.sent();
    await act(async () => seen.setFolder('archive'));
    expect(mounted.text()).toBe('connecting');
    expect((await peer.sent()).map(({ method, id, params }) => [method, id, params])).toEqual([
      ['subscription.stop', 1, undefined],
      ['subscription', 2, { path: 'documents.changes', input: { folder: 'archive' } }],
    ]);
    await act(async () => seen.setFolder(undefined));
    expect(mounted.text()).toBe('idle');
    expect(await methods(peer)).toEqual(['subscription.stop 2']);
  });

  it('tells of events that were missed for good, and goes on', async () => {
    const { seen, component } = follower(stage.client(), 'events', 'e1.3');
    await page.mount(component);
    const peer = await opened();
    await hear(peer, startedGw(1, 'e2.7', 'e2.7', [], 'epoch'), pushed('e2', 8));
    expect(seen.resets).toEqual([{ reason: 'epoch', position: 'e2.7' }]);
    expect(seen.heard).toEqual(['e2.8']);
  });

  it('shows what it failed with, and begins again after the last event', async () => {
    const { seen, component } = follower(stage.client());
    const mounted = await page.mount(component);
    const peer = await opened();
    await hear(peer, startedGw(1, 'e1.10', 'e1.10'), pushed('e1', 11), failed(1, 'FORBIDDEN', 403));
    expect(mounted.text()).toBe('failed e1.11 FORBIDDEN');
    await peer.sent();
    await act(async () => seen.restart());
    expect((await peer.sent())[0]?.params.lastEventId).toBe('e1.11');
    await hear(peer, startedGw(2, 'e1.11', 'e1.11'), stopped(2));
    expect(mounted.text()).toBe('ended e1.11');
  });
});

describe('patchOn', () => {
  /** A component whose list of ids follows events; `answers` are given to its query in order. */
  async function listing() {
    const cache = new QueryClient();
    const gateway = stage.client();
    const key = queryKey(gateway.documents.folders);
    const loads: ((folders: string[]) => void)[] = [];
    const load = () =>
      cache.fetchQuery({
        queryKey: key,
        queryFn: () => new Promise<{ folders: string[] }>((done) => loads.push((folders) => done({ folders }))),
      });
    const list = () => cache.getQueryData(key)?.folders;
    await page.mount(() => {
      const add = patchOn(cache, key, ({ folders }, event) => ({ folders: [...new Set([...folders, idOf(event)])] }));
      useSubscription(gateway.documents.changes, { folder: 'inbox' }, { patches: [add] });
      return null;
    });
    return { cache, load, loads, list, isStale: () => cache.getQueryState(key)?.isInvalidated, peer: await opened() };
  }

  it('has events change what is loaded, and has what was loaded before the start loaded again', async () => {
    const { load, loads, list, isStale, peer } = await listing();
    const loading = load();
    loads[0]?.(['a']);
    await loading;
    await hear(peer, startedGw(1, 'e1.10', 'e1.10'));
    expect(isStale()).toBe(true);
    await hear(peer, pushed('e1', 11, 12));
    expect(list()).toEqual(['a', 'e1.11', 'e1.12']);
  });

  it('loses no event to a load that was under way when it came', async () => {
    const { load, loads, list, peer } = await listing();
    await hear(peer, startedGw(1, 'e1.10', 'e1.10'));
    const loading = load();
    await hear(peer, pushed('e1', 11));
    expect(list()).toBeUndefined();
    loads[0]?.(['a']);
    await loading;
    expect(list()).toEqual(['a', 'e1.11']);
  });

  it('has a query loaded again when events were missed for good', async () => {
    const { load, loads, isStale, peer } = await listing();
    await hear(peer, startedGw(1, 'e1.10', 'e1.10'));
    const loading = load();
    loads[0]?.(['a']);
    await loading;
    expect(isStale()).toBe(false);
    await act(async () => peer.close(1_006));
    await act(() => stage.pass(500));
    const next = await opened();
    const [again] = await next.sent();
    await hear(next, startedGw(again?.id ?? 0, 'e2.3', 'e2.3', [], 'epoch'));
    expect(isStale()).toBe(true);
  });
});

describe('useConnection', () => {
  it('shows what the socket is doing', async () => {
    const gateway = stage.client();
    const { component } = follower(gateway);
    const mounted = await page.mount(() => createElement('div', null, useConnection(gateway).status, ' ', createElement(component)));
    expect(mounted.text()).toBe('connecting connecting');
    await hear(await opened(), startedGw(1, 'e1.10', 'e1.10'));
    expect(mounted.text()).toBe('live live');
  });
});
