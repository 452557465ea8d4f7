import { describe } from 'vitest';
import { createJumpingClock } from '../websocket/clock.fixture.js';
import { createMemoryTopicLog } from './memory-topic-log.js';
import { topicLogSuite } from './topic-log.test.suite.js';

describe('topic log in memory', () => {
  topicLogSuite(async () => {
    const clock = createJumpingClock();
    let epochs = 0;
    const log = createMemoryTopicLog({ clock, newEpoch: () => `e${++epochs}` });
    return {
      logs: [log, log],
      clock,
      expire: async (topic, offset) => log.expire(topic, offset),
      forget: async (topic) => log.forget(topic),
      wakes: async (topic) => log.stream.filter((record) => record.kind === 'wake' && record.topic === topic).length,
    };
  });
});
