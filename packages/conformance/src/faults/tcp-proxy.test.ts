import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { seededRandom } from './seeded-random.js';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';
import type { Time } from './time.js';

/** A clock that moves by hand and tells what waits. */
function manualTime(): Time & { advance(ms: number): Promise<void>; readonly waits: number[]; set(): Promise<void> } {
  let nowMs = 1_700_000_000_123;
  const timers = new Set<{ dueMs: number; run: () => void }>();
  const waits: number[] = [];
  const readers: (() => void)[] = [];
  return {
    waits,
    now: () => nowMs,
    after(delayMs, run) {
      const timer = { dueMs: nowMs + delayMs, run };
      timers.add(timer);
      waits.push(delayMs);
      for (const read of readers.splice(0)) read();
      return () => void timers.delete(timer);
    },
    set: () => (timers.size > 0 ? Promise.resolve() : new Promise((resolve) => readers.push(resolve))),
    async advance(ms) {
      nowMs += ms;
      for (const timer of [...timers]) {
        if (timer.dueMs > nowMs) continue;
        timers.delete(timer);
        timer.run();
      }
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** Bytes that arrived on a socket. */
class Inbox {
  text = '';
  readonly chunks: number[] = [];
  readonly #waiting: (() => void)[] = [];

  readonly socket: Socket;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      this.text += bytes.toString();
      this.chunks.push(bytes.length);
      for (const look of this.#waiting.splice(0)) look();
    });
  }

  async until(text: string): Promise<void> {
    while (!this.text.includes(text)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Whether it ended with an error, once it is over. */
function over(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => socket.once('close', resolve));
}

/** A proxy in front of a server that keeps its connections. */
async function start(
  time?: Time,
): Promise<{ proxy: TcpProxy; dial: () => Promise<{ client: Inbox; server: Inbox }>; knock: () => Socket; accepted: Socket[] }> {
  const accepted: Socket[] = [];
  const readers: ((socket: Socket) => void)[] = [];
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    accepted.push(socket);
    readers.shift()?.(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    for (const socket of accepted) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  const proxy = await startTcpProxy({
    target: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/prod`,
    random: seededRandom(7),
    ...(time && { time }),
  });
  cleanups.push(() => proxy.close());
  const knock = (): Socket => {
    const socket = connect({ port: Number(new URL(proxy.url).port), host: '127.0.0.1', allowHalfOpen: true }).on('error', () => undefined);
    cleanups.push(() => void socket.destroy());
    return socket;
  };
  return {
    proxy,
    accepted,
    knock,
    async dial() {
      const there = new Promise<Socket>((resolve) => readers.push(resolve));
      const client = new Inbox(knock());
      return { client, server: new Inbox(await there) };
    },
  };
}

describe('a TCP proxy', () => {
  it('passes bytes both ways, and keeps path and scheme of its target', async () => {
    const { proxy, dial } = await start();
    expect(proxy.url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/prod$/);
    const { client, server } = await dial();
    client.socket.write('up');
    await server.until('up');
    server.socket.write('down!');
    await client.until('down!');
    expect(proxy.connections).toMatchObject([{ number: 1, state: 'open', bytes: { up: 2, down: 5 } }]);
    client.socket.end();
    await once(server.socket, 'end');
    server.socket.end();
    await proxy.connections[0]?.closed;
    expect(proxy.connections[0]?.state).toBe('closed');
  });

  it('delays each direction by its own latency, with seeded jitter that never reorders', async () => {
    const time = manualTime();
    const { proxy, dial } = await start(time);
    proxy.set({ up: { delayMs: 2_000, jitterMs: 500 } });
    const { client, server } = await dial();
    server.socket.write('at once');
    await client.until('at once');
    client.socket.write('late');
    await time.set();
    expect(time.waits[0]).toBeGreaterThanOrEqual(2_000);
    expect(time.waits[0]).toBeLessThan(2_500);
    expect(server.text).toBe('');
    await time.advance(2_500);
    await server.until('late');
  });

  it('slices into single bytes, and slows down to a bandwidth', async () => {
    const time = manualTime();
    const { proxy, dial } = await start(time);
    proxy.set({ down: { sliceBytes: 1, bytesPerSecond: 1_000 } });
    const { client, server } = await dial();
    server.socket.write('abc');
    for (const text of ['a', 'ab', 'abc']) {
      await time.set();
      await time.advance(1);
      await client.until(text);
      expect(client.text).toBe(text);
    }
    expect([client.chunks, time.waits]).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
  });

  it('is a black hole one way: nothing passes, no end and no reset either, until it is over', async () => {
    const { proxy, dial } = await start();
    const { client, server } = await dial();
    proxy.set({ up: { blackHole: true } });
    client.socket.write('lost for now');
    server.socket.write('still comes');
    await client.until('still comes');
    expect(server.text).toBe('');
    client.socket.end();
    proxy.set();
    await server.until('lost for now');
    await once(server.socket, 'end');
  });

  it('is a black hole for one connection only', async () => {
    const { proxy, dial } = await start();
    const [first, second] = [await dial(), await dial()];
    proxy.connections[0]?.set({ up: { blackHole: true }, down: { blackHole: true } });
    first.client.socket.write('swallowed');
    first.server.socket.write('swallowed');
    second.client.socket.write('passes');
    await second.server.until('passes');
    expect([first.server.text, first.client.text]).toEqual(['', '']);
  });

  it('fills up the sender when the receiver does not read', async () => {
    const { proxy, dial } = await start();
    const { client, server } = await dial();
    proxy.set({ down: { blackHole: true } });
    const piece = Buffer.alloc(1024 * 1024, 'x');
    while (server.socket.writableLength < piece.length) server.socket.write(piece);
    expect(client.text).toBe('');
    proxy.set();
    await once(server.socket, 'drain');
  });

  it('resets with RST, one connection or all', async () => {
    const { proxy, dial } = await start();
    const [first, second] = [await dial(), await dial()];
    const ends = [first.client, first.server].map(({ socket }) => over(socket));
    proxy.connections[0]?.reset();
    expect(await Promise.all(ends)).toEqual([true, true]);
    expect(proxy.connections.map(({ state }) => state)).toEqual(['closed', 'open']);
    const last = over(second.client.socket);
    proxy.reset();
    expect(await last).toBe(true);
  });

  it('passes a reset of one side on', async () => {
    const { dial } = await start();
    const { client, server } = await dial();
    const gone = over(client.socket);
    server.socket.resetAndDestroy();
    expect(await gone).toBe(true);
  });

  it('half-closes: one direction ends, the other goes on', async () => {
    const { proxy, dial } = await start();
    const { client, server } = await dial();
    proxy.connections[0]?.halfClose('down');
    await once(client.socket, 'end');
    client.socket.write('still heard');
    await server.until('still heard');
  });

  it('refuses connections with RST, and takes them again', async () => {
    const { proxy, dial, knock } = await start();
    proxy.accept('refuse');
    expect(await over(knock())).toBe(true);
    proxy.accept('pass');
    const { client, server } = await dial();
    client.socket.write('back');
    await server.until('back');
    expect(proxy.connections.map(({ state }) => state)).toEqual(['refused', 'open']);
  });

  it('holds connections without a word, and lets them go on', async () => {
    const { proxy, knock, accepted } = await start();
    proxy.accept('hold');
    const client = new Inbox(knock());
    client.socket.write('hello');
    await proxy.connection(1);
    expect([proxy.connections[0]?.state, accepted.length]).toEqual(['held', 0]);
    proxy.accept('pass');
    while (accepted.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await new Inbox(accepted[0]!).until('hello');
  });

  it('sends new connections elsewhere, as for a server that comes back on another port', async () => {
    const one = await start();
    const two = await start();
    one.proxy.retarget(two.proxy.url);
    const client = new Inbox(one.knock());
    client.socket.write('moved');
    await two.proxy.connection(1);
    while (two.accepted.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await new Inbox(two.accepted[0]!).until('moved');
    expect(one.accepted).toEqual([]);
  });
});
