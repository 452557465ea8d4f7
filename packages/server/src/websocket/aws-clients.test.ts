/** The clients of API Gateway's management API and of Lambda, against a server on the loopback that answers as AWS does. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { TEST_CREDENTIALS } from '../resources/dynalite.fixture.js';
import { createLambdaServiceInvoker } from './lambda-service-invoker.js';
import { createManagementApiSender } from './management-api-sender.js';
import { messageEvent } from './socket.fixture.js';

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(answer: Answer) {
  const requests: { readonly method: string; readonly url: string; readonly body: string; readonly headers: IncomingMessage['headers'] }[] =
    [];
  const server: Server = createServer(async (request, response) => {
    requests.push({ method: request.method ?? '', url: request.url ?? '', body: await text(request), headers: request.headers });
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const options = {
    region: 'eu-west-1',
    credentials: TEST_CREDENTIALS,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
  return { requests, options };
}

describe('management API sender', () => {
  async function start(answer: Answer) {
    const { requests, options } = await serve(answer);
    const sender = createManagementApiSender({ ...options, endpoint: `${options.endpoint}/prod` });
    cleanups.push(async () => sender.destroy());
    return { requests, sender };
  }

  it('posts the text to the encoded id, signed for execute-api', async () => {
    const { requests, sender } = await start({ status: 200 });
    expect(await sender.post('L0SM9cOFvHcCIhw=', '{"title":"ü"}')).toBe('sent');
    expect(requests[0]).toMatchObject({ method: 'POST', url: '/prod/@connections/L0SM9cOFvHcCIhw%3D', body: '{"title":"ü"}' });
    expect(requests[0]?.headers.authorization).toContain('/eu-west-1/execute-api/aws4_request');
  });

  it.each([{ 'x-amzn-errortype': 'GoneException' }, {}])('says that a connection is gone: 410 with %o', async (headers) => {
    const { sender } = await start({ status: 410, headers });
    expect(await sender.post('L0SM9cOFvHcCIhw=', 'PONG')).toBe('gone');
    await expect(sender.close('L0SM9cOFvHcCIhw=')).resolves.toBeUndefined();
  });

  it.each([
    [429, 'slow'],
    [413, 'too-large'],
    [403, 'refused'],
    [500, 'failed'],
  ] as const)('rejects a %i after one attempt, as %s', async (status, kind) => {
    const { requests, sender } = await start({ status, headers: { 'x-amzn-errortype': 'LimitExceededException' } });
    await expect(sender.post('L0SM9cOFvHcCIhw=', 'PONG')).rejects.toMatchObject({ kind, status });
    await expect(sender.close('L0SM9cOFvHcCIhw=')).rejects.toMatchObject({ kind, status });
    expect(requests.map(({ method }) => method)).toEqual(['POST', 'DELETE']);
  });

  it('closes with DELETE', async () => {
    const { requests, sender } = await start({ status: 204 });
    await sender.close('L0SM9cOFvHcCIhw=');
    expect(requests[0]).toMatchObject({ method: 'DELETE', url: '/prod/@connections/L0SM9cOFvHcCIhw%3D' });
  });
});

describe('Lambda invoker', () => {
  async function start(answer: Answer) {
    const { requests, options } = await serve(answer);
    const invoker = createLambdaServiceInvoker({ ...options, functions: { notes: 'gateway-notes' } });
    cleanups.push(invoker.destroy);
    return { requests, invoker };
  }

  it('invokes the function of the service with the event and gives its answer', async () => {
    const { requests, invoker } = await start({ status: 200, body: '{"statusCode":200,"body":"PONG"}' });
    const event = messageEvent('PING');
    expect(await invoker.invoke('notes', event)).toEqual({ statusCode: 200, body: 'PONG' });
    expect(requests[0]).toMatchObject({ method: 'POST', url: '/2015-03-31/functions/gateway-notes/invocations' });
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual(event);
    expect(requests[0]?.headers['x-amz-invocation-type']).toBe('RequestResponse');
  });

  it('knows its services and no property of objects', async () => {
    const { invoker } = await start({ status: 200 });
    expect([invoker.has('notes'), invoker.has('nope'), invoker.has('constructor')]).toEqual([true, false, false]);
  });

  it('rejects a failed function, another answer and a refusal, each after one attempt', async () => {
    const failed = await start({ status: 200, headers: { 'x-amz-function-error': 'Unhandled' }, body: '{"errorMessage":"out of memory"}' });
    await expect(failed.invoker.invoke('notes', messageEvent('PING'))).rejects.toThrow('out of memory');
    const strange = await start({ status: 200, body: '{"statusCode":500}' });
    await expect(strange.invoker.invoke('notes', messageEvent('PING'))).rejects.toThrow('expected {"statusCode":200');
    const empty = await start({ status: 200, body: '' });
    await expect(empty.invoker.invoke('notes', messageEvent('PING'))).rejects.toThrow('expected');
    const throttled = await start({ status: 429, headers: { 'x-amzn-errortype': 'TooManyRequestsException' } });
    await expect(throttled.invoker.invoke('notes', messageEvent('PING'))).rejects.toThrow();
    expect(throttled.requests).toHaveLength(1);
  });
});
