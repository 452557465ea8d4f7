import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../clock.js';
import {
  createJournal,
  ENVIRONMENT,
  hanging,
  invokeWith,
  NOW_MS,
  signal,
  type TestEvent,
  type TestFunction,
} from './gateway.test.fixture.js';
import { type RunningRestApi, startRestApi } from './rest-api.js';
import { startTestSocket, type TestSocketApi } from './socket.test.fixture.js';
import { guarded, restStack, socketStack } from './stack.test.fixture.js';
import { connect, connectRaw, send } from './wire.test.fixture.js';

let running: { close(): Promise<void> } | undefined;
afterEach(() => running?.close());

async function startRest(handler: TestFunction): Promise<RunningRestApi> {
  const api = await startRestApi({
    ...guarded(restStack({ methods: { 'ANY /{proxy+}': {} } })),
    restApiId: 'Api',
    environment: ENVIRONMENT,
    invoke: invokeWith(handler),
    clock: createManualClock(NOW_MS),
    report: createJournal().report,
    port: 0,
  });
  running = api;
  return api;
}

async function startSocket(handler: TestFunction): Promise<TestSocketApi> {
  const test = await startTestSocket(socketStack({ routes: { $connect: {}, $disconnect: {}, $default: {} } }), { handler });
  running = test;
  return test;
}

describe('a REST API that closes', () => {
  it('answers the request under way first', async () => {
    const called = signal();
    const answer = signal<unknown>();
    const api = await startRest(() => {
      called.resolve();
      return answer.promise;
    });
    const response = send(api.url, { path: '/slow' });
    await called.promise;
    const closed = api.close();
    answer.resolve({ statusCode: 200, body: 'in time' });
    expect((await response).body.toString()).toBe('in time');
    await closed;
  });

  it('cuts off what takes longer than a second', async () => {
    const called = signal<undefined>();
    const api = await startRest(hanging(called));
    const response = send(api.url, { path: '/endless' }).catch((error: NodeJS.ErrnoException) => error.code);
    await called.promise;
    await api.close();
    expect(await response).toBe('ECONNRESET');
  });
});

describe('a WebSocket API that closes', () => {
  it('closes its connections with 1001 and waits for their $disconnect', async () => {
    const events: TestEvent[] = [];
    const mayEnd = signal();
    const test = await startSocket(async (event) => {
      if (event.requestContext.routeKey === '$disconnect') await mayEnd.promise;
      events.push(event);
      return { statusCode: 200 };
    });
    const clients = [await connect(test.url), await connect(test.url)];
    const closed = test.close();
    for (const client of clients) expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
    mayEnd.resolve();
    await closed;
    expect(events.map(({ requestContext: { routeKey, disconnectStatusCode } }) => [routeKey, disconnectStatusCode])).toEqual([
      ['$connect', undefined],
      ['$connect', undefined],
      ['$disconnect', 1001],
      ['$disconnect', 1001],
    ]);
    expect(test.entries).toEqual([]);
  });

  it('does not wait longer than a second for $disconnect, nor for a client that does not answer the close frame', async () => {
    const test = await startSocket((event) =>
      event.requestContext.routeKey === '$disconnect' ? new Promise(() => undefined) : { statusCode: 200 },
    );
    const { closed } = await connect(test.url);
    const silent = await connectRaw(test.url);
    await once(silent, 'data');
    const cut = once(silent, 'close');
    await test.close();
    expect((await closed).code).toBe(1001);
    await cut;
    expect(test.entries).toEqual([]);
  });

  it('refuses the handshake under way, and tells $disconnect of what $connect had accepted', async () => {
    const routes: unknown[] = [];
    const called = signal();
    const mayConnect = signal();
    const test = await startSocket(async ({ requestContext: { routeKey, disconnectStatusCode } }) => {
      routes.push([routeKey, disconnectStatusCode]);
      called.resolve();
      if (routeKey === '$connect') await mayConnect.promise;
      return { statusCode: 200 };
    });
    const refused = connect(test.url).catch((error: NodeJS.ErrnoException) => error.code ?? error.message);
    await called.promise;
    const closed = test.close();
    mayConnect.resolve();
    await closed;
    expect(await refused).toBe('ECONNRESET');
    expect(routes).toEqual([
      ['$connect', undefined],
      ['$disconnect', 1006],
    ]);
  });
});
