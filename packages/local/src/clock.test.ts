import { describe, expect, it } from 'vitest';
import { createManualClock, systemClock } from './clock.js';

describe('createManualClock', () => {
  it('runs what falls due in order of due time, at its time', async () => {
    const clock = createManualClock(1_700_000_000_123);
    const ran: [string, number][] = [];
    clock.after(2000, () => ran.push(['second', clock.now()]));
    clock.after(1000, () => ran.push(['first', clock.now()]));
    clock.after(3001, () => ran.push(['late', clock.now()]));
    await clock.advance(3000);
    expect(ran).toEqual([
      ['first', 1_700_000_001_123],
      ['second', 1_700_000_002_123],
    ]);
    expect(clock.now()).toBe(1_700_000_003_123);
    expect(clock.pending()).toBe(1);
  });

  it('runs timers that timers set, when they fall due in the same advance', async () => {
    const clock = createManualClock(1_700_000_000_123);
    const ranAtMs: number[] = [];
    const tick = (): void => {
      ranAtMs.push(clock.now() - 1_700_000_000_123);
      clock.after(1000, tick);
    };
    clock.after(1000, tick);
    await clock.advance(3500);
    expect(ranAtMs).toEqual([1000, 2000, 3000]);
  });

  it('forgets a cancelled timer', async () => {
    const clock = createManualClock(1_700_000_000_123);
    const cancel = clock.after(1, () => expect.unreachable());
    cancel();
    await clock.advance(10);
    expect(clock.pending()).toBe(0);
  });
});

describe('systemClock', () => {
  it('runs once, and not when cancelled', async () => {
    const cancel = systemClock.after(0, () => expect.unreachable());
    cancel();
    await new Promise<void>((resolve) => {
      const held = setTimeout(() => undefined, 60_000);
      systemClock.after(0, () => {
        clearTimeout(held);
        resolve();
      });
    });
  });

  it('does not run a delay at once that is longer than a timer of Node can be', async () => {
    const cancel = systemClock.after(2 ** 32, () => expect.unreachable());
    await new Promise((resolve) => setTimeout(resolve, 5));
    cancel();
  });
});
