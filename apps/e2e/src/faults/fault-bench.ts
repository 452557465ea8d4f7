/**
 * What the rows of the fault matrix share: a stage of a file's own behind a network that breaks. A client talks through a TCP proxy and a
 * frame proxy to the stage; what it does by time goes by a clock of its own, so that a test moves it without ending calls under way.
 *
 *   client ── wire (bytes) ── frames (WebSocket) ── stage (inject)
 *
 * After each test nothing is left: no socket, no timer, no listener of a page, no rejection that nobody handled.
 */

import { createGatewayClient, type GatewayClient, type GatewayClientOptions } from '@org/gateway-client';
import {
  type AppliedRule,
  type FrameProxy,
  type FrameRule,
  seededRandom,
  startFrameProxy,
  startTcpProxy,
  type TcpProxy,
} from '@org/gateway-conformance';
import type { AppContract } from '@org/gateway-contract';
import type { InjectedFault, StageFault, StageOptions } from '@org/gateway-local';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, vi } from 'vitest';
import { type OwnStage, startOwnStage } from '../own-stage.js';
import { createShiftedClock, type ShiftedClock } from '../shifted-clock.js';
import { signedInAt } from '../sign-in.js';
import { type CountedSockets, countSockets } from './counted-sockets.js';
import { createPublisher, createTopic, type Publisher, type Topic, waitFor } from './topic-under-test.js';

export { holds, type Listener, type Topic, waitFor } from './topic-under-test.js';

/** Seconds on a calm machine, and others may run beside. */
const TEST_TIMEOUT_MS = 180_000;

/** An answer that takes longer counts as lost. */
const QUIET_WITHIN_MS = 9_000;

/** A stage and the way to it. */
export interface FaultBench {
  readonly own: OwnStage;
  readonly wire: TcpProxy;
  readonly frames: FrameProxy;
  /** Time of the clients, and of the wire. */
  readonly clock: ShiftedClock;
  /** Of all clients. */
  readonly sockets: CountedSockets;
  readonly publisher: Publisher;
  /** Numbers of the run's seed: the same ones for the same seed. */
  readonly random: () => number;
  /** A client behind the proxies that is not signed in, closed after the test. */
  client(options?: Partial<GatewayClientOptions>): GatewayClient<AppContract>;
  /** One that is, as ada. */
  signedIn(options?: Partial<GatewayClientOptions>): GatewayClient<AppContract>;
  /** A topic that nobody has used. */
  topic(): Topic;
  /** Until the test is over. */
  inject(fault: StageFault): InjectedFault;
  /** Until the test is over. */
  rule(rule: FrameRule): AppliedRule;
  /** Answers, when it is asked, what has been posted to connections from now on: the id of each. */
  posts(): () => readonly string[];
  /** What is injected meanwhile lasts until the answer is called; then the wire passes again, too. */
  trouble(begin: () => void): () => void;
  /** Runs after the test. */
  after(end: () => void): void;
  /** Moves the time of clients and wire, step by step, until something holds. @param stepMs @default 1_000 */
  pass(holds: () => boolean | Promise<boolean>, stepMs?: number): Promise<void>;
  /** Moves all time, the stage's too, at the pace of what is answered: no step while a question of a client is, unless its answer is lost. */
  elapse(forMs: number, options?: ElapseOptions): Promise<void>;
  /** Resolves when a client has made another connection, with how long that took; until then its time moves. */
  reconnects(): Promise<number>;
}

/** How time elapses. */
export interface ElapseOptions {
  /** @default 1_000 */
  readonly stepMs?: number;
  /** Ends it early. */
  readonly until?: () => boolean;
  /** Whether the stage's time moves too. @default true */
  readonly everywhere?: boolean;
}

