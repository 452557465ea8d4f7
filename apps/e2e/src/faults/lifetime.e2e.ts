/** Rows of the fault matrix about time: idle and old connections, moves, clocks that are wrong, absences, and everybody at once. Local only. */

import { type ContractRouter, gatewayEncoder } from '@org/gateway-client/trpc';
import type { AppContract } from '@org/gateway-contract';
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import { describe, expect, inject, it } from 'vitest';
import { countSockets } from './counted-sockets.js';
import { holds, type Topic, useFaultBench, waitFor } from './fault-bench.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A hidden page asks so often: P3.19. */
const HIDDEN_SYNC_MS = 4 * MINUTE_MS;

/** A page that tells what happens to it. */
function fakePage({ hidden }: { readonly hidden: boolean }) {
  return Object.assign(new EventTarget(), { document: { hidden } });
}

describe.runIf(inject('stage').local)('time', () => {
  const bench = useFaultBench();

  it('row 10: API Gateway’s ten minutes and two hours never cut a connection, because it asks and moves before', async () => {
    const topic = bench.topic();
    const client = bench.client({ page: fakePage({ hidden: true }) });
    const listener = await topic.follow(client);
    const began = bench.frames.log.length;
    const stepMs = HIDDEN_SYNC_MS / 2;
    for (let step = 1; step * stepMs < 2.25 * HOUR_MS; step += 1) {
      await bench.elapse(stepMs, { stepMs });
      await waitFor(() => bench.sockets.open === 1 && client.$connection.state.status === 'live');
      // Idle for half an hour, over and over.
      if (step % 15 > 0) continue;
      await topic.publish();
      await waitFor(() => listener.events.length === topic.saved.length);
    }
    await holds(topic, listener);
    await waitFor(() => bench.sockets.open === 1);
    const lines = bench.frames.log.slice(began);
    expect(lines.filter((line) => line.kind === 'close' && line.by === 'server')).toEqual([]);
    expect(listener.starts).toBe(2);
    let open = 1;
    const least = lines.reduce((fewest, { kind }) => {
      open += kind === 'open' ? 1 : kind === 'close' ? -1 : 0;
      return Math.min(fewest, open);
    }, 1);
    expect(least, 'connections at a time').toBe(1);
  });

  describe('row 11: three moves under 300 events a second lose nothing, over two sockets at most', () => {
    it('of our client, which gets each once', async () => {
      const sockets = countSockets(bench.clock.now);
      const topic = bench.topic();
      const listener = await topic.follow(bench.client({ WebSocket: sockets.WebSocket }));
      await underLoad(
        topic,
        () => listener.events.length,
        async (moves) => {
          bench.frames.send('down', '{"id":null,"method":"reconnect"}');
          await listener.startedAgain(1 + moves);
          await waitFor(() => sockets.open === 1);
        },
      );
      await holds(topic, listener);
      expect([sockets.madeAtMs.length, sockets.most]).toEqual([4, 2]);
    });

    it('of tRPC’s own wsLink with our encoder, which gets each once', async () => {
      const sockets = countSockets(bench.clock.now);
      const topic = bench.topic();
      const WebSocket = sockets.WebSocket as unknown as typeof globalThis.WebSocket;
      const client = createWSClient({ url: bench.wire.url, WebSocket, experimental_encoder: gatewayEncoder() });
      const trpc = createTRPCClient<ContractRouter<AppContract>>({ links: [wsLink({ client })] });
      const titles: string[] = [];
      let started = () => {};
      const hasStarted = new Promise<void>((resolve) => {
        started = resolve;
      });
      const subscription = trpc.documents.changes.subscribe(
        { folder: topic.folder },
        { onStarted: () => started(), onData: ({ data }) => void titles.push(data.document.title) },
      );
      await hasStarted;
      await underLoad(
        topic,
        () => titles.length,
        async (moves) => {
          bench.frames.send('down', '{"id":null,"method":"reconnect"}');
          await waitFor(() => sockets.madeAtMs.length > moves && sockets.open === 1);
        },
      );
      await waitFor(() => titles.includes(topic.saved.at(-1) ?? ''));
      expect(titles).toEqual(topic.saved);
      subscription.unsubscribe();
      await client.close();
    });

    /** Publishes until three moves are over, and 100 events at least; slower when the machine is too slow for it. */
    async function underLoad(topic: Topic, arrived: () => number, move: (count: number) => Promise<void>): Promise<void> {
      let isOver = false;
      const publishing = (async () => {
        while (!isOver || topic.saved.length < 100) {
          const pace = new Promise<void>((resolve) => bench.clock.after(33, resolve));
          await topic.publish(10);
          await pace;
          await waitFor(() => topic.saved.length - arrived() < 60);
        }
      })();
      try {
        for (const count of [1, 2, 3]) await move(count);
      } finally {
        isOver = true;
      }
      await publishing;
    }
  });

  it.each([
    ['an hour ahead', HOUR_MS],
    ['an hour behind', -HOUR_MS],
  ])('row 37: a client whose clock is %s of the server’s, and is then put right, waits no longer', async (_, skewMs) => {
    let offMs = skewMs;
    const { clock } = bench;
    const client = bench.client({ clock: { now: () => clock.now() + offMs, after: clock.after } });
    const topic = bench.topic();
    const listener = await topic.follow(client);
    for (const next of [0, skewMs]) {
      const lost = bench.inject({ at: 'post', effect: 'lose', times: 1 });
      await topic.publish();
      await lost.reached();
      offMs = next;
      const beganMs = clock.now();
      await bench.elapse(MINUTE_MS, { everywhere: false, until: () => listener.events.length === topic.saved.length });
      expect(clock.now() - beganMs).toBeLessThan(1.1 * 30_000);
      expect(await client.system.whoami.query({}, { over: 'socket', timeoutMs: 20_000 })).toMatchObject({ transport: 'socket' });
    }
    expect(listener.starts).toBe(1);
    await holds(topic, listener);
  });

  it.each([
    ['a second', 1_000],
    ['five minutes', 5 * MINUTE_MS],
    ['three hours', 3 * HOUR_MS],
  ])('row 41: offline for %s, and everything since is replayed', async (_, forMs) => {
    const page = fakePage({ hidden: false });
    const topic = bench.topic();
    const client = bench.client({ page });
    const listener = await topic.follow(client);
    await topic.publish(2);
    await waitFor(() => listener.events.length === 2);
    page.dispatchEvent(new Event('offline'));
    expect(client.$connection.state).toMatchObject({ status: 'offline', reason: 'offline' });
    await waitFor(() => bench.sockets.open === 0);
    await topic.publish(30);
    await bench.elapse(forMs, { stepMs: forMs });
    expect(listener.events).toHaveLength(2);
    page.dispatchEvent(new Event('online'));
    await listener.startedAgain(2);
    await holds(topic, listener);
  });

  it('row 41: offline for longer than events are kept is a reset that says so, and what comes after it arrives', async () => {
    const page = fakePage({ hidden: false });
    const client = bench.client({ page });
    const room = `r${bench.topic().folder.slice(-8)}`;
    const seen: string[] = [];
    let starts = 0;
    const onReset = ({ reason }: { readonly reason: string }) => void seen.push(reason);
    const onStarted = () => {
      starts += 1;
    };
    const reading = (async () => {
      for await (const { member } of client.chat.presence.subscribe({ room }, { onReset, onStarted })) seen.push(member);
    })();
    const come = (member: string) =>
      bench.publisher.append(`chat.presence/${room}`, JSON.stringify({ kind: 'joined', member, data: { name: 'x' }, atMs: 0 }), 3_600);
    await waitFor(() => starts === 1);
    await come('first');
    await waitFor(() => seen.length === 1);
    page.dispatchEvent(new Event('offline'));
    await come('missed');
    // Who forgets an event that nobody has looked at begins a new epoch.
    await waitFor(async () => (await bench.publisher.head(`chat.presence/${room}`)).delivered === 2);
    await bench.elapse(3 * HOUR_MS, { stepMs: 3 * HOUR_MS });
    page.dispatchEvent(new Event('online'));
    await waitFor(() => starts === 2);
    await come('after');
    await waitFor(() => seen.includes('after'));
    expect(seen).toEqual(['first', 'trimmed', 'after']);
    client.$close();
    await reading;
  });

  it('row 43: a hundred clients that lose their connections at once all come back, and not together', async () => {
    const { stage } = bench.own;
    const silent = bench.inject({ at: 'frame', effect: 'lose' });
    const clients = Array.from({ length: 100 }, () => bench.client({ maxRetryDelayMs: undefined, socketUrl: stage.socketUrl }));
    const calls = clients.map((client) => client.system.whoami.query({}, { over: 'socket', timeoutMs: HOUR_MS }));
    await waitFor(() => silent.hits >= clients.length, 120_000);
    bench.inject({ at: 'connect', effect: { statusCode: 429 }, times: 2 * clients.length });
    silent.end();
    const waits: number[] = [];
    for (const client of clients) {
      client.$connection.subscribe((state) => {
        if (state.status === 'offline' && state.attempt > 2) waits.push(state.retryInMs / Math.min(3_000, 500 * 2 ** (state.attempt - 2)));
      });
    }
    for (const { connectionId } of stage.connections()) stage.drop(connectionId);
    let isOver = false;
    const answers = Promise.all(calls).finally(() => {
      isOver = true;
    });
    await bench.elapse(HOUR_MS, { stepMs: 500, until: () => isOver });
    expect(new Set((await answers).map(({ connection }) => connection?.id)).size).toBe(clients.length);
    // At once the first time; from then on by chance, out of all of a time that doubles with every refusal.
    expect(waits.length).toBeGreaterThan(clients.length);
    for (const quarter of [0, 0.25, 0.5, 0.75]) {
      const count = waits.filter((share) => share >= quarter && share < quarter + 0.25).length;
      expect(count / waits.length, `of ${waits.length} from ${quarter} on`).toBeGreaterThan(0.12);
    }
  });
});
