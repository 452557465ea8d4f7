import { describe } from 'vitest';
import { createJumpingClock } from '../websocket/clock.fixture.js';
import { createMemoryPartStore } from './memory-part-store.js';
import { partStoreSuite } from './part-store.test.suite.js';

describe('parts in memory', () => {
  partStoreSuite(async () => {
    const clock = createJumpingClock();
    return { store: createMemoryPartStore({ clock }), skip: clock.advance };
  });
});
