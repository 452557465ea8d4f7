import { afterEach, describe, expect, it } from 'vitest';
import { createQueue, NOW_MS, noting, type TestEvent } from './gateway.test.fixture.js';
import { startTestSocket, type TestSocketApi, type TestSocketOptions } from './socket.test.fixture.js';
import { type SocketStackParts, socketStack } from './stack.test.fixture.js';
import { connect } from './wire.test.fixture.js';

let running: TestSocketApi | undefined;
afterEach(() => running?.close());

async function start(
  routes: SocketStackParts['routes'],
  options: TestSocketOptions = {},
  more: Partial<SocketStackParts> = {},
): Promise<TestSocketApi> {
  running = await startTestSocket(socketStack({ routes, ...more }), options);
  return running;
}

const ID = /^[\w-]{15}=$/;

describe('$disconnect', () => {
  async function disconnects(): Promise<{ test: TestSocketApi; next: () => Promise<TestEvent> }> {
    const events = createQueue<TestEvent>();
    const test = await start({ $disconnect: {} }, { handler: noting(events) });
    return { test, next: events.next };
  }

  it('follows a close of the client with its code and reason', async () => {
    const { test, next } = await disconnects();
    const { socket } = await connect(test.url, [], { 'User-Agent': 'tests' });
    const connectionId = test.api.connections()[0]?.connectionId;
    socket.close(4000, 'had enough');
    const event = await next();
    const { requestId } = event.requestContext;
    const { host } = new URL(test.url);
    expect(event).toEqual({
      headers: { Host: host, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' },
      multiValueHeaders: { Host: [host], 'x-api-key': [''], 'X-Forwarded-For': [''], 'x-restapi': [''] },
      requestContext: {
        routeKey: '$disconnect',
        disconnectStatusCode: 4000,
        disconnectReason: 'had enough',
        eventType: 'DISCONNECT',
        extendedRequestId: requestId,
        requestTime: '14/Nov/2023:22:13:20 +0000',
        messageDirection: 'IN',
        stage: 'prod',
        connectedAt: NOW_MS,
        requestTimeEpoch: NOW_MS,
        identity: { userAgent: 'tests', sourceIp: '127.0.0.1' },
        requestId: expect.stringMatching(ID),
        domainName: host,
        connectionId,
        apiId: 's1o2c3k4e5',
      },
      isBase64Encoded: false,
    });
    expect(test.api.connections()).toEqual([]);
  });

  it('says 1005 when the client closed without a code', async () => {
    const { test, next } = await disconnects();
    (await connect(test.url)).socket.close();
    expect((await next()).requestContext.disconnectStatusCode).toBe(1005);
  });

  it('says 1006 after drop(), and the client sees no close frame', async () => {
    const { test, next } = await disconnects();
    const { closed } = await connect(test.url);
    test.api.drop(test.api.connections()[0]?.connectionId ?? '');
    expect((await closed).code).toBe(1006);
    expect((await next()).requestContext.disconnectStatusCode).toBe(1006);
  });

  it('leaves no timer behind', async () => {
    const { test, next } = await disconnects();
    const { socket } = await connect(test.url);
    expect(test.clock.pending()).toBe(2);
    socket.close();
    await next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(test.clock.pending()).toBe(0);
  });
});
