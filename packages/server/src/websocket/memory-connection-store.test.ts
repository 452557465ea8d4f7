import { describe } from 'vitest';
import { createMemorySubscriptionStore } from '../topics/memory-subscription-store.js';
import { createJumpingClock } from './clock.fixture.js';
import { connectionStoreSuite } from './connection-store.test.suite.js';
import { createMemoryConnectionStore } from './memory-connection-store.js';

describe('connections in memory', () => {
  connectionStoreSuite(async () => {
    const clock = createJumpingClock();
    const subscriptions = createMemorySubscriptionStore({ clock });
    const store = createMemoryConnectionStore({ clock, closeSubscriptions: (id) => subscriptions.closeConnection(id) });
    return { store, subscriptions, clock };
  });
});
