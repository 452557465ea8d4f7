import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { afterEach, describe, expect, it } from 'vitest';
import { createQueue, noting, type TestEvent } from './gateway.test.fixture.js';
import { startTestSocket, type TestSocketApi } from './socket.test.fixture.js';
import type { SocketFaults } from './socket-faults.js';
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

describe('a fault injected into a running API', () => {
  const answers = async (test: TestSocketApi): Promise<unknown> =>
    post(test, 'text').then(
      () => 200,
      (error: { name: string; $metadata?: { httpStatusCode?: number } }) => [error.name, error.$metadata?.httpStatusCode],
    );

  it('answers posts with 410, 429 and 500 for a live connection, which stays', async () => {
    const { test } = await start({});
    const client = await connect(test.url);
    const refused: unknown[] = [];
    for (const effect of ['gone', 'throttle', 'full', 'fail'] as const) {
      const fault = test.faults.inject({ at: 'post', effect, text: 'tex' });
      refused.push(await answers(test));
      fault.end();
    }
    expect(refused).toEqual([
      ['GoneException', 410],
      ['LimitExceededException', 429],
      ['LimitExceededException', 429],
      ['InternalServerErrorException', 500],
    ]);
    expect(await answers(test)).toBe(200);
    expect(await client.next()).toBe('text');
  });

  it('delivers a post and resets its caller, or never answers it', async () => {
    const { test } = await start({});
    const client = await connect(test.url);
    test.faults.inject({ at: 'post', effect: 'lose-answer', times: 1 });
    expect(await answers(test)).toEqual([expect.stringMatching(/Error|ECONNRESET/), undefined]);
    expect(await client.next()).toBe('text');
    const hung = test.faults.inject({ at: 'post', effect: 'hang', times: 1 });
    const ConnectionId = test.api.connections()[0]?.connectionId ?? '';
    const patience = new AbortController();
    const waiting = test
      .management()
      .send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.from('late') }), { abortSignal: patience.signal });
    const given = expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await hung.reached();
    patience.abort();
    await given;
    expect(await answers(test)).toBe(200);
    expect(await client.next()).toBe('text');
  });

  it('throttles what exceeds a rate, and lets it pass when the clock went on', async () => {
    const { test } = await start({});
    await connect(test.url);
    test.faults.inject({ at: 'post', effect: 'throttle', perSecond: 1 });
    expect([await answers(test), await answers(test)]).toEqual([200, ['LimitExceededException', 429]]);
    await test.clock.advance(1000);
    expect(await answers(test)).toBe(200);
  });

  it('loses frames, or answers them as the gateway does when a function fails', async () => {
    const { test, next } = await start({}, { $default: {} });
    const client = await connect(test.url);
    test.faults.inject({ at: 'frame', effect: 'lose', text: 'lost' });
    test.faults.inject({ at: 'frame', effect: 'fail', text: 'broken' });
    for (const text of ['lost', 'broken', 'kept']) client.socket.send(text);
    expect(await client.nextJson()).toEqual({
      message: 'Internal server error',
      connectionId: expect.any(String),
      requestId: expect.any(String),
    });
    expect((await next()).body).toBe('kept');
  });

  it('refuses handshakes, holds them by the clock, or cuts them when $connect has run', async () => {
    const { test, next } = await start({}, { $connect: {} });
    const refusal = test.faults.inject({ at: 'connect', effect: { statusCode: 429 }, times: 2 });
    await expect(connect(test.url)).rejects.toThrow('429');
    await expect(connect(test.url)).rejects.toThrow('429');
    expect(refusal.hits).toBe(2);
    test.faults.inject({ at: 'connect', effect: 'cut', times: 1 });
    await expect(connect(test.url)).rejects.toThrow();
    expect((await next()).requestContext.routeKey).toBe('$connect');
    const held = test.faults.inject({ at: 'connect', effect: { delayMs: 8_000 }, times: 1 });
    const opening = connect(test.url);
    await held.reached();
    expect(test.api.connections()).toEqual([]);
    await test.clock.advance(8_000);
    await opening;
    expect(test.api.connections()).toHaveLength(1);
  });

  it('tells $disconnect minutes later', async () => {
    const { test, next } = await start({}, { $connect: {}, $disconnect: {} });
    const { socket, closed } = await connect(test.url);
    await next();
    const late = test.faults.inject({ at: 'disconnect', effect: { delayMs: 600_000 } });
    socket.close(1000);
    await closed;
    await late.reached();
    const told = next();
    await test.clock.advance(600_000);
    expect((await told).requestContext).toMatchObject({ routeKey: '$disconnect', disconnectStatusCode: 1000 });
  });
});
