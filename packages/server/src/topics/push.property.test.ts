/**
 * Publishers, subscriptions of our own client, stops and the fan-out in every order that a scheduler can think of, with stores that fail,
 * invocations that are killed and posts that are refused, lost or answered with 410. What is checked is PROTOCOL.md P3.16 to P3.20: without
 * faults every event after a subscription's head is pushed (row 28); with them, what was not pushed is in the answer to a sync.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createJumpingClock } from '../websocket/clock.fixture.js';
import { frameDeadline } from '../websocket/deadline.js';
import { follow } from '../websocket/follow.js';
import { createMemoryConnectionStore } from '../websocket/memory-connection-store.js';
import { SendError } from '../websocket/sender.js';
import { sync } from '../websocket/sync.js';
import { createRecordingSender, silentLog } from './fanout.fixture.js';
import { createFanout } from './fanout.js';
import { createMemorySubscriptionStore } from './memory-subscription-store.js';
import { createMemoryTopicLog } from './memory-topic-log.js';

const TOPIC = 'docs.changes/a';

interface Step {
  readonly after: number;
  /** Subscribes after this event when it is there, else publishes. */
  readonly resume: number | null;
  readonly connection: number;
  readonly stopAfter: number | null;
}

type Fault = 'ok' | 'throw' | 'kill';
type PostFault = 'ok' | 'slow' | 'lost' | 'gone' | 'failed';

interface Plan {
  readonly steps: readonly Step[];
  readonly publishes: readonly number[];
  readonly batches: readonly number[];
  readonly faults: readonly Fault[];
  readonly posts: readonly PostFault[];
  readonly grows: boolean;
}

const turns = fc.nat(40);

const plan = (faulty: boolean): fc.Arbitrary<Plan> =>
  fc.record({
    steps: fc.array(
      fc.record({ after: turns, resume: fc.option(fc.nat(5)), connection: fc.nat(2), stopAfter: fc.option(turns, { freq: 3 }) }),
      { minLength: 1, maxLength: 6 },
    ),
    publishes: fc.array(turns, { minLength: 1, maxLength: 8 }),
    batches: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }),
    faults: faulty ? fc.array(fc.constantFrom<Fault>('ok', 'ok', 'ok', 'throw', 'kill'), { maxLength: 30 }) : fc.constant([]),
    posts: faulty ? fc.array(fc.constantFrom<PostFault>('ok', 'ok', 'slow', 'lost', 'gone', 'failed'), { maxLength: 20 }) : fc.constant([]),
    grows: fc.boolean(),
  });

/** A subscription as its client has it. */
interface Client {
  readonly connectionId: string;
  readonly requestId: number;
  stopped: boolean;
  refused?: boolean;
  /** From `started`. */
  started?: { readonly position: number; readonly head: number; readonly missed: readonly number[] };
}

type Items = readonly (readonly [number, unknown])[];

