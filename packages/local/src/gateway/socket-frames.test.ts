import { afterEach, describe, expect, it } from 'vitest';
import type { InvokeResult } from '../parts.js';
import { createQueue, hanging, NOW_MS, noting, signal, type TestEvent } from './gateway.test.fixture.js';
import { startTestSocket, type TestSocketApi, type TestSocketOptions } from './socket.test.fixture.js';
import { resource, type SocketStackParts, socketStack } from './stack.test.fixture.js';
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

describe('frames', () => {
  it('reach their route as MESSAGE events without headers or query', async () => {
    const events = createQueue<TestEvent>();
    const { url, api } = await start({ 'send-it': {} }, { handler: noting(events) });
    const { socket } = await connect(url, [], { 'User-Agent': 'tests' });
    socket.send('{"action":"send-it","n":1}');
    const event = await events.next();
    const { requestId } = event.requestContext;
    expect(event).toEqual({
      requestContext: {
        routeKey: 'send-it',
        messageId: expect.stringMatching(ID),
        eventType: 'MESSAGE',
        extendedRequestId: requestId,
        requestTime: '14/Nov/2023:22:13:20 +0000',
        messageDirection: 'IN',
        stage: 'prod',
        connectedAt: NOW_MS,
        requestTimeEpoch: NOW_MS,
        identity: { userAgent: 'tests', sourceIp: '127.0.0.1' },
        requestId: expect.stringMatching(ID),
        domainName: new URL(url).host,
        connectionId: api.connections()[0]?.connectionId,
        apiId: 's1o2c3k4e5',
      },
      body: '{"action":"send-it","n":1}',
      isBase64Encoded: false,
    });
  });

  it.each([
    ['not JSON', 'PING', '$default'],
    ['JSON without the field', '{"other":1}', '$default'],
    ['an array', '[{"action":"known"}]', '$default'],
    ['a number', '7', '$default'],
    ['an unknown action', '{"action":"unknown"}', '$default'],
    ['the name of a predefined route', '{"action":"$connect"}', '$default'],
    ['a known action', '{"action":"known"}', 'known'],
  ])('that are %s go to the right route', async (_, frame, routeKey) => {
    const events = createQueue<TestEvent>();
    const { url } = await start({ known: {}, $default: {}, $connect: {} }, { handler: noting(events) });
    const { socket } = await connect(url);
    expect((await events.next()).requestContext.routeKey).toBe('$connect');
    socket.send(frame);
    expect((await events.next()).requestContext.routeKey).toBe(routeKey);
  });

  it('get an error frame when no route fits and there is no $default', async () => {
    const { url, api } = await start({ known: {} });
    const client = await connect(url);
    client.socket.send('{"action":"unknown"}');
    expect(await client.nextJson()).toEqual({
      message: 'Forbidden',
      connectionId: api.connections()[0]?.connectionId,
      requestId: expect.stringMatching(ID),
    });
  });

  it('of one connection run at the same time: the first does not hold up the second', async () => {
    const first = signal<{ statusCode: number; body: string }>();
    const { url } = await start(
      { $default: { returns: true } },
      { handler: (event) => (event.body === 'first' ? first.promise : { statusCode: 200, body: 'second done' }) },
    );
    const client = await connect(url);
    client.socket.send('first');
    client.socket.send('second');
    expect(await client.next()).toBe('second done');
    first.resolve({ statusCode: 200, body: 'first done' });
    expect(await client.next()).toBe('first done');
  });

  it('get the body back on a route with a route response only', async () => {
    const { url } = await start(
      { quiet: {}, talking: { returns: true } },
      { handler: ({ body }) => ({ statusCode: 200, body: `re ${body}` }) },
    );
    const client = await connect(url);
    client.socket.send('{"action":"quiet"}');
    client.socket.send('{"action":"talking"}');
    expect(await client.next()).toBe('re {"action":"talking"}');
  });

  it('get nothing back when the function returns no body', async () => {
    const { url } = await start(
      { $default: { returns: true } },
      { handler: ({ body }) => ({ statusCode: 200, body: body === 'empty' ? '' : body }) },
    );
    const client = await connect(url);
    client.socket.send('empty');
    client.socket.send('full');
    expect(await client.next()).toBe('full');
  });

  const failure = (functionError: InvokeResult['functionError']): InvokeResult => ({
    statusCode: 200,
    payload: '{"errorMessage":"secret"}',
    functionError: functionError!,
  });
  it.each([
    ['throws', failure('Unhandled')],
    ['is throttled', failure('Throttled')],
    ['returns nothing', { statusCode: 200, payload: 'null' }],
    ['returns a text', { statusCode: 200, payload: '"text"' }],
  ])('get an error frame when the function %s', async (_, result) => {
    const { url, api } = await start({ $default: {} }, { invoke: async () => result });
    const client = await connect(url);
    client.socket.send('x');
    const frame = await client.nextJson();
    expect(frame).toEqual({
      message: 'Internal server error',
      connectionId: api.connections()[0]?.connectionId,
      requestId: expect.stringMatching(ID),
    });
  });

  it('get an error frame when the integration takes more than 29 seconds', async () => {
    const called = signal();
    const { url, clock } = await start({ $default: {} }, { handler: hanging(called) });
    const client = await connect(url);
    client.socket.send('x');
    await called.promise;
    await clock.advance(29_000);
    expect(await client.nextJson()).toMatchObject({ message: 'Internal server error' });
  });

  it('get an error frame over the throttle of their route', async () => {
    const { url } = await start(
      { $default: {} },
      {},
      { stage: { RouteSettings: { $default: { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 } } } },
    );
    const client = await connect(url);
    client.socket.send('one');
    client.socket.send('two');
    expect(await client.nextJson()).toMatchObject({ message: 'Too Many Requests' });
  });

  it('on a MOCK route with a response are answered from the template, without a function', async () => {
    const integration = { IntegrationType: 'MOCK', RequestTemplates: { '200': '{"statusCode":200}' }, TemplateSelectionExpression: '200' };
    const more = [
      resource('AWS::ApiGatewayV2::IntegrationResponse', 'mockResponse', {
        ApiId: 's1o2c3k4e5',
        IntegrationId: 'integration:ping',
        IntegrationResponseKey: '$default',
        ResponseTemplates: { '200': '{"pong":$input.json("$.id"),"route":"$context.routeKey"}' },
        TemplateSelectionExpression: '200',
      }),
    ];
    const { url } = await start(
      { ping: { returns: true, integration } },
      { invoke: () => Promise.reject(new Error('not called')) },
      { more },
    );
    const client = await connect(url);
    client.socket.send('{"action":"ping","id":7}');
    expect(await client.nextJson()).toEqual({ pong: 7, route: 'ping' });
  });

  it('that break the evaluation get an error frame and leave the stage running', async () => {
    const { url } = await start({ $default: { returns: true } }, { handler: ({ body }) => ({ statusCode: 200, body }) });
    const client = await connect(url);
    client.socket.send(`{"action":${'['.repeat(16_000)}${']'.repeat(16_000)}}`);
    expect(await client.nextJson()).toMatchObject({ message: 'Internal server error' });
    client.socket.send('still here');
    expect(await client.next()).toBe('still here');
  });

  it('carry the stage variables when the stage has some', async () => {
    const events = createQueue<TestEvent>();
    const { url } = await start({ $default: {} }, { handler: noting(events) }, { stage: { StageVariables: { v: '1' } } });
    (await connect(url)).socket.send('x');
    expect((await events.next()).stageVariables).toEqual({ v: '1' });
  });

  it('write a line each in the format of the access log', async () => {
    const called = signal();
    const AccessLogSettings = {
      Format: '$context.routeKey $context.eventType $context.status $context.connectionId $context.authorizer.sub',
    };
    const { url, api, entries } = await start(
      { $connect: {}, $default: { returns: true } },
      { handler: () => ({ statusCode: 200, body: 'x' }) },
      { stage: { AccessLogSettings } },
    );
    const client = await connect(url);
    client.socket.send('x');
    await client.next();
    called.resolve();
    const id = api.connections()[0]?.connectionId;
    expect(entries.filter(({ detail }) => detail?.accessLog).map(({ message }) => message)).toEqual([
      `$connect CONNECT 200 ${id} -`,
      `$default MESSAGE 200 ${id} -`,
    ]);
  });
});
