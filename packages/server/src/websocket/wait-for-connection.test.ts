import { describe, expect, it } from 'vitest';
import { createMemorySubscriptionStore } from '../topics/memory-subscription-store.js';
import { createJumpingClock, START_MS } from './clock.fixture.js';
import type { ConnectionStore } from './connection-store.js';
import { createMemoryConnectionStore } from './memory-connection-store.js';
import { waitForConnection } from './wait-for-connection.js';

function start() {
  const clock = createJumpingClock();
  const subscriptions = createMemorySubscriptionStore({ clock });
  const store = createMemoryConnectionStore({ clock, closeSubscriptions: (id) => subscriptions.closeConnection(id) });
  return { clock, store };
}

describe('waitForConnection (P3.6)', () => {
  it('gives the parameters that are there, at once', async () => {
    const { clock, store } = start();
    await store.open({ id: 'c=', connectedAtMs: START_MS, user: null, params: { tenant: 'a' } });
    expect(await waitForConnection(store, 'c=', clock)).toEqual({ id: 'c=', params: { tenant: 'a' } });
    expect(clock.now()).toBe(START_MS);
  });

  it('waits for parameters that are on their way', async () => {
    const { clock, store } = start();
    await store.open({ id: 'c=', connectedAtMs: START_MS, user: null, params: undefined });
    let reads = 0;
    const late: ConnectionStore = {
      ...store,
      get: async (id) => {
        if (++reads === 4) await store.setParams('c=', { tenant: 'a' });
        return store.get(id);
      },
    };
    expect(await waitForConnection(late, 'c=', clock)).toEqual({ id: 'c=', params: { tenant: 'a' } });
  });

  it('gives up with UNAUTHORIZED after 2 s and never answers without', async () => {
    const { clock, store } = start();
    await store.open({ id: 'c=', connectedAtMs: START_MS, user: null, params: undefined });
    await expect(waitForConnection(store, 'c=', clock)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect(clock.now() - START_MS).toBe(2_000);
  });

  it('refuses an unknown connection at once', async () => {
    const { clock, store } = start();
    await expect(waitForConnection(store, 'nobody=', clock)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect(clock.now()).toBe(START_MS);
  });
});
