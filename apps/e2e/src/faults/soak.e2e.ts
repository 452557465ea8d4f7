/**
 * Row 47 of the fault matrix: a long time of faults, one after the other, drawn by the run's seed, while clients follow topics. After each
 * fault everything is put right and nothing may be missing. `npm run soak` runs two hours of the stage's time and prints how memory grew.
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, inject, it } from 'vitest';
import { soakMinutes } from '../env.js';
import { type FaultBench, holds, type Topic, useFaultBench } from './fault-bench.js';

/** How long each fault lasts, and how long it takes to be put right at most: a sync, and two that are not answered. */
const FAULT_MS = 30_000;
const REPAIR_MS = 45_000;

/** A round of both. */
const ROUND_MS = FAULT_MS + REPAIR_MS;

/** Before memory counts: code is loaded, connections are made, caches are full. */
const WARM_UP_ROUNDS = 4;

const MIB = 2 ** 20;

/** What an hour of the stage's time may cost: its tables grow with every event, and rows of connections stay for two hours. */
const MAX_GROWTH_MB = 25;

/** What the same call of a function may need more after an hour: Lambda's reports say megabytes. */
const MAX_FUNCTION_GROWTH_MB = 1;

/** Environments that are not used are ended, as on AWS: only live ones have memory. */
const IDLE_FUNCTION_MS = 300_000;

/** What goes wrong for a while. */
type Trouble = (bench: FaultBench) => void;

const TROUBLES: Readonly<Record<string, Trouble>> = {
  'posts are lost': (bench) => void bench.inject({ at: 'post', effect: 'lose', oneIn: 3 }),
  'posts are doubled': (bench) => void bench.inject({ at: 'post', effect: 'duplicate', oneIn: 2 }),
  'posts overtake each other': (bench) => void bench.inject({ at: 'post', effect: { maxDelayMs: 500 } }),
  'posts are throttled': (bench) => void bench.inject({ at: 'post', effect: 'throttle', oneIn: 3 }),
  'connections seem gone': (bench) => void bench.inject({ at: 'post', effect: 'gone', oneIn: 5 }),
  'frames are late': (bench) => void bench.inject({ at: 'frame', effect: { maxDelayMs: 1_000 } }),
  'frames fail': (bench) => void bench.inject({ at: 'frame', effect: 'fail', oneIn: 3 }),
  'handshakes are refused': (bench) => {
    bench.inject({ at: 'connect', effect: { statusCode: 429 }, oneIn: 2 });
    bench.frames.closeAll(1006);
  },
  'connections are reset': ({ wire }) => wire.reset(),
  'connections are closed': ({ frames }) => frames.closeAll(1001),
  'the server asks to move': ({ frames }) => void (frames.open().length > 0 && frames.send('down', '{"id":null,"method":"reconnect"}')),
  'a connection freezes': ({ wire }) => wire.connections.at(-1)?.set({ up: { blackHole: true }, down: { blackHole: true } }),
  'the stream repeats itself': (bench) => void bench.inject({ at: 'batch', effect: 'duplicate' }),
  'the fan-out dies half-way': (bench) => void bench.inject({ at: 'batch', functionName: 'Fanout', effect: 'half', times: 2 }),
  'functions are killed': (bench) => void bench.inject({ at: 'call', operation: 'dynamodb:Query', effect: 'kill', oneIn: 4, times: 2 }),
  'tables are throttled': (bench) => void bench.inject({ at: 'call', operation: 'dynamodb:GetItem', effect: 'throttle', oneIn: 4 }),
};

