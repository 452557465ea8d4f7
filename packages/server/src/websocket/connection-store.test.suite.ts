/** What every `ConnectionStore` does. Run by `memory-connection-store.test.ts` and `dynamodb-connection-store.test.ts`. */

import { describe, expect, it } from 'vitest';
import type { SubscriptionStore } from '../topics/subscription-store.js';
import { freshKey, subscribersOf } from '../topics/subscription-store.test.suite.js';
import { type createJumpingClock, START_MS } from './clock.fixture.js';
import type { Connection, ConnectionStore } from './connection-store.js';

export interface ConnectionsUnderTest {
  readonly store: ConnectionStore;
  /** On the same table. */
  readonly subscriptions: SubscriptionStore;
  readonly clock: ReturnType<typeof createJumpingClock>;
}

/** Registers the tests; every test uses connections of its own. */
export function connectionStoreSuite(start: () => Promise<ConnectionsUnderTest>): void {
  const user = { id: 'u1', claims: { sub: 'u1', scope: 'read write' } };

  it('gives back a connection as it was opened', async () => {
    const { store } = await start();
    const connection = { id: 'open1=', connectedAtMs: START_MS, user, params: { token: '', __proto__x: 'y' } };
    await store.open(connection);
    expect(await store.get('open1=')).toEqual(connection);
  });

  it('knows an anonymous connection whose parameters are on their way (P3.6)', async () => {
    const { store } = await start();
    const connection = { id: 'wait1=', connectedAtMs: START_MS, user: null, params: undefined };
    await store.open(connection);
    expect(await store.get('wait1=')).toEqual(connection);
    expect(await store.setParams('wait1=', { token: 't' })).toBe(true);
    expect(await store.get('wait1=')).toEqual({ ...connection, params: { token: 't' } });
  });

  it('never asks a connection of our own client to move, which does so by itself (P3.21)', async () => {
    const { store } = await start();
    const connection = { id: 'own1=', connectedAtMs: START_MS, user: null, params: {}, gw: true, session: 's9f' } as const;
    await store.open(connection);
    expect(await store.get('own1=')).toEqual(connection);
    expect(await store.claimReconnect('own1=')).toBe(false);
  });

  it('forgets by a $disconnect that comes late nothing but its own connection, also of the same session (row 44)', async () => {
    const { store, subscriptions, clock } = await start();
    const connection = { connectedAtMs: START_MS, user: null, params: {}, gw: true, session: 'late' } as const;
    const [left, live] = [freshKey('docs.changes/late'), freshKey('docs.changes/late')].map((key) => ({ ...key, shard: 0 })) as [
      ReturnType<typeof freshKey>,
      ReturnType<typeof freshKey>,
    ];
    for (const key of [left, live]) {
      await store.open({ id: key.connectionId, ...connection });
      await subscriptions.claim({ key, path: 'docs.changes' });
    }
    clock.advance(10 * 60_000);
    await store.close(left.connectionId);
    expect(await store.get(live.connectionId)).toBeDefined();
    expect((await subscribersOf(subscriptions, live.topic, 0)).map(({ key }) => key)).toEqual([live]);
    expect(await subscriptions.ofConnection(live.connectionId)).toHaveLength(1);
  });

  it('takes no parameters of a connection it does not know', async () => {
    const { store } = await start();
    expect(await store.setParams('nobody=', { token: 't' })).toBe(false);
    expect(await store.get('nobody=')).toBeUndefined();
  });

  it('lets one caller ask for a move (P3.11)', async () => {
    const { store } = await start();
    await store.open({ id: 'move1=', connectedAtMs: START_MS, user: null, params: {} });
    const asked = await Promise.all([store.claimReconnect('move1='), store.claimReconnect('move1='), store.claimReconnect('move1=')]);
    expect(asked.filter(Boolean)).toHaveLength(1);
    expect(await store.claimReconnect('nobody=')).toBe(false);
  });

  it('does not see a connection that API Gateway has cut', async () => {
    const { store, clock } = await start();
    await store.open({ id: 'cut1=', connectedAtMs: START_MS, user: null, params: {} });
    clock.advance(131 * 60_000);
    expect(await store.get('cut1=')).toBeUndefined();
  });

  it('closes a connection with its subscriptions and leaves others alone', async () => {
    const { store, subscriptions } = await start();
    const topic = 'docs.changes/close';
    await store.open({ id: 'close1=', connectedAtMs: START_MS, user, params: {} });
    for (let requestId = 1; requestId <= 20; requestId++) {
      await subscriptions.claim({ key: freshKey(topic, { connectionId: 'close1=', requestId }), path: 'docs.changes' });
    }
    const other = freshKey(topic, { connectionId: 'close2=' });
    await subscriptions.claim({ key: other, path: 'docs.changes' });
    await subscriptions.cancel('close1=', 'never seen');
    await store.close('close1=');
    expect(await store.get('close1=')).toBeUndefined();
    expect((await subscribersOf(subscriptions, topic)).map(({ key }) => key)).toEqual([other]);
    expect(await subscriptions.claim({ key: freshKey(topic, { connectionId: 'close1=', token: 'Zt2' }), path: 'docs.changes' })).toBe(
      'claimed',
    );
    await store.close('nobody=');
  });

  describe('who is signed in', () => {
    const ada = { id: 'ada', claims: { sub: 'ada', odd: 1e300, list: [null, ''] }, scopes: ['read'], expiresAtMs: START_MS + 300_000 };
    const opened = async (id: string, owner: Connection['user'] = null) => {
      const { store } = await start();
      await store.open({ id, connectedAtMs: START_MS, user: owner, params: {} });
      return store;
    };

    it('comes with the connection or later, and is found from the user', async () => {
      const store = await opened('in1=', { ...ada, id: 'in' });
      expect(await store.signIn('in1=', { ...ada, id: 'in', expiresAtMs: START_MS + 600_000 })).toBe('done');
      expect((await store.get('in1='))?.user).toEqual({ ...ada, id: 'in', expiresAtMs: START_MS + 600_000 });
      await store.open({ id: 'in2=', connectedAtMs: START_MS, user: null, params: {} });
      expect(await store.ofUser('in')).toEqual(['in1=']);
      expect(await store.signIn('in2=', { ...ada, id: 'in' })).toBe('done');
      expect([...(await store.ofUser('in'))].sort()).toEqual(['in1=', 'in2=']);
    });

    it('is nobody else on the same connection, and nobody on one that is closed', async () => {
      const store = await opened('other1=', ada);
      expect(await store.signIn('other1=', { ...ada, id: 'bob' })).toBe('other');
      expect((await store.get('other1='))?.user).toEqual(ada);
      expect(await store.ofUser('bob')).toEqual([]);
      expect(await store.signIn('closed1=', ada)).toBe('gone');
    });

    it('is one alone, however many come at once', async () => {
      const store = await opened('race1=');
      const done = await Promise.all(['a', 'b', 'c'].map((id) => store.signIn('race1=', { ...ada, id: `race-${id}` })));
      expect(done.filter((each) => each === 'done')).toHaveLength(1);
      const winner = (await store.get('race1='))?.user?.id;
      expect(winner).toBe(['race-a', 'race-b', 'race-c'][done.indexOf('done')]);
      for (const id of ['race-a', 'race-b', 'race-c']) expect(await store.ofUser(id)).toEqual(id === winner ? ['race1='] : []);
    });

    it('signs out, or goes with the connection', async () => {
      const store = await opened('out1=', { ...ada, id: 'out' });
      await store.signOut('out1=');
      expect([(await store.get('out1='))?.user, await store.ofUser('out')]).toEqual([null, []]);
      await store.signIn('out1=', { ...ada, id: 'out' });
      await store.close('out1=');
      expect(await store.ofUser('out')).toEqual([]);
      await store.signOut('nobody=');
    });

    it('is refused with the parameters, until a sign-in does', async () => {
      const store = await opened('refused1=');
      await store.setParams('refused1=', { tenant: 'a' }, 'UNAUTHORIZED');
      expect(await store.get('refused1=')).toMatchObject({ refused: 'UNAUTHORIZED', params: { tenant: 'a' } });
      await store.signIn('refused1=', ada);
      expect((await store.get('refused1='))?.refused).toBeUndefined();
    });
  });
}
