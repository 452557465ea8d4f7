import { afterEach, describe, expect, it } from 'vitest';
import { createQueue, hanging, NOW_MS, noting, signal, type TestEvent } from './gateway.test.fixture.js';
import { startTestSocket, type TestSocketApi, type TestSocketOptions } from './socket.test.fixture.js';
import { type SocketStackParts, socketStack } from './stack.test.fixture.js';
import { connect, send } from './wire.test.fixture.js';

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

describe('connecting', () => {
  it('works without a $connect route', async () => {
    const { url, api } = await start({});
    await connect(url);
    expect(api.connections()).toEqual([{ connectionId: expect.stringMatching(ID), connectedAtMs: NOW_MS }]);
  });

  it('gives $connect the handshake in the shape of AWS', async () => {
    const events = createQueue<TestEvent>();
    const { url } = await start({ $connect: {} }, { handler: noting(events) });
    await connect(`${url}?token=a%20b&token=c`, [], { 'User-Agent': 'tests', 'X-Custom': 'one' });
    const event = await events.next();
    expect(Object.keys(event)).toEqual([
      'headers',
      'multiValueHeaders',
      'queryStringParameters',
      'multiValueQueryStringParameters',
      'requestContext',
      'isBase64Encoded',
    ]);
    expect(event.headers).toMatchObject({
      Host: new URL(url).host,
      'X-Custom': 'one',
      'Sec-WebSocket-Version': '13',
      'X-Forwarded-For': '127.0.0.1',
    });
    expect(Object.keys(event.headers as object).map((name) => name.toLowerCase())).not.toContain('upgrade');
    expect(event.queryStringParameters).toEqual({ token: 'c' });
    expect(event.multiValueQueryStringParameters).toEqual({ token: ['a b', 'c'] });
    const { requestId } = event.requestContext;
    expect(event.requestContext).toEqual({
      routeKey: '$connect',
      eventType: 'CONNECT',
      extendedRequestId: requestId,
      requestTime: '14/Nov/2023:22:13:20 +0000',
      messageDirection: 'IN',
      stage: 'prod',
      connectedAt: NOW_MS,
      requestTimeEpoch: NOW_MS,
      identity: { userAgent: 'tests', sourceIp: '127.0.0.1' },
      requestId: expect.stringMatching(ID),
      domainName: new URL(url).host,
      connectionId: expect.stringMatching(ID),
      apiId: 's1o2c3k4e5',
    });
  });

  it('leaves the query maps out when there is no query', async () => {
    const events = createQueue<TestEvent>();
    const { url } = await start({ $connect: {} }, { handler: noting(events) });
    await connect(url);
    expect(Object.keys(await events.next())).toEqual(['headers', 'multiValueHeaders', 'requestContext', 'isBase64Encoded']);
  });

  it('waits with the upgrade until $connect has answered', async () => {
    const called = signal();
    const finish = signal<{ statusCode: number }>();
    const handler = (): Promise<{ statusCode: number }> => {
      called.resolve();
      return finish.promise;
    };
    const { url, api } = await start({ $connect: {} }, { handler });
    const connecting = connect(url);
    await called.promise;
    expect(api.connections()).toEqual([]);
    finish.resolve({ statusCode: 200 });
    await connecting;
    expect(api.connections()).toHaveLength(1);
  });

  it.each([401, 403, 429, 500])('fails the handshake with the status that $connect returns: %i', async (statusCode) => {
    const { url, api } = await start({ $connect: {} }, { handler: () => ({ statusCode }) });
    await expect(connect(url)).rejects.toThrow(`handshake ${statusCode}`);
    expect(api.connections()).toEqual([]);
  });

  it('fails the handshake with 502 when $connect throws or returns no object', async () => {
    const { url } = await start(
      { $connect: {} },
      {
        handler: (event) => {
          if ((event.queryStringParameters as { throw?: string } | undefined)?.throw) throw new Error('no');
          return 'text';
        },
      },
    );
    await expect(connect(`${url}?throw=1`)).rejects.toThrow('handshake 502');
    await expect(connect(url)).rejects.toThrow('handshake 502');
  });

  it('fails the handshake with 504 when $connect takes more than 29 seconds', async () => {
    const called = signal();
    const { url, clock } = await start({ $connect: {} }, { handler: hanging(called) });
    const connecting = connect(url);
    const refused = expect(connecting).rejects.toThrow('handshake 504');
    await called.promise;
    await clock.advance(29_000);
    await refused;
  });

  it('fails the handshake with 500 when no Lambda::Permission matches', async () => {
    const { url, entries } = await start({ $connect: {} }, {}, { withoutPermission: true });
    await expect(connect(url)).rejects.toThrow('handshake 500');
    expect(entries[0]?.message).toContain('arn:aws:execute-api:eu-central-1:123456789012:s1o2c3k4e5/prod/$connect');
  });

  it('lets a MOCK $connect accept', async () => {
    const { url } = await start({
      $connect: { integration: { IntegrationType: 'MOCK', RequestTemplates: { $default: '{"statusCode":200}' } } },
    });
    await connect(url);
  });

  it('echoes the subprotocol that $connect returns', async () => {
    const { url } = await start(
      { $connect: {} },
      { handler: () => ({ statusCode: 200, headers: { 'sec-websocket-protocol': 'chat.v2' } }) },
    );
    const { socket } = await connect(url, ['chat.v1', 'chat.v2']);
    expect(socket.protocol).toBe('chat.v2');
  });

  it('echoes no subprotocol when $connect returns none, so that the client aborts', async () => {
    const { url } = await start({ $connect: {} });
    await expect(connect(url, ['chat.v1'])).rejects.toThrow('Server sent no subprotocol');
  });

  it.each([
    ['another stage', '/dev'],
    ['a path behind the stage', '/prod/extra'],
    ['no stage', '/'],
  ])('refuses %s with 403', async (_, path) => {
    const { url } = await start({});
    await expect(connect(`ws://${new URL(url).host}${path}`)).rejects.toThrow('handshake 403');
  });

  it('refuses a URL of more than 4,096 characters', async () => {
    const { url } = await start({});
    await expect(connect(`${url}?q=${'a'.repeat(4096)}`)).rejects.toThrow('handshake 414');
  });

  it('answers a plain HTTP request with 403 Forbidden', async () => {
    const { api } = await start({});
    expect((await send(api.managementUrl)).status).toBe(403);
  });

  it('throttles new connections by the limits of the stage', async () => {
    const { url } = await start(
      { $connect: {} },
      {},
      { stage: { DefaultRouteSettings: { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 } } },
    );
    await connect(url);
    await expect(connect(url)).rejects.toThrow('handshake 429');
  });
});
