import { describe } from 'vitest';
import { createJumpingClock } from '../websocket/clock.fixture.js';
import { createMemorySubscriptionStore } from './memory-subscription-store.js';
import { subscriptionStoreSuite } from './subscription-store.test.suite.js';

describe('subscriptions in memory', () => {
  subscriptionStoreSuite(async () => {
    const clock = createJumpingClock();
    return { store: createMemorySubscriptionStore({ clock }), clock };
  });
});
