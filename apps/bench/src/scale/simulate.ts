/**
 * A discrete-event simulation of one broadcast: stream, shards, workers with a bounded number of posts under way, the account's token bucket.
 * It is no measurement. What it says of this machine is compared with what was measured there (`scale.ts`), and only then is it asked about
 * numbers that no laptop has.
 */

import { type FanoutTimes, type Limits, NO_LIMITS } from './limits.js';

export interface Broadcast {
  /** From the append to the last delivery. */
  readonly lastMs: number;
  /** To half of the subscribers. */
  readonly medianMs: number;
}

/** A worker: when its core is free, and when each of its posts under way ends, as a ring. */
interface Worker {
  coreFreeMs: number;
  readonly slots: Float64Array;
  next: number;
  left: number;
}

/** One event to so many subscribers. */
export function simulateBroadcast(subscribers: number, times: FanoutTimes, limits: Limits): Broadcast {
  const { postMs, postCpuMicros, deliverCpuMicros, deliverCores, parallelPosts } = times;
  const take = tokenBucket(limits);
  const ends = new Float64Array(subscribers);
  let deliverFreeMs = 0;
  const queue = createQueue(workersOf(subscribers, times));
  for (let sent = 0; sent < subscribers; sent += 1) {
    const worker = queue.first();
    worker.coreFreeMs = take(readyMs(worker)) + postCpuMicros / 1000;
    deliverFreeMs = Math.max(deliverFreeMs, worker.coreFreeMs + postMs / 2) + deliverCpuMicros / 1000 / deliverCores;
    ends[sent] = deliverFreeMs;
    worker.slots[worker.next] = deliverFreeMs + postMs / 2;
    worker.next = (worker.next + 1) % parallelPosts;
    worker.left -= 1;
    queue.settle();
  }
  ends.sort();
  return { lastMs: ends.at(-1) ?? 0, medianMs: ends[Math.floor(subscribers / 2)] ?? 0 };
}

/** What bounds a broadcast: the one thing without which it would be over first. */
export function boundOf(
  subscribers: number,
  times: FanoutTimes,
  limits: Limits,
): 'request quota' | 'fan-out CPU' | 'post latency' | 'delivery' | 'stream' {
  const without = {
    'request quota': simulateBroadcast(subscribers, times, { ...limits, ...NO_LIMITS }),
    'fan-out CPU': simulateBroadcast(subscribers, { ...times, postCpuMicros: 0 }, limits),
    'post latency': simulateBroadcast(subscribers, { ...times, postMs: 0 }, limits),
    delivery: simulateBroadcast(subscribers, { ...times, deliverCpuMicros: 0 }, limits),
    stream: simulateBroadcast(subscribers, { ...times, streamMs: 0, queueMs: 0 }, limits),
  } as const;
  const names = Object.keys(without) as (keyof typeof without)[];
  return names.reduce((best, name) => (without[name].lastMs < without[best].lastMs ? name : best));
}

/** Seconds until so many clients are connected again, when all lost their connection at once. */
export function reconnectSeconds(clients: number, { connectRate }: Limits): number {
  return clients / connectRate;
}

/** A bucket that fills at a rate; says when the next token is there. Asked in the order of time. */
function tokenBucket({ requestRate, requestBurst }: Limits): (atMs: number) => number {
  if (!Number.isFinite(requestRate)) return (atMs) => atMs;
  let tokens = requestBurst;
  let filledAtMs = 0;
  return (atMs) => {
    const nowMs = Math.max(atMs, filledAtMs);
    tokens = Math.min(requestBurst, tokens + ((nowMs - filledAtMs) * requestRate) / 1000);
    filledAtMs = tokens >= 1 ? nowMs : nowMs + ((1 - tokens) * 1000) / requestRate;
    tokens = Math.max(0, tokens - 1);
    return filledAtMs;
  };
}

/** Workers with their shares. Without shards the fan-out itself is the one worker. */
function workersOf(subscribers: number, times: FanoutTimes): Worker[] {
  const { shardRows, parallelPosts, pageRows, pageMs, streamMs, queueMs } = times;
  const shards = Math.max(1, Math.ceil(subscribers / shardRows));
  const readMs = Math.ceil(Math.min(subscribers, shardRows) / pageRows) * pageMs;
  const startMs = streamMs + (shards > 1 ? queueMs : 0) + readMs;
  const count = shards > 1 ? Math.min(times.workers, shards) : 1;
  return Array.from({ length: count }, (_, at) => ({
    coreFreeMs: startMs,
    slots: new Float64Array(parallelPosts).fill(startMs),
    next: 0,
    left: Math.floor(subscribers / count) + (at < subscribers % count ? 1 : 0),
  }));
}

/** When a worker can send its next post. */
function readyMs({ coreFreeMs, slots, next, left }: Worker): number {
  return left === 0 ? Number.POSITIVE_INFINITY : Math.max(coreFreeMs, slots[next] as number);
}

/** A binary heap of workers by the time they can send; only the first one's time changes. */
function createQueue(workers: Worker[]) {
  const keys = Float64Array.from(workers, readyMs);
  const sink = (from: number) => {
    let at = from;
    for (let child = 2 * at + 1; child < workers.length; child = 2 * at + 1) {
      if (child + 1 < workers.length && (keys[child + 1] as number) < (keys[child] as number)) child += 1;
      if ((keys[at] as number) <= (keys[child] as number)) return;
      [keys[at], keys[child]] = [keys[child] as number, keys[at] as number];
      [workers[at], workers[child]] = [workers[child] as Worker, workers[at] as Worker];
      at = child;
    }
  };
  for (let at = workers.length - 1; at >= 0; at -= 1) sink(at);
  return {
    first: () => workers[0] as Worker,
    /** To be called after the first one's time has changed. */
    settle: () => {
      keys[0] = readyMs(workers[0] as Worker);
      sink(0);
    },
  };
}
