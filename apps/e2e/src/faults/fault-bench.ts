/**
 * What the rows of the fault matrix share: a stage of their own behind a network that breaks, and the oracle. A client talks through a TCP
 * proxy and a frame proxy to the stage; what it does by time goes by a clock of its own, so that a test moves it without ending calls under way.
 *
 *   client ── wire (bytes) ── frames (WebSocket) ── stage (inject)
 */

import { randomUUID } from 'node:crypto';
import { createGatewayClient, type GatewayClient } from '@org/gateway-client';
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
import { expect, vi } from 'vitest';
import { type OwnStage, startOwnStage } from '../own-stage.js';
import { createShiftedClock, type ShiftedClock } from '../shifted-clock.js';

/** Longer than anything takes on a busy machine. */
const PATIENCE_MS = 30_000;

/** A stage and the way to it. */
export interface FaultBench {
  readonly own: OwnStage;
  readonly wire: TcpProxy;
  readonly frames: FrameProxy;
  /** Time of the clients, and of the wire. */
  readonly clock: ShiftedClock;
  /** A client behind the proxies, closed after the test. */
  client(): GatewayClient<AppContract>;
  /** A topic that nobody has used. */
  topic(): Topic;
  /** Until `mend`. */
  inject(fault: StageFault): InjectedFault;
  /** Until `mend`. */
  rule(rule: FrameRule): AppliedRule;
  /** Moves the time of clients and wire, step by step, until something holds. @param stepMs @default 1_000 */
  pass(holds: () => boolean | Promise<boolean>, stepMs?: number): Promise<void>;
  /** Resolves when a client has made another connection; until then its time moves. */
  reconnects(): Promise<void>;
  /** After each test: no faults, no clients. */
  mend(): void;
  close(): Promise<void>;
}

/** A topic under test: the changes of a folder. */
export interface Topic {
  readonly folder: string;
  /** Titles that were saved, in the order of their commits. */
  readonly saved: readonly string[];
  /** Saves documents one after the other, past the proxies. @param count @default 1 */
  save(count?: number): Promise<void>;
  /** Subscribes; resolves once it has started. @param client @default one of its own */
  follow(client?: GatewayClient<AppContract>): Promise<Listener>;
}

/** A handler of events, and what it got. */
export interface Listener {
  readonly events: readonly { readonly id: string; readonly title: string }[];
  /** How often the server has started it. */
  readonly starts: number;
  startedAgain(starts: number): Promise<void>;
  /** Why it ended. */
  readonly failure: unknown;
}

/**
 * The oracle of every row: everything that was saved since the listener started, each once, in the order of the commits, under dense offsets.
 * Saves one more, so that what comes too often has come.
 */
export async function holds(topic: Topic, ...listeners: readonly Listener[]): Promise<void> {
  await topic.save();
  for (const listener of listeners) {
    await waitFor(() => listener.failure !== undefined || listener.events.some(({ title }) => title === topic.saved.at(-1)));
    expect(listener.failure).toBeUndefined();
    expect(listener.events.map(({ title }) => title)).toEqual(topic.saved);
    const [first = ''] = listener.events.map(({ id }) => id);
    const [epoch, offset] = first.split('.');
    expect(listener.events.map(({ id }) => id)).toEqual(topic.saved.map((_, index) => `${epoch}.${Number(offset) + index}`));
  }
}

/** Asks again and again, until it holds. */
export function waitFor(holds: () => boolean | Promise<boolean>): Promise<void> {
  const ask = async (): Promise<void> => {
    if (!(await holds())) throw new Error(`not so after ${PATIENCE_MS / 1_000} s: ${holds}`);
  };
  return vi.waitFor(ask, { timeout: PATIENCE_MS, interval: 10 });
}

/** Starts a stage with everything around it. */
export async function startFaultBench(options: Partial<StageOptions> = {}): Promise<FaultBench> {
  const own = await startOwnStage(options);
  const frames = await startFrameProxy({ target: own.stage.socketUrl ?? '' });
  const clock = createShiftedClock();
  const wire = await startTcpProxy({ target: frames.url, time: clock, random: seededRandom(4) });
  const undo: (() => void)[] = [];
  const client = (): GatewayClient<AppContract> => {
    const made = createGatewayClient({ url: own.stage.restUrl ?? '', socketUrl: wire.url, clock, maxRetryDelayMs: 200 });
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
    client,
    pass,
    topic: () => createTopic(own, client),
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
    async reconnects() {
      const { length } = wire.connections;
      await pass(() => wire.connections.length > length, 5_000);
    },
    mend() {
      for (const each of undo.splice(0).reverse()) each();
      wire.accept('pass');
      wire.set();
    },
    async close() {
      await wire.close();
      await frames.close();
      await own.close();
    },
  };
}

function createTopic(own: OwnStage, client: FaultBench['client']): Topic {
  const folder = `faults-${randomUUID().slice(0, 8)}`;
  const saved: string[] = [];
  return {
    folder,
    saved,
    async save(count = 1) {
      for (let left = count; left > 0; left -= 1) {
        const title = String(saved.length + 1);
        await own.gateway.documents.save.mutate({ folder, title, body: 'x' });
        saved.push(title);
      }
    },
    follow: (of = client()) => listen(of, folder),
  };
}

async function listen(client: GatewayClient<AppContract>, folder: string): Promise<Listener> {
  const events: { id: string; title: string }[] = [];
  const listener = {
    events,
    starts: 0,
    failure: undefined as unknown,
    startedAgain: (starts: number) => waitFor(() => listener.starts >= starts),
  };
  const read = async (): Promise<void> => {
    const onStarted = (): void => {
      listener.starts += 1;
    };
    for await (const { id, data } of client.documents.changes.subscribe({ folder }, { onStarted }).tracked()) {
      events.push({ id, title: data.document.title });
    }
  };
  read().catch((cause: unknown) => {
    listener.failure = cause;
  });
  await waitFor(() => listener.starts > 0 || listener.failure !== undefined);
  return listener;
}
