/** A topic of the fault matrix, who listens to it, and the oracle. */

import { randomUUID } from 'node:crypto';
import type { GatewayClient, GatewayError } from '@org/gateway-client';
import type { AppContract } from '@org/gateway-contract';
import { createDynamoTopicLog, createKeyTable, createKeyTableSdk, type TopicLog } from '@org/gateway-server/parts';
import { expect, vi } from 'vitest';
import type { OwnStage } from '../own-stage.js';

/** Longer than anything takes on a busy machine. */
const PATIENCE_MS = 30_000;

/** A day, as the contract says. */
const RETAIN_SECONDS = 86_400;

/** A topic: the changes of a folder. */
export interface Topic {
  readonly folder: string;
  readonly name: string;
  /** Titles that were saved, in the order of their commits. */
  readonly saved: readonly string[];
  /** Saves documents one after the other, past the proxies. @param count @default 1 */
  save(count?: number): Promise<void>;
  /** Appends changes to the log, as one run: what a handler's `publish` does, without its document. @param count @default 1 */
  publish(count?: number, more?: PublishOptions): Promise<void>;
  /** Subscribes; resolves once it has started. @param client @default one of its own */
  follow(client?: GatewayClient<AppContract>, options?: { readonly lastEventId?: string }): Promise<Listener>;
}

/** Of events. */
export interface PublishOptions {
  /** Makes them as long. @default a few bytes */
  readonly body?: string;
}

/** A handler of events, and what it got. */
export interface Listener {
  readonly events: readonly { readonly id: string; readonly title: string }[];
  /** How often the server has started it. */
  readonly starts: number;
  startedAgain(starts: number): Promise<void>;
  /** Why it ended. */
  readonly failure: unknown;
  /** Ends the loop. */
  stop(): void;
}

/**
 * The oracle of every row: everything that was saved since the listener started, each once, in the order of the commits, under dense offsets.
 * Publishes one more, so that what comes too often has come.
 */
export async function holds(topic: Topic, ...listeners: readonly Listener[]): Promise<void> {
  await topic.publish();
  for (const listener of listeners) {
    await waitFor(() => listener.failure !== undefined || listener.events.some(({ title }) => title === topic.saved.at(-1)));
    expect(listener.failure).toBeUndefined();
    expect(listener.events.map(({ title }) => title)).toEqual(topic.saved);
    const [first = ''] = listener.events.map(({ id }) => id);
    const [epoch, offset] = first.split('.');
    expect(listener.events.map(({ id }) => id)).toEqual(topic.saved.map((_, index) => `${epoch}.${Number(offset) + index}`));
  }
}

/** Asks again and again, until it holds. @param patienceMs @default 30_000 */
export function waitFor(holds: () => boolean | Promise<boolean>, patienceMs = PATIENCE_MS): Promise<void> {
  const ask = async (): Promise<void> => {
    if (!(await holds())) throw new Error(`not so after ${patienceMs / 1_000} s: ${holds}`);
  };
  return vi.waitFor(ask, { timeout: patienceMs, interval: 10 });
}

/** The logs of a stage's topics, written by hand and signed at the stage's time. */
export interface Publisher {
  append: TopicLog['append'];
  head: TopicLog['head'];
  close(): Promise<void>;
}

/** Opens the table of topics. */
export function createPublisher(own: OwnStage): Publisher {
  const { awsUrl, environment, operator } = own.stage;
  const sdk = createKeyTableSdk({ region: environment.region, endpoint: awsUrl, credentials: operator });
  const log = createDynamoTopicLog({
    table: createKeyTable(sdk, 'gateway-local-data-Topics'),
    clock: { now: own.now, sleep: async () => {} },
    random: () => 0,
    newId: () => randomUUID().replaceAll('-', ''),
  });
  const sign = async () => {
    const { client } = await sdk.open();
    client.config.systemClockOffset = own.operatorSettings().systemClockOffset;
  };
  return {
    async append(...run) {
      await sign();
      return log.append(...run);
    },
    async head(topic) {
      await sign();
      return log.head(topic);
    },
    close: () => sdk.destroy(),
  };
}

/** A topic that nobody has used. */
export function createTopic(own: OwnStage, publisher: Publisher, client: () => GatewayClient<AppContract>): Topic {
  const folder = `faults-${randomUUID().slice(0, 8)}`;
  const name = `documents.changes/${folder}`;
  const saved: string[] = [];
  return {
    folder,
    name,
    saved,
    async save(count = 1) {
      for (let left = count; left > 0; left -= 1) {
        const title = String(saved.length + 1);
        await own.gateway.documents.save.mutate({ folder, title, body: 'x' });
        saved.push(title);
      }
    },
    async publish(count = 1, { body } = {}) {
      const titles = Array.from({ length: count }, (_, at) => String(saved.length + 1 + at));
      const events = titles.map((title) => JSON.stringify({ change: 'saved', document: { folder, title, body } }));
      await patiently(() => publisher.append(name, events, RETAIN_SECONDS));
      saved.push(...titles);
    },
    follow: (of = client(), options = {}) => listen(of, folder, options),
  };
}

/** Tables that faults throttle are asked again, as who publishes would. What was refused by them was not written. */
async function patiently<TValue>(run: () => Promise<TValue>): Promise<TValue> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (attempt === 10 || (error as Partial<GatewayError>).code !== 'SERVICE_UNAVAILABLE') throw error;
    }
  }
}

async function listen(client: GatewayClient<AppContract>, folder: string, options: { readonly lastEventId?: string }): Promise<Listener> {
  const events: { id: string; title: string }[] = [];
  const ending = new AbortController();
  const listener = {
    events,
    starts: 0,
    failure: undefined as unknown,
    startedAgain: (starts: number) => waitFor(() => listener.starts >= starts),
    stop: () => ending.abort(),
  };
  const read = async (): Promise<void> => {
    const onStarted = (): void => {
      listener.starts += 1;
    };
    const own = { ...options, onStarted, signal: ending.signal };
    for await (const { id, data } of client.documents.changes.subscribe({ folder }, own).tracked()) {
      events.push({ id, title: data.document.title });
    }
  };
  read().catch((cause: unknown) => {
    listener.failure = cause;
  });
  await waitFor(() => listener.starts > 0 || listener.failure !== undefined);
  return listener;
}
