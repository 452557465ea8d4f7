import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createQueue, type TestEvent } from './gateway.test.fixture.js';
import { startTestSocket, type TestSocketApi } from './socket.test.fixture.js';
import { socketStack } from './stack.test.fixture.js';
import { connect, connectRaw } from './wire.test.fixture.js';

let running: TestSocketApi | undefined;
const rawSockets: Socket[] = [];
afterEach(async () => {
  for (const socket of rawSockets.splice(0)) socket.destroy();
  await running?.close();
});

const TEN_MINUTES_MS = 600_000;

async function start(): Promise<{ test: TestSocketApi; disconnected: () => Promise<TestEvent> }> {
  const events = createQueue<TestEvent>();
  running = await startTestSocket(socketStack({ routes: { $default: { returns: true }, $disconnect: {} } }), {
    handler: (event) => {
      if (event.requestContext.routeKey === '$disconnect') events.push(event);
      return { statusCode: 200, body: `${event.body?.length}` };
    },
  });
  return { test: running, disconnected: events.next };
}

describe('frames and messages', () => {
  it('accept a frame of exactly 32 KB', async () => {
    const { test } = await start();
    const client = await connect(test.url);
    client.socket.send('x'.repeat(32_768));
    expect(await client.next()).toBe('32768');
  });

  it('close with 1009 for a frame over 32 KB, without running the route', async () => {
    const { test, disconnected } = await start();
    const client = await connect(test.url);
    client.socket.send('x'.repeat(32_769));
    expect((await client.closed).code).toBe(1009);
    expect((await disconnected()).requestContext.disconnectStatusCode).toBe(1009);
  });

  it('accept a message of 128 KB in frames of 32 KB', async () => {
    const { test } = await start();
    const client = await connect(test.url);
    const piece = 'x'.repeat(32_768);
    for (const fin of [false, false, false, true]) client.socket.send(piece, { fin });
    expect(await client.next()).toBe('131072');
  });

  it('close with 1009 for a message over 128 KB in small frames', async () => {
    const { test } = await start();
    const client = await connect(test.url);
    const piece = 'x'.repeat(32_768);
    for (const fin of [false, false, false, false]) client.socket.send(piece, { fin });
    client.socket.send('x', { fin: true });
    expect((await client.closed).code).toBe(1009);
  });

  it('close with 1003 for a binary frame', async () => {
    const { test, disconnected } = await start();
    const client = await connect(test.url);
    client.socket.send(Buffer.from([1, 2, 3]));
    expect((await client.closed).code).toBe(1003);
    expect((await disconnected()).requestContext.disconnectStatusCode).toBe(1003);
  });

  it('negotiate no compression', async () => {
    const { test } = await start();
    const { socket } = await connect(test.url);
    expect(socket.extensions).toBe('');
  });
});

describe('time', () => {
  it('closes an idle connection with 1001 after 10 minutes', async () => {
    const { test, disconnected } = await start();
    const client = await connect(test.url);
    await test.clock.advance(TEN_MINUTES_MS - 1);
    expect(test.api.connections()).toHaveLength(1);
    await test.clock.advance(1);
    expect((await client.closed).code).toBe(1001);
    expect((await disconnected()).requestContext.disconnectStatusCode).toBe(1001);
  });

  it('counts frames in both directions as traffic', async () => {
    const { test } = await start();
    const client = await connect(test.url);
    await test.clock.advance(TEN_MINUTES_MS - 1);
    client.socket.send('x');
    await client.next();
    await test.clock.advance(TEN_MINUTES_MS - 1);
    client.socket.send('y');
    expect(await client.next()).toBe('1');
  });

  it('closes every connection with 1001 after 2 hours, busy or not', async () => {
    const { test } = await start();
    const client = await connect(test.url);
    for (let nineMinutes = 1; nineMinutes <= 13; nineMinutes += 1) {
      await test.clock.advance(9 * 60_000);
      client.socket.send('x');
      await client.next();
    }
    await test.clock.advance(3 * 60_000);
    expect((await client.closed).code).toBe(1001);
  });
});

describe('a client that disappears', () => {
  it('during $connect is never established for others and gets its $disconnect', async () => {
    const connecting = createQueue<TestEvent>();
    const events = createQueue<TestEvent>();
    let allow: () => void = () => undefined;
    const allowed = new Promise<void>((resolve) => {
      allow = resolve;
    });
    running = await startTestSocket(socketStack({ routes: { $connect: {}, $disconnect: {} } }), {
      handler: async (event) => {
        if (event.requestContext.routeKey === '$disconnect') events.push(event);
        else {
          connecting.push(event);
          await allowed;
        }
        return { statusCode: 200 };
      },
    });
    const socket = await connectRaw(running.url);
    rawSockets.push(socket);
    await connecting.next();
    socket.destroy();
    allow();
    expect((await events.next()).requestContext.disconnectStatusCode).toBe(1006);
    expect(running.api.connections()).toEqual([]);
  });
});
