/**
 * One run: a seed decides the clients, what they do and what goes wrong; faults come for a while, then everything is put right and has time
 * to settle; then nothing may be missing, and when the clients are closed nothing may be left.
 */

import { createGatewayClient } from '@org/gateway-client';
import { META_KEY, topicKey } from '@org/gateway-server/parts';
import { type Backend, createBackend, type Mutant, type World } from './backend.js';
import { heal, type Target, unleash } from './chaos.js';
import { createFaults, type Fault } from './faults.js';
import { createOracle } from './oracle.js';
import { createRandom } from './random.js';
import { type ModelContract, topicOf } from './service.js';
import { openSession, type Place, type Session } from './session.js';
import { createSimulator } from './simulator.js';
import { START_MS } from './stores.js';
import { createTrace } from './trace.js';

export interface RunOptions {
  readonly seed: number;
  /** @default false */
  readonly keepsTrace?: boolean;
  /** @default what the seed says */
  readonly shape?: ShapeName | undefined;
  /** Only these faults. @default those of the seed */
  readonly only?: ReadonlySet<Fault> | undefined;
  /** How often faults come. @default what the seed says */
  readonly intensity?: number | undefined;
  /** @default nothing is broken */
  readonly mutant?: Mutant;
}

/** What became of a run. */
export interface RunResult {
  readonly seed: number;
  /** The same for two runs that were the same. */
  readonly hash: string;
  readonly violations: readonly string[];
  readonly lines: readonly string[];
  readonly faults: ReadonlyMap<Fault, number>;
  readonly published: number;
  readonly deliveries: number;
  readonly resets: number;
  readonly posts: number;
  /** Questions of clients. */
  readonly syncs: number;
  readonly worstMs: number;
  /** Events that were handed out long after the next one was stored. */
  readonly late: number;
  /** Virtual. */
  readonly tookMs: number;
  readonly steps: number;
}

/** How long faults come, and how much happens meanwhile. */
interface Shape {
  readonly lastsMs: number;
  readonly publishEveryMs: number;
  /** A client follows, leaves or calls so often. */
  readonly actEveryMs: number;
  readonly clients: readonly number[];
  /** How often faults come that come by themselves, compared with `faults.ts`. */
  readonly pace: number;
}

/** Lengths of runs. */
export const SHAPES = {
  brief: { lastsMs: 90_000, publishEveryMs: 3_000, actEveryMs: 6_000, clients: [2, 3], pace: 6 },
  busy: { lastsMs: 600_000, publishEveryMs: 6_000, actEveryMs: 12_000, clients: [3, 4, 5, 6], pace: 1 },
  /** Longer than API Gateway lets a connection live, and than events are kept. */
  long: { lastsMs: 8_400_000, publishEveryMs: 60_000, actEveryMs: 60_000, clients: [2, 3, 4], pace: 0.5 },
} as const satisfies Readonly<Record<string, Shape>>;

export type ShapeName = keyof typeof SHAPES;

/** What a seed is, unless it is said. */
const MIX: readonly ShapeName[] = ['brief', 'brief', 'brief', 'brief', 'busy', 'busy', 'busy', 'brief', 'brief', 'brief', 'brief', 'long'];

/** More than the longest a client waits before it asks whether anybody is there, and a reconnection. */
const SETTLE_MS = 180_000;
/** More than an event takes when nothing goes wrong. */
const LAST_MS = 60_000;
/** More than the stream takes, and the start of a container. */
const PROMPT_MS = 4_000;
const IDLE_MS = 11 * 60_000;
/** One, and the one it moves to. */
const MAX_SOCKETS = 2;

let warm: Promise<unknown> | undefined;

/** Runs one seed. */
export async function runSeed(options: RunOptions): Promise<RunResult> {
  // The client loads parts of itself when they are first needed, at a time that no seed decides: by a run that does not count.
  warm ??= loadSocket().then(() => simulate({ seed: 1, shape: 'brief' }));
  await warm;
  return simulate(options);
}

