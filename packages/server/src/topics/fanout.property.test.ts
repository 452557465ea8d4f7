/**
 * Publishers, subscribers, stops and the fan-out in every order a scheduler can think of, with stores that fail, invocations that are
 * killed half-way, batches of any size, and connections that break. What is checked is PROTOCOL.md P3.8 to P3.10 as the client sees it.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createJumpingClock } from '../websocket/clock.fixture.js';
import { stoppedFrame } from '../websocket/frame-text.js';
import { createRecordingSender, shortened, silentLog } from './fanout.fixture.js';
import { createFanout } from './fanout.js';
import { createMemorySubscriptionStore } from './memory-subscription-store.js';
import { createMemoryTopicLog } from './memory-topic-log.js';
import type { SubscriptionStore } from './subscription-store.js';
import type { TopicLog } from './topic-log.js';

const TOPIC = 'docs.changes/a';

/** Each step waits its turn `after` times: the fan-out needs some twenty turns for a batch. */
type Step = { readonly after: number } & (
  | { readonly do: 'publish' }
  | { readonly do: 'subscribe'; readonly connection: number; readonly resume: number | null; readonly stopAfter: number | null }
  | { readonly do: 'disconnect'; readonly connection: number }
);

const turns = fc.nat(60);
const connection = fc.nat(2);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('publish' as const), after: turns }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('subscribe' as const),
      after: fc.nat(20),
      connection,
      resume: fc.option(fc.nat(6)),
      stopAfter: fc.option(turns),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('disconnect' as const), after: turns, connection }) },
);

interface Plan {
  /** Events there already, all delivered. */
  readonly before: number;
  readonly steps: readonly Step[];
  /** Batch sizes, in turn. */
  readonly batches: readonly number[];
  /** Which of the fan-out's operations fail, in turn; after the last none does. */
  readonly failures: readonly ('ok' | 'throw' | 'kill')[];
  /** Which posts are refused for good, in turn; after the last none is. */
  readonly refusals: readonly boolean[];
}

const plan = (faults: boolean): fc.Arbitrary<Plan> =>
  fc.record({
    before: fc.nat(4),
    steps: fc.array(step, { minLength: 2, maxLength: 14 }),
    batches: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 6 }),
    failures: faults ? fc.array(fc.constantFrom('ok', 'ok', 'ok', 'ok', 'throw', 'kill'), { maxLength: 60 }) : fc.constant([]),
    refusals: faults ? fc.array(fc.constantFrom(false, false, false, true), { maxLength: 20 }) : fc.constant([]),
  });

/** A subscription as its client knows it. */
interface Client {
  readonly connectionId: string;
  readonly requestId: number;
  readonly frames: (string | number)[];
  /** Offset its start asked for; undefined when the subscription never came that far. */
  from?: number;
  stopped: boolean;
}

