import { describe, expect, it } from 'vitest';
import { AWS_LIMITS, type FanoutTimes, NO_LIMITS } from './limits.js';
import { boundOf, reconnectSeconds, simulateBroadcast } from './simulate.js';

/** Nothing takes time. */
const FREE: FanoutTimes = {
  streamMs: 0,
  queueMs: 0,
  pageMs: 0,
  pageRows: 7_000,
  shardRows: 2_000,
  workers: 1_000,
  parallelPosts: 64,
  postMs: 0,
  postCpuMicros: 0,
  deliverCpuMicros: 0,
  deliverCores: 1,
};

describe('a simulated broadcast', () => {
  it('takes as long as its stream when nothing else takes time', () => {
    expect(simulateBroadcast(1_000, { ...FREE, streamMs: 250 }, NO_LIMITS)).toEqual({ lastMs: 250, medianMs: 250 });
  });

  it('is bound by the account: 5,000 at once, then 10,000 a second', () => {
    // (100,000 - 5,000) / 10,000 = 9.5 s; (1,000,000 - 5,000) / 10,000 = 99.5 s.
    const many = simulateBroadcast(100_000, FREE, AWS_LIMITS);
    expect(many.lastMs).toBeCloseTo(9_500, 0);
    expect(boundOf(10_000, FREE, AWS_LIMITS)).toBe('request quota');
    expect(simulateBroadcast(1_000_000, FREE, AWS_LIMITS).lastMs).toBeCloseTo(99_500, 0);
  });

  it('is bound by one core without shards', () => {
    // 1,000 posts of 100 µs, and the last one's way.
    const times = { ...FREE, postCpuMicros: 100, parallelPosts: 2_000, postMs: 10 };
    const one = simulateBroadcast(1_000, times, NO_LIMITS);
    expect(one.lastMs).toBeCloseTo(100 + 5, 3);
    expect(boundOf(1_000, times, NO_LIMITS)).toBe('fan-out CPU');
  });

  it('is bound by the answers of its posts when few are under way', () => {
    // 10 at a time, 30 ms each: the last of 100 is sent after nine answers and arrives half a post later.
    const times = { ...FREE, parallelPosts: 10, postMs: 30 };
    const slow = simulateBroadcast(100, times, NO_LIMITS);
    expect(slow.lastMs).toBeCloseTo(9 * 30 + 15, 3);
    expect(boundOf(100, times, NO_LIMITS)).toBe('post latency');
  });

  it('is as many times faster as there are workers for its shards', () => {
    // Two shards of 2,000 at 100 µs: 200 ms each, side by side.
    const two = simulateBroadcast(4_000, { ...FREE, postCpuMicros: 100, queueMs: 20 }, NO_LIMITS);
    expect(two.lastMs).toBeCloseTo(20 + 200, 3);
  });

  it('counts what delivering costs where that is ours', () => {
    const times = { ...FREE, deliverCpuMicros: 20, deliverCores: 2 };
    expect(simulateBroadcast(1_000, times, NO_LIMITS).lastMs).toBeCloseTo(10, 3);
    expect(boundOf(1_000, times, NO_LIMITS)).toBe('delivery');
  });

  it('reconnects at 500 a second', () => {
    expect(reconnectSeconds(1_000_000, AWS_LIMITS)).toBe(2_000);
  });
});