/** A client has the code of its socket when it asks where to connect to. */
async function loadSocket(): Promise<void> {
  let loaded = () => {};
  const isLoaded = new Promise<void>((resolve) => {
    loaded = resolve;
  });
  const socketUrl = () => {
    loaded();
    return new Promise<string>(() => {});
  };
  const client = createGatewayClient<ModelContract>({ url: 'https://model.example/prod', socketUrl });
  void client.room.changes.subscribe({ topic: 'a' })[Symbol.asyncIterator]().next();
  await isLoaded;
  client.$close();
}

async function simulate({ seed, shape: wanted, keepsTrace = false, only, intensity, mutant = {} }: RunOptions): Promise<RunResult> {
  const random = createRandom(seed);
  const simulator = createSimulator();
  const trace = createTrace(() => simulator.nowMs, keepsTrace);
  const oracle = createOracle(() => simulator.nowMs, trace);
  const drawn = random.pick(MIX);
  const shape: Shape = SHAPES[wanted ?? drawn];
  const faults = createFaults({ random: random.fork(), only, intensity, pace: shape.pace });
  const world: World = { simulator, random, faults, trace, oracle, mutant };
  const backend = createBackend(world);
  const topics = ['a', 'b', 'c'].slice(0, random.pick([1, 2, 3]));
  const published = { count: 0 };
  const onRejection = (cause: unknown) => oracle.violate(`a rejection that nobody handled: ${String(cause)}`);
  process.on('unhandledRejection', onRejection);
  try {
    const clients = Array.from({ length: random.pick(shape.clients) }, (_, at) => createClient(world, backend, topics, `client${at}`));
    for (const client of clients) void act(world, client, topics, shape);
    for (const topic of topics) void publish(world, backend, topic, shape, published);
    void sweep(world, backend);
    unleash(world, clients, backend.gateway.cut, () => loseEpoch(world, backend, random.pick(topics)));
    await simulator.runUntil(shape.lastsMs);
    await settle(world, backend, clients, topics);
    await clear(world, backend, clients, topics);
  } finally {
    process.off('unhandledRejection', onRejection);
  }
  return {
    seed,
    hash: trace.hash,
    violations: oracle.violations,
    lines: trace.lines,
    faults: faults.counts,
    published: published.count,
    deliveries: oracle.deliveries,
    resets: oracle.resets,
    posts: backend.gateway.posts,
    syncs: backend.gateway.syncs,
    worstMs: oracle.worstMs,
    late: oracle.late,
    tookMs: simulator.nowMs,
    steps: simulator.steps,
  };
}

interface Client extends Target {
  /** Every page it has had. */
  readonly sessions: readonly Session[];
}

function createClient(world: World, backend: Backend, topics: readonly string[], name: string): Client {
  const sessions: Session[] = [];
  const open = (places: readonly Place[]) => {
    const session = openSession(world, { name: `${name}${'/'.repeat(sessions.length)}`, gateway: backend.gateway, topics });
    sessions.push(session);
    for (const place of places) session.follow(place);
  };
  open([{ topic: world.random.pick(topics), from: undefined }]);
  const session = () => sessions.at(-1) as Session;
  return { sessions, session, reload: () => open(session().discard()) };
}

const MAX_LOOPS = 4;

/** Follows, leaves and calls. */
async function act({ simulator, random, faults }: World, client: Client, topics: readonly string[], { actEveryMs }: Shape): Promise<void> {
  for (;;) {
    await simulator.sleep(random.wait(actEveryMs));
    if (faults.isOver) return;
    const session = client.session();
    if (session.page.isFrozen) continue;
    const what = random.below(10);
    if (what < 6) session.call();
    else if (what < 8 && session.loops < MAX_LOOPS) session.follow({ topic: random.pick(topics), from: undefined });
    else session.leave();
  }
}

