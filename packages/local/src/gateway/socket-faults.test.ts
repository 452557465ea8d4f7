import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { afterEach, describe, expect, it } from 'vitest';
import { createQueue, noting, type TestEvent } from './gateway.test.fixture.js';
import { seededRandom, startTestSocket, type TestSocketApi } from './socket.test.fixture.js';
import { createFaultSource, type SocketFaults } from './socket-faults.js';
import { type SocketStackParts, socketStack } from './stack.test.fixture.js';
import { connect } from './wire.test.fixture.js';

let running: TestSocketApi | undefined;
afterEach(() => running?.close());

async function start(
  faults: SocketFaults,
  routes: SocketStackParts['routes'] = {},
): Promise<{ test: TestSocketApi; next: () => Promise<TestEvent> }> {
  const events = createQueue<TestEvent>();
  running = await startTestSocket(socketStack({ routes }), { faults, handler: noting(events) });
  return { test: running, next: events.next };
}

async function post(test: TestSocketApi, text: string): Promise<void> {
  const ConnectionId = test.api.connections()[0]?.connectionId ?? '';
  await test.management().send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.from(text) }));
}

describe('fault switches', () => {
  it('draw nothing and break nothing by default', () => {
    let draws = 0;
    const faults = createFaultSource({}, () => {
      draws += 1;
      return 0;
    });
    expect([faults.dropsDisconnect(), faults.losesPost(), faults.duplicatesPost(), faults.postDelayMs(), faults.dispatchDelayMs()]).toEqual(
      [false, false, false, 0, 0],
    );
    expect(draws).toBe(0);
  });

  it('hit one in k on average and repeat for a seed', () => {
    const hits = (seed: number): boolean[] => {
      const faults = createFaultSource({ losePostOneIn: 4, random: seededRandom(seed) }, Math.random);
      return Array.from({ length: 4000 }, () => faults.losesPost());
    };
    expect(hits(7)).toEqual(hits(7));
    const count = hits(7).filter(Boolean).length;
    expect(count).toBeGreaterThan(850);
    expect(count).toBeLessThan(1150);
  });

  it('lose $disconnect', async () => {
    const { test, next } = await start({ dropDisconnectOneIn: 1 }, { $connect: {}, $disconnect: {} });
    const { socket, closed } = await connect(test.url);
    expect((await next()).requestContext.routeKey).toBe('$connect');
    socket.close();
    await closed;
    await connect(test.url);
    expect((await next()).requestContext.routeKey).toBe('$connect');
  });

  it('lose posts that were answered with 200', async () => {
    const draws = [0, 0.99];
    const { test } = await start({ losePostOneIn: 2, random: () => draws.shift() ?? 0.99 });
    const client = await connect(test.url);
    await post(test, 'lost');
    await post(test, 'kept');
    expect(await client.next()).toBe('kept');
  });

  it('duplicate posts', async () => {
    const { test } = await start({ duplicatePostOneIn: 1 });
    const client = await connect(test.url);
    await post(test, 'twice');
    expect([await client.next(), await client.next()]).toEqual(['twice', 'twice']);
  });

  it('delay posts by the clock, so that they overtake each other', async () => {
    const draws = [0.9, 0.1];
    const { test } = await start({ maxPostDelayMs: 1000, random: () => draws.shift() ?? 0 });
    const client = await connect(test.url);
    await post(test, 'first');
    await post(test, 'second');
    await test.clock.advance(1000);
    expect([await client.next(), await client.next()]).toEqual(['second', 'first']);
  });

  it('delay the dispatch of frames by the clock, so that they overtake each other', async () => {
    const draws = [0.9, 0.1, 0];
    const { test, next } = await start({ maxDispatchDelayMs: 1000, random: () => draws.shift() ?? 0 }, { $default: {} });
    const { socket } = await connect(test.url);
    socket.send('first');
    socket.send('second');
    socket.send('third');
    expect((await next()).body).toBe('third');
    await test.clock.advance(1000);
    expect([(await next()).body, (await next()).body]).toEqual(['second', 'first']);
  });
});
