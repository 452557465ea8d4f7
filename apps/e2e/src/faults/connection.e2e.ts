/** Rows of the fault matrix that break connections: closed, reset, half-open, slow, refused, handed over. Local only. */

import { describe, expect, inject, it } from 'vitest';
import { holds, useFaultBench, waitFor } from './fault-bench.js';

/** P3.19: a visible page asks so often, and leaves when two questions of 5 s had no answer. */
const SYNC_EVERY_MS = 30_000;
const UNANSWERED_MS = 10_000;

/** What the steps add in which a test moves time, to three timers one after the other. */
const STEPS_MS = 2_500;

describe.runIf(inject('stage').local)('a connection', () => {
  const bench = useFaultBench();

  it('row 1: closed by the server with 1001 goes on where it was', async () => {
    const topic = bench.topic();
    const listener = await topic.follow();
    await topic.publish(2);
    bench.frames.closeAll(1001, 'Going away');
    await topic.publish(2);
    await listener.startedAgain(2);
    await holds(topic, listener);
  });

  it('row 2: reset in the middle of a frame goes on where it was', async () => {
    const topic = bench.topic();
    const listener = await topic.follow();
    await topic.publish();
    await waitFor(() => listener.events.length === 1);
    const connection = bench.wire.connections.at(-1);
    const arrived = connection?.bytes.down ?? 0;
    connection?.set({ down: { sliceBytes: 1, bytesPerSecond: 500 } });
    await topic.publish();
    await waitFor(() => (connection?.bytes.down ?? 0) > arrived);
    connection?.reset();
    expect(listener.events).toHaveLength(1);
    await listener.startedAgain(2);
    await holds(topic, listener);
  });

  it.each([
    ['row 3: half-open both ways', { up: { blackHole: true }, down: { blackHole: true } }],
    ['row 4: that loses everything to the server', { up: { blackHole: true } }],
    ['row 5: that loses everything from the server', { down: { blackHole: true } }],
  ])('%s is left for another, and what it still brings is ignored', async (_, link) => {
    const topic = bench.topic();
    const listener = await topic.follow();
    await topic.publish();
    await waitFor(() => listener.events.length === 1);
    const frozen = bench.wire.connections.at(-1);
    frozen?.set(link);
    await topic.publish(2);
    const tookMs = await bench.reconnects();
    expect(tookMs).toBeGreaterThan(10_000);
    expect(tookMs).toBeLessThan(SYNC_EVERY_MS + UNANSWERED_MS + STEPS_MS);
    await listener.startedAgain(2);
    frozen?.set({});
    await holds(topic, listener);
  });

  it('row 6: with 2 s latency and jitter is kept, and a call over it runs once', async () => {
    const topic = bench.topic();
    const client = bench.signedIn();
    const listener = await topic.follow(client);
    const { length } = bench.wire.connections;
    const slow = bench.wire.connections.at(-1);
    slow?.set({ up: { delayMs: 2_000, jitterMs: 500 }, down: { delayMs: 2_000, jitterMs: 500 } });
    const saving = client.documents.save.mutate({ folder: 'slow', title: 'Once', body: 'x' }, { over: 'socket' });
    await topic.save(3);
    let answered = false;
    saving.finally(() => {
      answered = true;
    });
    await bench.pass(() => answered && listener.events.length === 3, 50);
    const { id } = await saving;
    expect(await client.documents.get.query({ id })).toMatchObject({ title: 'Once', version: 1 });
    expect((await client.documents.list.query({ folder: 'slow' })).items).toHaveLength(1);
    slow?.set({});
    await holds(topic, listener);
    expect(bench.wire.connections).toHaveLength(length);
  });

  it('row 7: in single bytes, 4 KB a second, carries everything', async () => {
    const topic = bench.topic();
    const listener = await topic.follow();
    bench.wire.connections.at(-1)?.set({ up: { sliceBytes: 1 }, down: { sliceBytes: 1, bytesPerSecond: 4_000 } });
    await topic.publish(3);
    await holds(topic, listener);
    expect(listener.starts).toBe(1);
  });

  it('row 8: refused with 401, 403, 429 and 500 is tried again, and goes on where it was', async () => {
    const topic = bench.topic();
    const listener = await topic.follow();
    await topic.publish();
    const refusals = [401, 403, 429, 500].map((status) => bench.frames.handshake({ action: { status }, times: 1 }));
    bench.frames.closeAll(1006);
    await topic.publish();
    await Promise.all(refusals.map((refusal) => refusal.reached()));
    await listener.startedAgain(2);
    await holds(topic, listener);
  });

  it('row 8: refused with RST is tried again, and one that hangs is left', async () => {
    const topic = bench.topic();
    const listener = await topic.follow();
    bench.wire.accept('refuse');
    bench.wire.reset();
    await waitFor(() => bench.wire.connections.filter(({ state }) => state === 'refused').length >= 2);
    bench.wire.accept('pass');
    await listener.startedAgain(2);
    const held = bench.frames.handshake({ action: 'hold', times: 1 });
    bench.frames.closeAll(1006);
    await held.reached();
    await topic.publish();
    await bench.reconnects();
    await listener.startedAgain(3);
    held.release();
    await holds(topic, listener);
  });

  it('row 8: waits between attempts are drawn from everything between 0 and a limit that doubles', async () => {
    bench.wire.accept('refuse');
    const shares: number[] = [];
    for (let count = 0; count < 20; count += 1) {
      const client = bench.client({ maxRetryDelayMs: undefined });
      client.$connection.subscribe((state) => {
        if (state.status !== 'offline' || !Number.isFinite(state.retryInMs)) return;
        shares.push(state.retryInMs / (500 * 2 ** (state.attempt - 2)));
      });
      client.documents.changes
        .subscribe({})
        [Symbol.asyncIterator]()
        .next()
        .catch(() => undefined);
    }
    await bench.pass(() => shares.length >= 100, 500);
    for (const quarter of [0, 0.25, 0.5, 0.75]) {
      const count = shares.filter((share) => share >= quarter && share < quarter + 0.25).length;
      // 25 are expected; four standard deviations are 17.
      expect(count, `of ${shares.length} from ${quarter} on`).toBeGreaterThan(7);
    }
    expect(shares.filter((share) => share < 0 || share >= 1)).toEqual([]);
  });

  it('row 12: that is asked to move, to where nobody answers three times, keeps serving until it can', async () => {
    const topic = bench.topic();
    const listener = await topic.follow();
    const before = bench.frames.open().at(-1);
    const refusal = bench.frames.handshake({ action: { status: 500 } });
    bench.frames.send('down', '{"id":null,"method":"reconnect"}');
    await refusal.reached(3);
    await topic.publish(2);
    await waitFor(() => listener.events.length === 2);
    expect(bench.frames.open().at(-1)).toBe(before);
    refusal.remove();
    await listener.startedAgain(2);
    await holds(topic, listener);
    await waitFor(() => !bench.frames.open().includes(before ?? 0));
  });

  it('row 44: whose $disconnect is lost, or told ten minutes later, is none to the next one', async () => {
    const topic = bench.topic();
    const listener = await topic.follow();
    const lost = bench.inject({ at: 'disconnect', effect: 'lose', times: 1 });
    bench.frames.closeAll(1006);
    await lost.reached();
    await listener.startedAgain(2);
    const late = bench.inject({ at: 'disconnect', effect: { delayMs: 600_000 }, times: 1 });
    bench.frames.closeAll(1006);
    await late.reached();
    await listener.startedAgain(3);
    await topic.publish();
    bench.own.skip(600_000);
    await topic.publish();
    await holds(topic, listener);
  });
});