/** Publishes, alone, in batches and in bursts; and again when it was told that it failed, which with a key stores nothing twice. */
async function publish(world: World, { publisher }: Backend, topic: string, { publishEveryMs }: Shape, published: { count: number }) {
  const { simulator, random, faults, oracle } = world;
  const name = () => {
    published.count += 1;
    // Some are so large that not many of them fit in a frame.
    return `${topic}${published.count}${'.'.repeat(random.chance(0.05) ? random.pick([3_000, 12_000]) : 0)}`;
  };
  const one = async () => {
    const values = Array.from({ length: random.chance(0.1) ? 2 + random.below(6) : 1 }, name);
    const idempotencyKey = random.chance(0.5) ? values[0] : undefined;
    if (idempotencyKey !== undefined) for (const value of values) oracle.once(value);
    for (let attempt = 0; attempt < 4; attempt++) {
      if ((await publisher.invoke({ topic, values, idempotencyKey })).ok) return;
      await simulator.sleep(random.between(50, 500));
    }
  };
  for (;;) {
    await simulator.sleep(random.wait(publishEveryMs));
    if (faults.isOver) return;
    const count = random.chance(0.05) ? 2 + random.below(10) : 1;
    for (let at = 0; at < count; at++) void one();
  }
}

/** DynamoDB's TTL: expired rows go, each when it likes. */
async function sweep({ simulator, random, faults }: World, { topics, connections }: Backend): Promise<void> {
  while (!faults.isOver) {
    await simulator.sleep(60_000);
    for (const table of [topics, connections]) table.sweep(START_MS + simulator.nowMs, () => random.chance(0.3));
  }
}

function loseEpoch({ oracle }: World, { topics: table }: Backend, topic: string): void {
  const name = topicOf(topic);
  if (table.delete(topicKey(name), META_KEY)) oracle.epochLost(name);
}

/** Faults are over: whatever was published arrives, one more event on each topic included, and every call ends. */
async function settle(world: World, backend: Backend, clients: readonly Client[], topics: readonly string[]): Promise<void> {
  const { simulator, faults, oracle, trace } = world;
  faults.stop();
  trace.note('chaos', 'is over');
  for (const client of clients) heal(client.session());
  await simulator.runUntil(simulator.nowMs + SETTLE_MS);
  for (const topic of topics) void backend.publisher.invoke({ topic, values: [`${topic}-last`] });
  await simulator.runUntil(simulator.nowMs + LAST_MS);
  oracle.settle();
  if (faults.counts.size === 0 && oracle.worstMs > PROMPT_MS) {
    oracle.violate(`an event arrived after ${Math.round(oracle.worstMs)} ms though nothing went wrong, expected at most ${PROMPT_MS}`);
  }
  for (const client of clients) {
    const { pending } = client.session();
    if (pending > 0) oracle.violate(`${pending} calls never ended`);
  }
}

/** The clients are closed: no timer, no socket, no listener, no connection, no invocation and no subscriber is left. */
async function clear(world: World, backend: Backend, clients: readonly Client[], topics: readonly string[]): Promise<void> {
  const { simulator, oracle } = world;
  const { gateway, stream, connections, publisher } = backend;
  const none = (what: string, count: number) => {
    if (count > 0) oracle.violate(`${count} ${what} left at the end`);
  };
  for (const client of clients) client.session().close();
  await simulator.runUntil(simulator.nowMs + LAST_MS);
  // Nobody hears it: whoever is still written down as a subscriber turns out to be gone.
  for (const topic of topics) void publisher.invoke({ topic, values: [`${topic}-nobody`] });
  await simulator.runUntil(simulator.nowMs + LAST_MS);
  for (const client of clients) {
    const { page, network } = client.session();
    none('timers', page.timers);
    none('listeners', page.listeners);
    none('sockets', network.open + network.unsettled);
    for (const session of client.sessions) {
      if (session.network.mostOpen > MAX_SOCKETS)
        oracle.violate(`a client had ${session.network.mostOpen} sockets, expected at most ${MAX_SOCKETS}`);
    }
  }
  none('records', stream.length);
  for (const name of backend.running()) none(`invocations of ${name}`, 1);
  // A client that went without a word keeps its connection until it has been idle for 10 minutes.
  await simulator.runUntil(simulator.nowMs + IDLE_MS);
  none('connections', gateway.connections.length);
  none('rows that never expire', [...connections.rows()].filter(({ ttl }) => typeof ttl !== 'number').length);
}