describe.runIf(inject('stage').local)('row 47', () => {
  const bench = useFaultBench({ idleFunctionMs: IDLE_FUNCTION_MS });
  const minutes = soakMinutes();

  it(`${minutes} minutes of faults at random lose, repeat and disorder nothing, and memory stays flat`, async () => {
    setFlagsFromString('--expose-gc');
    // In the functions' threads too, which nobody here can collect in: V8 would let each heap fill to its function's memory size first.
    setFlagsFromString('--gc-global');
    const collect = runInNewContext('gc') as () => void;
    const topics = [bench.topic(), bench.topic(), bench.topic()];
    const clients = [bench.client(), bench.client()];
    const listeners = await Promise.all(
      topics.map(async (topic) => ({ topic, all: await Promise.all(clients.map((client) => topic.follow(client))) })),
    );
    /** By round, in megabytes: what client, proxies and stage have in use, what functions' calls needed, and the whole process. */
    const memory = { used: [] as number[], functions: [] as number[], resident: [] as number[] };
    const names = Object.keys(TROUBLES);
    for (let round = 0; round * ROUND_MS < minutes * 60_000; round += 1) {
      const drawn = [pick(bench, names), pick(bench, names)];
      const heal = bench.trouble(() => {
        for (const name of drawn) TROUBLES[name]?.(bench);
      });
      await busily(bench, topics);
      heal();
      const isThere = () => listeners.every(({ topic, all }) => all.every(({ events }) => events.length >= topic.saved.length));
      await bench.elapse(REPAIR_MS, { stepMs: 3_000, until: isThere });
      for (const { topic, all } of listeners)
        await holds(topic, ...all).catch((cause) => expect.fail(`round ${round}, ${drawn}: ${cause}`));
      memory.functions.push(meanOf(bench.own.logs.flatMap((line) => /"maxMemoryUsedMB":(\d+)/.exec(line)?.[1] ?? []).map(Number)));
      // What the bench keeps for tests to look at is nobody's memory.
      bench.own.forget();
      bench.frames.forget();
      collect();
      const { heapUsed, external, rss } = process.memoryUsage();
      memory.used.push((heapUsed + external) / MIB);
      memory.resident.push(rss / MIB);
    }
    const anHour = (values: readonly number[]) => slopeOf(values.slice(WARM_UP_ROUNDS)) * (3_600_000 / ROUND_MS);
    const [used, functions, resident] = [memory.used, memory.functions, memory.resident].map(anHour) as [number, number, number];
    const events = topics.reduce((sum, { saved }) => sum + saved.length, 0);
    console.log(
      `soak: ${memory.used.length} rounds, ${events} events for ${clients.length} clients, ${bench.sockets.madeAtMs.length} connections; MB at the end, ` +
        `and more an hour: ${described(memory.used, used)} in use, ${described(memory.functions, functions)} a call of a function, ` +
        `${described(memory.resident, resident)} resident`,
    );
    // A slope of few rounds says nothing.
    if (memory.used.length <= 10 * WARM_UP_ROUNDS) return;
    expect(used).toBeLessThan(MAX_GROWTH_MB);
    expect(functions).toBeLessThan(MAX_FUNCTION_GROWTH_MB);
  }, 3_600_000);
});

function pick(bench: FaultBench, names: readonly string[]): string {
  return names[Math.floor(bench.random() * names.length)] ?? '';
}

/** Publishes here and there while a fault lasts. */
async function busily(bench: FaultBench, topics: readonly Topic[]): Promise<void> {
  for (let leftMs = FAULT_MS; leftMs > 0; leftMs -= 10_000) {
    for (const topic of topics) if (bench.random() < 0.7) await topic.publish(1 + Math.floor(bench.random() * 4));
    await bench.elapse(10_000, { stepMs: 5_000 });
  }
}

function described(values: readonly number[], more: number): string {
  return `${Math.round(values.at(-1) ?? 0)} (${more.toFixed(1)})`;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** By least squares, a step. */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = meanOf(values);
  const [over, under] = values.reduce(
    ([top, bottom], value, at) => [top + (at - middle) * (value - mean), bottom + (at - middle) ** 2],
    [0, 0],
  );
  return under === 0 ? 0 : over / under;
}