async function run(s: fc.Scheduler, { steps, publishes, batches, faults, posts, grows }: Plan) {
  const clock = createJumpingClock();
  const gate = () => s.schedule(Promise.resolve());
  const gates = async (count: number) => {
    for (let turn = 0; turn < count; turn++) await gate();
  };
  let wakeWorker = () => {};
  const topics = createMemoryTopicLog({ clock, newEpoch: () => 'e1' });
  const subscriptions = createMemorySubscriptionStore({ clock, between: gate });
  const connections = createMemoryConnectionStore({ clock, closeSubscriptions: (id) => subscriptions.closeConnection(id) });
  await topics.head(TOPIC);
  const head = async () => {
    await gate();
    return topics.head(TOPIC);
  };
  const read: typeof topics.read = async (...range) => {
    await gate();
    return topics.read(...range);
  };
  const realtime = { connections, subscriptions, topics: { ...topics, head, read }, clock };
  const lambda = { getRemainingTimeInMillis: () => 29_000 };

  const clients: Client[] = [];
  const open = async (client: Client, resume: number | null): Promise<void> => {
    const { connectionId, requestId } = client;
    const lastEventId = resume === null ? undefined : `e1.${Math.min(resume, (await topics.head(TOPIC)).offset)}`;
    const request = { connectionId, requestId, token: `Zt${requestId}`, path: 'docs.changes', topicKey: 'a', lastEventId };
    const text = await follow(realtime, request, frameDeadline(clock, lambda));
    const { result } = JSON.parse(text ?? '{}') as { result?: { type: string; id: string; gw: { h: string; x: Items } } };
    client.refused = text?.includes('"SERVICE_UNAVAILABLE"') ?? false;
    if (result?.type !== 'started') return;
    const offsetOf = (id: string) => Number(id.split('.')[1]);
    client.started = { position: offsetOf(result.id), head: offsetOf(result.gw.h), missed: result.gw.x.map(([offset]) => offset) };
  };
  const stop = async (client: Client, after: number): Promise<void> => {
    await gates(after);
    client.stopped = true;
    const found = await subscriptions.cancel(client.connectionId, client.requestId);
    await gate();
    if (found) await subscriptions.remove(found.key);
  };
  const subscribing = steps.map(async ({ after, resume, connection, stopAfter }, requestId) => {
    await gates(after);
    const client: Client = { connectionId: `c${connection}=`, requestId, stopped: false };
    clients.push(client);
    await Promise.all([open(client, resume), stopAfter === null ? undefined : stop(client, stopAfter)]);
  });
  const publishing = publishes.map(async (after) => {
    await gates(after);
    await topics.append(TOPIC, '0', 86_400);
    wakeWorker();
  });
  const growing = grows ? gates(20).then(() => subscriptions.grow(TOPIC, 1)) : undefined;

  const sender = createRecordingSender();
  let operation = 0;
  let posted = 0;
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
      const fault = faults[operation++] ?? 'ok';
      if (fault === 'kill') kill();
      if (isDead) await new Promise(() => {});
      if (fault === 'throw') throw new Error('throttled');
    };
    const work = createFanout({
      topics: {
        ...topics,
        head: () => pass().then(() => topics.head(TOPIC)),
        read: (...range) => pass().then(() => topics.read(...range)),
        advance: (...to) => pass().then(() => topics.advance(...to)),
      },
      subscriptions: {
        ...subscriptions,
        shards: (topic) => pass().then(() => subscriptions.shards(topic)),
        drop: (key) => pass().then(() => subscriptions.drop(key)),
        subscribers: async function* (topic, shard) {
          await pass();
          yield* subscriptions.subscribers(topic, shard);
        },
      },
      sender: {
        post: async (connectionId, text) => {
          await gate();
          if (isDead) await new Promise(() => {});
          const fault = posts[posted++] ?? 'ok';
          if (fault === 'gone') return 'gone';
          if (fault === 'lost') return 'sent';
          if (fault !== 'ok') throw new SendError(fault, 'refused');
          return sender.post(connectionId, text);
        },
        close: sender.close,
      },
      clock,
      random: () => 0,
      log: silentLog,
    });
    return { work, killed };
  };
  let isProducing = true;
  const worker = async () => {
    let done = 0;
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
  const producing = Promise.all([...subscribing, ...publishing, growing]).then(() => {
    isProducing = false;
    wakeWorker();
  });
  await s.waitFor(Promise.all([producing, worker()]));

  const newest = (await topics.head(TOPIC)).offset;
  const synced = async ({ connectionId, requestId }: Client, at: number) => {
    // Its deadline is not what this is about.
    const parts = { subscriptions, topics, clock: { now: clock.now, sleep: () => new Promise<void>(() => {}) }, log: silentLog };
    const text = await sync(parts, { connectionId, connectedAtMs: clock.now(), n: 1, c: [[requestId, `e1.${at}`]] });
    return (JSON.parse(text) as { params: { s: readonly (readonly [number, string | null, Items?, string?])[] } }).params.s;
  };
  const pushed = (connectionId: string): readonly (readonly number[])[] =>
    (sender.frames.get(connectionId) ?? []).map((text) =>
      (JSON.parse(text) as { params: { x: Items } }).params.x.map(([offset]) => offset),
    );
  return { clients, newest, pushed, synced, closed: sender.closed };
}

const from = (first: number, last: number) => Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);

async function check({ clients, newest, pushed, synced, closed }: Awaited<ReturnType<typeof run>>, faulty: boolean): Promise<void> {
  expect(closed.size).toBe(0);
  for (const client of clients) {
    if (!client.started) {
      // Stopped, or said to be gone while it was entered: either way it has an answer.
      expect(client.stopped || (faulty && client.refused === true)).toBe(true);
      continue;
    }
    const { position, head, missed } = client.started;
    expect(missed).toEqual(from(position + 1, Math.max(head, position + missed.length)));
    const frames = pushed(client.connectionId);
    for (const frame of frames) expect(frame).toEqual(from(frame[0] ?? 0, (frame[0] ?? 0) + frame.length - 1));
    if (client.stopped) continue;
    const has = new Set([...from(1, position), ...missed, ...frames.flat()]);
    let at = position;
    while (has.has(at + 1)) at++;
    if (!faulty) expect(at).toBe(newest);
    const [state] = await synced(client, at);
    if (at === newest && !state) continue;
    // A 410 has taken its rows; or it is told all that it lacks, and no reset.
    if (state?.[1] === null) expect(faulty).toBe(true);
    else expect([state?.[1], state?.[2]?.map(([offset]) => offset), state?.[3]]).toEqual([`e1.${newest}`, from(at + 1, newest), undefined]);
  }
}

describe('subscriptions of our own client and the fan-out', () => {
  it('push every event after the head that a subscription was told, in every order of things (P3.16, row 28)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), plan(false), async (s, planned) => check(await run(s, planned), false)),
      { numRuns: 150 },
    );
  });

  it('leave nothing that a sync does not find when posts, stores and invocations fail (P3.18, P3.20)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), plan(true), async (s, planned) => check(await run(s, planned), true)),
      { numRuns: 150 },
    );
  });
});
