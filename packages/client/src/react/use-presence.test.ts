import { act, createElement, useState } from 'react';
import { describe, expect, it } from 'vitest';
import { type MemoryPeer, memoryStage, startedGw } from '../socket/memory-socket.fixture.js';
import { data, failed } from '../socket/socket-client.fixture.js';
import { testPage } from './dom.fixture.js';
import { usePresence } from './index.js';

const stage = memoryStage();
const page = testPage();

const hear = (peer: MemoryPeer, ...texts: string[]) =>
  act(async () => {
    peer.send(...texts);
    await stage.pass(0);
  });
const ann = { member: 's:1', name: 'Ann', sinceMs: 1_700_000_000_000 };
const bob = { member: 'u:2', name: 'Bob', sinceMs: 1_600_000_000_000 };
const change = (offset: number, kind: string, { member, name }: { member: string; name: string }) => [
  offset,
  { kind, member, data: { name }, atMs: 1_700_000_000_000 + offset },
];
const changes = (...events: unknown[]) => JSON.stringify({ id: null, method: 'gw.ev', params: { t: 'documents', e: 'e1', x: events } });
/** What was asked for, in short. */
const asked = async (peer: MemoryPeer) =>
  (await peer.sent()).map(({ id, method, params }) => [id, params?.path ?? method, (params as { input?: unknown })?.input]);

/** Somebody in the lobby, under a name that may change; without one it only looks on. */
async function lobby(first: string | undefined) {
  const gateway = stage.client();
  const control = { rename: (_: string | undefined) => {} };
  const mounted = await page.mount(() => {
    const [name, rename] = useState<string | undefined>(first);
    control.rename = rename;
    const { members, self, error } = usePresence(gateway.chat, { room: 'lobby' }, name === undefined ? undefined : { name });
    return createElement(
      'p',
      null,
      `${self?.name ?? 'nobody'}: ${error ? (error as { code: string }).code : members.map((each) => each.name)}`,
    );
  });
  const peer = await act(() => stage.opened());
  return { mounted, peer, control };
}

/** Ann is in, Bob was there before. */
async function entered() {
  const begun = await lobby('Ann');
  const { peer } = begun;
  await hear(peer, startedGw(1, 'e1.10', 'e1.10'));
  await hear(peer, data(2, ann));
  await hear(peer, data(3, { members: [ann, bob] }));
  await peer.sent();
  return begun;
}

describe('usePresence', () => {
  it('follows the room, enters it once, and shows who is there in the order they came', async () => {
    const { mounted, peer } = await lobby('Ann');
    expect(mounted.text()).toBe('nobody: ');
    await hear(peer, startedGw(1, 'e1.10', 'e1.10'));
    expect(await asked(peer)).toEqual([
      [1, 'chat.presence', { room: 'lobby' }],
      [2, 'chat.join', { room: 'lobby', name: 'Ann' }],
    ]);
    await hear(peer, data(2, ann));
    expect(await asked(peer)).toEqual([[3, 'chat.who', { room: 'lobby' }]]);
    await hear(peer, data(3, { members: [ann, bob] }));
    expect(mounted.text()).toBe('Ann: Bob,Ann');
  });

  it('shows who comes, takes another name, and goes', async () => {
    const { mounted, peer } = await entered();
    const cid = { member: 'u:3', name: 'Cid' };
    await hear(peer, changes(change(11, 'joined', cid)));
    expect(mounted.text()).toBe('Ann: Bob,Ann,Cid');
    await hear(peer, changes(change(12, 'changed', { ...cid, name: 'Cy' }), change(13, 'left', bob)));
    expect(mounted.text()).toBe('Ann: Ann,Cy');
  });

  it('tells the others of another name without leaving', async () => {
    const { peer, control } = await entered();
    await act(async () => control.rename('Anna'));
    expect(await asked(peer)).toEqual([[4, 'chat.join', { room: 'lobby', name: 'Anna' }]]);
  });

  it('enters again when others see the caller leave, and on another connection', async () => {
    const { peer } = await entered();
    await hear(peer, changes(change(11, 'left', ann)));
    expect(await asked(peer)).toEqual([[4, 'chat.join', { room: 'lobby', name: 'Ann' }]]);
    await hear(peer, data(4, ann));
    await hear(peer, data(5, { members: [ann] }));
    await act(async () => peer.close(1_006));
    await act(() => stage.pass(500));
    const next = await act(() => stage.opened());
    const [[id, path] = []] = await asked(next);
    expect(path).toBe('chat.presence');
    await hear(next, startedGw(id as number, 'e1.11', 'e1.11'));
    expect((await asked(next)).map(([, joined]) => joined)).toEqual(['chat.join']);
  });

  it('does not bring back who is gone while it enters again', async () => {
    const { mounted, peer } = await entered();
    await hear(peer, changes(change(11, 'left', bob), change(12, 'left', ann)));
    await hear(peer, changes(change(13, 'joined', { member: 'u:3', name: 'Cid' })));
    expect(mounted.text()).toBe('Ann: Cid');
  });

  it('leaves when the component goes, after entering', async () => {
    const { mounted, peer } = await entered();
    await mounted.unmount();
    expect(await asked(peer)).toEqual([
      [1, 'subscription.stop', undefined],
      [4, 'chat.leave', { room: 'lobby' }],
    ]);
  });

  it('looks on without a name, and goes out when it has none any more', async () => {
    const { mounted, peer, control } = await lobby(undefined);
    await hear(peer, startedGw(1, 'e1.10', 'e1.10'));
    expect((await asked(peer)).map(([, path]) => path)).toEqual(['chat.presence', 'chat.who']);
    await hear(peer, data(2, { members: [bob] }));
    expect(mounted.text()).toBe('nobody: Bob');
    await act(async () => control.rename('Ann'));
    expect((await asked(peer)).map(([, path]) => path)).toEqual(['chat.join']);
    await hear(peer, data(3, ann));
    await hear(peer, data(4, { members: [ann, bob] }));
    await peer.sent();
    await act(async () => control.rename(undefined));
    expect((await asked(peer)).map(([, path]) => path)).toEqual(['chat.leave', 'chat.who']);
    await mounted.unmount();
    expect((await asked(peer)).map(([, path]) => path)).toEqual(['subscription.stop']);
  });

  it('shows why it is not in', async () => {
    const { mounted, peer } = await lobby('Ann');
    await hear(peer, startedGw(1, 'e1.10', 'e1.10'));
    await hear(peer, failed(2, 'FORBIDDEN', 403));
    expect(mounted.text()).toBe('nobody: FORBIDDEN');
  });
});
