import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type FrameProxy, startFrameProxy } from './frame-proxy.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A client with what it got. */
interface Client {
  readonly socket: WebSocket;
  readonly got: string[];
  /** Resolves with everything once there are so many. */
  has(count: number): Promise<readonly string[]>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

function read(socket: WebSocket): Client {
  const got: string[] = [];
  const waiting: (() => void)[] = [];
  socket.on('error', () => undefined);
  socket.on('message', (data) => {
    got.push(String(data));
    for (const look of waiting.splice(0)) look();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  return {
    socket,
    got,
    closed,
    async has(count) {
      while (got.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
      return got;
    },
  };
}

/** A proxy in front of a server that echoes every frame, its count before it. */
async function start(): Promise<{
  proxy: FrameProxy;
  dial: (path?: string) => Promise<Client>;
  peers: Client[];
  paths: (string | undefined)[];
}> {
  const peers: Client[] = [];
  const paths: (string | undefined)[] = [];
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    paths.push(request.url);
    if (request.url?.includes('forbidden')) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (peer) => {
      peers.push(read(peer));
      peer.on('message', (data) => peer.send(`echo ${String(data)}`));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    for (const { socket } of peers) socket.terminate();
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const proxy = await startFrameProxy({ target: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/prod` });
  cleanups.push(() => proxy.close());
  return {
    proxy,
    peers,
    paths,
    async dial(path = '') {
      const client = read(new WebSocket(`${proxy.url}${path}`, ['app.v1']));
      cleanups.push(() => client.socket.terminate());
      await new Promise<void>((resolve, reject) => client.socket.once('open', resolve).once('error', reject));
      return client;
    },
  };
}

describe('a frame proxy', () => {
  it('passes handshakes and frames, and logs them', async () => {
    const { proxy, dial, paths, peers } = await start();
    const client = await dial('?ticket=t1');
    client.socket.send('one');
    expect(await client.has(1)).toEqual(['echo one']);
    expect([paths, client.socket.protocol]).toEqual([['/prod?ticket=t1'], 'app.v1']);
    client.socket.close(1000, 'done');
    expect(await peers[0]?.closed).toEqual({ code: 1000, reason: 'done' });
    expect(proxy.log).toEqual([
      { kind: 'open', connection: 1, url: '/prod?ticket=t1' },
      { kind: 'frame', connection: 1, direction: 'up', text: 'one' },
      { kind: 'frame', connection: 1, direction: 'down', text: 'echo one' },
      { kind: 'close', connection: 1, by: 'client', code: 1000 },
    ]);
  });

  it('suppresses, duplicates and replaces by direction, text and number', async () => {
    const { proxy, dial } = await start();
    const lost = proxy.rule({ direction: 'down', match: 'echo b', action: 'suppress' });
    proxy.rule({ direction: 'down', match: (text) => text.endsWith('c'), action: 'duplicate' });
    proxy.rule({ direction: 'up', match: 'd', nth: 2, action: { replace: (text: string) => text.toUpperCase() } });
    const client = await dial();
    for (const text of ['a', 'b', 'c', 'd1', 'd2', 'd3']) client.socket.send(text);
    expect(await client.has(6)).toEqual(['echo a', 'echo c', 'echo c', 'echo d1', 'echo D2', 'echo d3']);
    expect(lost.hits).toBe(1);
    expect(proxy.frames('down')).toContain('echo b');
    expect(proxy.log).toContainEqual({ kind: 'frame', connection: 1, direction: 'down', text: 'echo b', action: 'suppress' });
  });

  it('holds until released, while what follows passes', async () => {
    const { proxy, dial } = await start();
    const held = proxy.rule({ direction: 'down', match: '1', times: 1, action: 'hold' });
    const client = await dial();
    client.socket.send('1');
    client.socket.send('2');
    await held.reached();
    expect(await client.has(1)).toEqual(['echo 2']);
    held.release();
    expect(await client.has(2)).toEqual(['echo 2', 'echo 1']);
  });

  it('puts frames in before and after others, and by itself', async () => {
    const { proxy, dial } = await start();
    const rule = proxy.rule({ direction: 'down', match: 'x', action: { before: ['b1', 'b2'] } });
    const client = await dial();
    client.socket.send('x');
    expect(await client.has(3)).toEqual(['b1', 'b2', 'echo x']);
    rule.remove();
    proxy.rule({ direction: 'down', match: 'x', action: { after: ['a1'] } });
    client.socket.send('x');
    expect((await client.has(5)).slice(3)).toEqual(['echo x', 'a1']);
    proxy.send('up', 'from nobody');
    proxy.send('down', 'to you');
    expect((await client.has(7)).slice(5).sort()).toEqual(['echo from nobody', 'to you']);
  });

  it('closes with a code, or cuts without one', async () => {
    const { proxy, dial, peers } = await start();
    proxy.rule({ direction: 'up', match: 'close me', action: { close: 1001, reason: 'Going away' } });
    const [first, second] = [await dial(), await dial()];
    first.socket.send('close me');
    expect(await first.closed).toEqual({ code: 1001, reason: 'Going away' });
    expect((await peers[0]?.closed)?.code).toBe(1006);
    expect(proxy.open()).toEqual([2]);
    proxy.closeAll(1006);
    expect((await second.closed).code).toBe(1006);
    expect(proxy.log.filter(({ kind }) => kind === 'close')).toEqual([
      { kind: 'close', connection: 1, by: 'proxy', code: 1001 },
      { kind: 'close', connection: 2, by: 'proxy', code: 1006 },
    ]);
  });

  it('passes on how the server closes', async () => {
    const { proxy, dial, peers } = await start();
    const client = await dial();
    peers[0]?.socket.close(1012, 'restart');
    expect(await client.closed).toEqual({ code: 1012, reason: 'restart' });
    expect(await proxy.next(({ kind }) => kind === 'close')).toMatchObject({ by: 'server', code: 1012 });
  });

  it.each([401, 403, 429, 500])('refuses handshakes with %i, then takes them', async (status) => {
    const { proxy, dial, paths } = await start();
    const refusal = proxy.handshake({ action: { status }, times: 1 });
    await expect(dial()).rejects.toThrow(String(status));
    expect([refusal.hits, paths]).toEqual([1, []]);
    await dial();
    expect(proxy.log).toMatchObject([
      { kind: 'refused', status },
      { kind: 'open', connection: 2 },
    ]);
  });

  it('passes on how the server refuses', async () => {
    const { proxy, dial } = await start();
    await expect(dial('?forbidden')).rejects.toThrow('403');
    expect(proxy.log).toEqual([{ kind: 'refused', connection: 1, status: 403 }]);
  });

  it('holds a handshake until it is released', async () => {
    const { proxy, dial, paths } = await start();
    const held = proxy.handshake({ action: 'hold', times: 1 });
    const opening = dial();
    await held.reached();
    expect(paths).toEqual([]);
    held.release();
    await opening;
    expect(proxy.open()).toEqual([1]);
  });

  it('ends with clients that still wait', async () => {
    const { proxy, dial } = await start();
    const held = proxy.handshake({ action: 'hold' });
    const opening = expect(dial()).rejects.toThrow();
    await held.reached();
    await proxy.close();
    await opening;
    cleanups.splice(1, 1);
  });
});
