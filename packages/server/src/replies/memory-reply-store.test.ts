import { describe } from 'vitest';
import { createJumpingClock } from '../websocket/clock.fixture.js';
import { createMemoryReplyStore } from './memory-reply-store.js';
import { replyStoreSuite } from './reply-store.test.suite.js';

describe('replies in memory', () => {
  let ids = 0;
  replyStoreSuite(async () => {
    const clock = createJumpingClock();
    return { store: createMemoryReplyStore({ clock, newId: () => `t${++ids}` }), clock };
  });
});
