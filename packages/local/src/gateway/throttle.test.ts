import { describe, expect, it } from 'vitest';
import { createManualClock } from '../clock.js';
import { NOW_MS } from './gateway.test.fixture.js';
import { createTokenBucket } from './throttle.js';

describe('a token bucket', () => {
  it('gives its burst at once and then its rate', async () => {
    const clock = createManualClock(NOW_MS);
    const take = createTokenBucket({ ratePerSecond: 2, burst: 3 }, clock);
    expect([take(), take(), take(), take()]).toEqual([true, true, true, false]);
    await clock.advance(499);
    expect(take()).toBe(false);
    await clock.advance(1);
    expect([take(), take()]).toEqual([true, false]);
  });

  it('never holds more than its burst', async () => {
    const clock = createManualClock(NOW_MS);
    const take = createTokenBucket({ ratePerSecond: 100, burst: 2 }, clock);
    await clock.advance(60_000);
    expect([take(), take(), take()]).toEqual([true, true, false]);
  });

  it('of size zero gives nothing, and a negative limit is none', () => {
    const clock = createManualClock(NOW_MS);
    expect(createTokenBucket({ ratePerSecond: 0, burst: 0 }, clock)()).toBe(false);
    expect(createTokenBucket({ ratePerSecond: -1, burst: -1 }, clock)()).toBe(true);
  });
});
