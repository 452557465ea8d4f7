/** Rows of the fault matrix about too much and too early: lost posts, throttles, slow readers, races of subscribers and publishers. Local only. */

import { randomBytes } from 'node:crypto';
import { startTcpProxy } from '@org/gateway-conformance';
import { describe, expect, inject, it } from 'vitest';
import { type FaultBench, holds, type Listener, useFaultBench, waitFor } from './fault-bench.js';

/** How long a connection is passed over that took no frame. */
const SLOW_FOR_MS = 10_000;

describe.runIf(inject('stage').local)('more than goes through', () => {
  const bench = useFaultBench();

  describe('row 13: a post that is lost though it was answered with 200', () => {
    it('leaves a hole that is asked for when it stays open for 200 ms', async () => {
      const topic = bench.topic();
      const listener = await topic.follow();
      const lost = bench.inject({ at: 'post', effect: 'lose', times: 1 });
      await topic.publish();
      await lost.reached();
      const before = bench.frames.log.length;
      const after = (text: string) =>
        bench.frames.next((line) => bench.frames.log.indexOf(line) >= before && line.kind === 'frame' && line.text.includes(text));
      const pushed = after('"gw.ev"').then(() => bench.clock.now());
      const asked = after('"svc":"gw"').then(() => bench.clock.now());
      await topic.publish();
      await waitFor(() => listener.events.length === 2);
      const tookMs = (await asked) - (await pushed);
      expect(tookMs).toBeGreaterThan(150);
      // Far below the 30 s after which it would ask anyway.
      expect(tookMs).toBeLessThan(5_000);
      await holds(topic, listener);
    });

    it('at the end is made up for by the next sync, 30 s later at most', async () => {
      const topic = bench.topic();
      const listener = await topic.follow();
      const lost = bench.inject({ at: 'post', effect: 'lose', times: 1 });
      const beganMs = bench.clock.now();
      await topic.publish();
      await lost.reached();
      await bench.elapse(60_000, { everywhere: false, until: () => listener.events.length === 1 });
      expect(bench.clock.now() - beganMs).toBeLessThan(1.1 * 30_000);
      await holds(topic, listener);
    });
  });

  it('row 18: 429 for one post in five costs nothing', async () => {
    const topic = bench.topic();
    const listeners = [await topic.follow(), await topic.follow()];
    const throttled = bench.inject({ at: 'post', effect: 'throttle', oneIn: 5 });
    for (let count = 0; count < 20; count += 1) await topic.publish();
    throttled.end();
    await caughtUp(bench, listeners, 20);
    await holds(topic, ...listeners);
  });

  it('row 18: a bucket that is empty is not asked again and again, holds up nobody else, and is made up for', async () => {
    const topic = bench.topic();
    const slow = await topic.follow();
    const connectionId = bench.own.stage.connections().at(-1)?.connectionId ?? '';
    const other = await topic.follow();
    const empty = bench.inject({ at: 'post', connectionId, effect: 'throttle' });
    for (let count = 1; count <= 5; count += 1) {
      await topic.publish();
      await waitFor(() => other.events.length === count);
    }
    // One post and two more attempts; then it is passed over.
    expect(empty.hits).toBe(3);
    empty.end();
    await caughtUp(bench, [slow], 5);
    await holds(topic, slow, other);
  });

  it('row 19: a client that does not read is passed over, costs the server 1 MB at most, and catches up', async () => {
    const topic = bench.topic();
    const wire = await startTcpProxy({ target: bench.own.stage.socketUrl ?? '' });
    const stopped = await topic.follow(bench.client({ socketUrl: wire.url }));
    const connectionId = bench.own.stage.connections().at(-1)?.connectionId ?? '';
    wire.connections[0]?.set({ down: { blackHole: true } });
    const body = randomBytes(14_000).toString('hex');
    const postsOf = async (count: number) => {
      const posts = bench.posts();
      await topic.publish(count, { body });
      await waitFor(async () => (await bench.publisher.head(topic.name)).delivered === topic.saved.length);
      return posts().filter((id) => id === connectionId).length;
    };
    let posts = 1;
    // What the network holds comes first.
    for (let runs = 0; posts > 0 && runs < 20; runs += 1) posts = await postsOf(50);
    expect(posts).toBe(0);
    expect(await postsOf(50)).toBe(0);
    wire.connections[0]?.set({});
    await caughtUp(bench, [stopped], topic.saved.length);
    await holds(topic, stopped);
    await wire.close();
  });

  it('row 27: stale reads of subscribers and topics, and a first event that is pushed to nobody: the next sync brings it', async () => {
    const stale = ['Connections', 'Topics'].map((table) => bench.inject({ at: 'read', table, effect: { staleMs: 60_000 } }));
    const topic = bench.topic();
    const listener = await topic.follow();
    const missed = bench.inject({ at: 'post', effect: 'lose', times: 1 });
    await topic.publish();
    await missed.reached();
    await bench.elapse(31_000, { everywhere: false, until: () => listener.events.length === 1 });
    // What is read for delivery is read consistently: there is nothing that could be stale.
    expect(stale.map(({ hits }) => hits)).toEqual([0, 0]);
    await holds(topic, listener);
  });

  it('row 28: a subscriber that comes while others publish has no hole between what is replayed and what is pushed', async () => {
    const topic = bench.topic();
    const first = await topic.follow();
    await topic.publish();
    await waitFor(() => first.events.length === 1);
    const lastEventId = first.events[0]?.id ?? '';
    bench.inject({ at: 'call', caller: 'documents', effect: { maxDelayMs: 20 } });
    bench.inject({ at: 'frame', effect: { maxDelayMs: 20 } });
    bench.inject({ at: 'batch', effect: { maxDelayMs: 40 } });
    const client = bench.client();
    const listeners: Promise<Listener>[] = [];
    let isOver = false;
    const publishing = (async () => {
      while (!isOver) {
        await topic.publish(1 + Math.floor(bench.random() * 3));
        await new Promise<void>((resolve) => bench.clock.after(bench.random() * 60, resolve));
      }
    })();
    for (let count = 0; count < 60; count += 1) {
      listeners.push(topic.follow(client, { lastEventId }));
      await new Promise<void>((resolve) => bench.clock.after(bench.random() * 10, resolve));
    }
    const starting = Promise.all(listeners);
    let haveStarted = false;
    void starting.finally(() => {
      haveStarted = true;
    });
    await bench.elapse(30_000, { stepMs: 200, everywhere: false, until: () => haveStarted });
    const late = await starting;
    isOver = true;
    await publishing;
    await holds(topic, first);
    for (const { events, failure } of late) {
      await waitFor(() => events.length === topic.saved.length - 1);
      expect([failure, events.map(({ title }) => title)]).toEqual([undefined, topic.saved.slice(1)]);
    }
  });
});

/** What was not pushed is asked for; then posts go to everybody again. */
async function caughtUp(bench: FaultBench, listeners: readonly Listener[], count: number): Promise<void> {
  await bench.elapse(60_000, { everywhere: false, until: () => listeners.every(({ events }) => events.length === count) });
  bench.own.skip(SLOW_FOR_MS);
}