async function run(s: fc.Scheduler, { before, steps, batches, failures, refusals }: Plan) {
  const clock = createJumpingClock();
  let wakeWorker = () => {};
  const log = createMemoryTopicLog({ clock, newEpoch: () => 'e1' });
  const topics: typeof log = {
    ...log,
    append: (...event) => log.append(...event).finally(() => wakeWorker()),
    wake: (...wake) => log.wake(...wake).finally(() => wakeWorker()),
  };
  for (let n = 0; n < before; n++) await topics.append(TOPIC, '0', 86_400);
  const { epoch } = await topics.head(TOPIC);
  await topics.advance(TOPIC, { epoch, offset: before });
  const gate = () => s.schedule(Promise.resolve());
  const gates = async (count: number) => {
    for (let turn = 0; turn < count; turn++) await gate();
  };
  const subscriptions = createMemorySubscriptionStore({ clock, between: gate });
  const sender = createRecordingSender();
  const clients: Client[] = [];
  const clientOf = (connectionId: string, requestId: number) =>
    clients.find((client) => client.connectionId === connectionId && client.requestId === requestId);
  const receive = (connectionId: string, text: string) =>
    clientOf(connectionId, JSON.parse(text).id as number)?.frames.push(shortened(text));

  const subscribe = async (client: Client, resume: number | null): Promise<void> => {
    const { connectionId, requestId } = client;
    const key = { topic: TOPIC, connectionId, requestId, token: `Zt${requestId}` };
    await gate();
    const { offset: head } = await topics.head(TOPIC);
    const offset = Math.min(resume ?? head, head);
    await gate();
    const claimed = await subscriptions.claim({ key, path: 'docs.changes' });
    if (claimed === 'stopped') receive(connectionId, stoppedFrame(requestId));
    if (claimed !== 'claimed') return;
    client.from = offset;
    await gate();
    await topics.wake(TOPIC, { kind: 'start', key, from: { epoch: 'e1', offset }, resumed: false });
  };
  const stop = async (client: Client, after: number): Promise<void> => {
    await gates(after);
    client.stopped = true;
    const subscription = await subscriptions.cancel(client.connectionId, client.requestId);
    await gate();
    if (subscription) await topics.wake(TOPIC, { kind: 'stop', key: subscription.key });
    else receive(client.connectionId, stoppedFrame(client.requestId));
  };
  const tasks = steps.map(async (planned, at) => {
    await gates(planned.after);
    if (planned.do === 'publish') return void (await topics.append(TOPIC, '0', 86_400));
    const connectionId = `c${planned.connection}=`;
    if (planned.do === 'disconnect') {
      await sender.close(connectionId);
      await gate();
      return subscriptions.closeConnection(connectionId);
    }
    const client: Client = { connectionId, requestId: at, frames: [], stopped: false };
    clients.push(client);
    await Promise.all([subscribe(client, planned.resume), planned.stopAfter === null ? undefined : stop(client, planned.stopAfter)]);
  });

  let operation = 0;
  let post = 0;
  let isProducing = true;
  /** One invocation: its operations wait their turn, and do nothing once it is killed. */
  const invocation = () => {
    let kill = () => {};
    let isDead = false;
    const killed = new Promise<undefined>((resolve) => {
      kill = () => {
        isDead = true;
        resolve(undefined);
      };
    });
    const pass = async () => {
      await gate();
      const fault = failures[operation++] ?? 'ok';
      if (fault === 'kill') kill();
      if (isDead) await new Promise(() => {});
      if (fault === 'throw') throw new Error('throttled');
    };
    const gated = <TStore extends TopicLog | SubscriptionStore>(store: TStore, names: readonly (keyof TStore)[]): TStore => {
      const wrapped = names.map((name) => {
        const method = store[name] as (...args: unknown[]) => unknown;
        return [name, (...args: unknown[]) => pass().then(() => method(...args))];
      });
      return { ...store, ...Object.fromEntries(wrapped) };
    };
    const work = createFanout({
      topics: gated<TopicLog>(topics, ['head', 'read', 'advance', 'wake']),
      subscriptions: {
        ...gated<SubscriptionStore>(subscriptions, ['isCancelled', 'get', 'activate', 'silence', 'remove']),
        subscribers: async function* (topic) {
          await pass();
          yield* subscriptions.subscribers(topic);
        },
      },
      sender: {
        post: async (connectionId, text) => {
          await gate();
          if (isDead) await new Promise(() => {});
          if (refusals[Math.floor(post++ / 3)]) throw new Error('LimitExceededException');
          const said = await sender.post(connectionId, text);
          if (said === 'sent') receive(connectionId, text);
          return said;
        },
        close: async (connectionId) => {
          await pass();
          await sender.close(connectionId);
        },
      },
      clock,
      random: () => 0,
      log: silentLog,
    });
    return { work, killed };
  };
  const worker = async () => {
    let done = before;
    for (let turn = 0; isProducing || done < topics.stream.length; turn++) {
      await gate();
      const size = batches[turn % batches.length] ?? 1;
      const batch = topics.stream.slice(done, done + size).map((record, at) => ({ sequenceNumber: String(done + at), record }));
      if (batch.length === 0) {
        if (!isProducing) return;
        await new Promise<void>((resolve) => {
          wakeWorker = resolve;
        });
        continue;
      }
      const { work, killed } = invocation();
      const failed = await Promise.race([work(batch), killed]);
      if (failed) done = failed.length === 0 ? done + batch.length : Math.min(...failed.map(Number));
    }
  };
  const producing = Promise.all(tasks).then(() => {
    isProducing = false;
    wakeWorker();
  });
  await s.waitFor(Promise.all([producing, worker()]));
  return { clients, sender, head: (await topics.head(TOPIC)).offset };
}

function check({ clients, sender, head }: Awaited<ReturnType<typeof run>>, faults: boolean): void {
  for (const { frames, from, stopped, connectionId } of clients) {
    const end = frames.indexOf('stopped');
    if (end >= 0) expect(frames.slice(end).every((frame) => frame === 'stopped')).toBe(true);
    expect(frames).not.toContain('PRECONDITION_FAILED');
    const offsets = frames.filter((frame) => typeof frame === 'number');
    if (offsets.length > 0) expect(frames[0]).toBe('started');
    let newest = from ?? 0;
    for (const offset of offsets) {
      expect(offset).toBeLessThanOrEqual(newest + 1);
      if (!faults) expect(offset).toBe(newest + 1);
      newest = Math.max(newest, offset);
    }
    if (sender.closed.has(connectionId)) continue;
    if (stopped) expect(end).toBeGreaterThanOrEqual(0);
    else if (from !== undefined) expect([frames[0], newest]).toEqual(['started', head]);
  }
}

describe('fan-out', () => {
  it('sends each subscriber every event after its start once and in order, and nothing after stopped (P3.8, P3.9, P3.10)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), plan(false), async (s, planned) => check(await run(s, planned), false)),
      { numRuns: 400 },
    );
  });

  it('repeats runs from their beginning at worst when stores fail, invocations are killed and connections break (P3.8)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), plan(true), async (s, planned) => check(await run(s, planned), true)),
      { numRuns: 800 },
    );
  });
});