/** A bench for the tests of a suite, started before the first of them. A failed test prints the seed to run it with again. */
export function useFaultBench(options: Partial<StageOptions> = {}): FaultBench {
  const seed = inject('faultSeed');
  vi.setConfig({ testTimeout: TEST_TIMEOUT_MS });
  const rejections: unknown[] = [];
  const onRejection = (cause: unknown) => void rejections.push(cause);
  let started: StartedBench | undefined;
  beforeAll(async () => {
    process.on('unhandledRejection', onRejection);
    started = await startFaultBench(seed, options);
  });
  beforeEach(({ onTestFailed }) => {
    onTestFailed(() => console.error(`run it again with FAULT_SEED=${seed}`));
  });
  afterEach(async () => {
    await started?.mend();
    expect(rejections.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await started?.close();
    process.off('unhandledRejection', onRejection);
  });
  return new Proxy({} as FaultBench, { get: (_, name) => Reflect.get(started ?? {}, name) });
}

interface StartedBench extends FaultBench {
  mend(): Promise<void>;
  close(): Promise<void>;
}

async function startFaultBench(seed: number, options: Partial<StageOptions>): Promise<StartedBench> {
  const random = seededRandom(seed);
  const own = await startOwnStage({ random: seededRandom(seed + 1), ...options });
  const frames = await startFrameProxy({ target: own.stage.socketUrl ?? '' });
  const clock = createShiftedClock();
  const timers = countTimers(clock);
  const sockets = countSockets(clock.now);
  const wire = await startTcpProxy({ target: frames.url, time: clock, random: seededRandom(seed + 2) });
  const publisher = createPublisher(own);
  const undo: (() => void)[] = [];
  const client = (more: Partial<GatewayClientOptions> = {}): GatewayClient<AppContract> => {
    const made = createGatewayClient({
      url: own.stage.restUrl ?? '',
      socketUrl: wire.url,
      WebSocket: sockets.WebSocket,
      clock: timers,
      random,
      maxRetryDelayMs: 200,
      ...more,
    });
    undo.push(() => made.$close());
    return made;
  };
  const pass = (until: () => boolean | Promise<boolean>, stepMs = 1_000): Promise<void> =>
    waitFor(async () => {
      if (await until()) return true;
      clock.skip(stepMs);
      return false;
    });
  return {
    own,
    wire,
    frames,
    clock,
    sockets,
    publisher,
    random,
    client,
    signedIn: (more = {}) => client({ ...signedInAt(own.stage), ...more }),
    pass,
    topic: () => createTopic(own, publisher, client),
    inject(fault) {
      const injected = own.stage.inject(fault);
      undo.push(() => injected.end());
      return injected;
    },
    rule(rule) {
      const applied = frames.rule(rule);
      undo.push(() => applied.remove());
      return applied;
    },
    posts() {
      const [newest] = own.stage.decisions(1);
      return () => {
        const all = own.stage.decisions(1_000);
        const since = newest === undefined ? all : all.slice(0, all.indexOf(newest));
        return since.flatMap(({ resource }) => /\/POST\/@connections\/(.+)$/.exec(resource)?.[1] ?? []);
      };
    },
    trouble(begin) {
      const before = undo.length;
      begin();
      return () => {
        for (const each of undo.splice(before).reverse()) each();
        wire.accept('pass');
        wire.set();
      };
    },
    after: (end) => void undo.push(end),
    async elapse(forMs, { stepMs = 1_000, until = () => false, everywhere = true } = {}) {
      for (let leftMs = forMs; leftMs > 0 && !until(); leftMs -= stepMs) {
        clock.skip(Math.min(stepMs, leftMs));
        if (everywhere) own.skip(Math.min(stepMs, leftMs));
        // Behind the timers that have fallen due.
        await new Promise<void>((resolve) => clock.after(0, resolve));
        await vi.waitFor(() => expect(sockets.isQuiet()).toBe(true), { timeout: QUIET_WITHIN_MS, interval: 5 }).catch(() => {});
      }
    },
    async reconnects() {
      const { length } = sockets.madeAtMs;
      const beganMs = clock.now();
      await pass(() => sockets.madeAtMs.length > length, 250);
      return (sockets.madeAtMs[length] ?? 0) - beganMs;
    },
    async mend() {
      for (const each of undo.splice(0).reverse()) each();
      wire.accept('pass');
      wire.set();
      await waitFor(() => sockets.open === 0 && timers.pending === 0);
    },
    async close() {
      await publisher.close();
      await wire.close();
      await frames.close();
      await own.close();
    },
  };
}

/** A clock that knows how many of its timers are set. */
function countTimers(clock: ShiftedClock): Pick<ShiftedClock, 'now' | 'after'> & { readonly pending: number } {
  const set = new Set<object>();
  return {
    now: clock.now,
    after(delayMs, run) {
      const timer = {};
      set.add(timer);
      const cancel = clock.after(delayMs, () => {
        set.delete(timer);
        run();
      });
      return () => {
        set.delete(timer);
        cancel();
      };
    },
    get pending() {
      return set.size;
    },
  };
}
