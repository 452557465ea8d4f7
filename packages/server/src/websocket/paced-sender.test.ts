import { describe, expect, it } from 'vitest';
import { createRecordingSender } from '../topics/fanout.fixture.js';
import { createManualClock } from './clock.fixture.js';
import { createPacedSender } from './paced-sender.js';

describe('a paced sender', () => {
  it('lets a burst through at once, then so many a second, in their order, and none is refused (row 18)', async () => {
    const clock = createManualClock();
    const sender = createRecordingSender();
    const paced = createPacedSender(sender, { postsPerSecond: 100, burst: 10 }, clock);
    const all = Promise.all(Array.from({ length: 60 }, (_, at) => paced.post('c1=', String(at))));
    const sent = () => sender.frames.get('c1=')?.length;
    const settle = () => new Promise(setImmediate);
    await settle();
    expect(sent()).toBe(10);
    clock.advance(200);
    await settle();
    expect(sent()).toBe(30);
    clock.advance(300);
    await all;
    expect(sender.frames.get('c1=')).toEqual(Array.from({ length: 60 }, (_, at) => String(at)));
    expect(clock.sleepers).toBe(0);
  });

  it('saves up no more than a burst', async () => {
    const clock = createManualClock();
    const sender = createRecordingSender();
    const paced = createPacedSender(sender, { postsPerSecond: 100, burst: 10 }, clock);
    clock.advance(3_600_000);
    const all = Promise.all(Array.from({ length: 11 }, () => paced.post('c1=', 'x')));
    await new Promise(setImmediate);
    expect(sender.frames.get('c1=')).toHaveLength(10);
    clock.advance(10);
    await all;
  });

  it('closes a connection at once', async () => {
    const sender = createRecordingSender();
    const paced = createPacedSender(sender, { postsPerSecond: 1, burst: 0 }, createManualClock());
    await paced.close('c1=');
    expect(sender.closed).toEqual(new Set(['c1=']));
  });
});
