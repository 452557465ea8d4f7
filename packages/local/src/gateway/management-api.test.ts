import type { Socket } from 'node:net';
import { DeleteConnectionCommand, GetConnectionCommand, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.js';
import { createVerifier } from '../iam/sigv4.js';
import { createQueue, NOW_MS, signal, type TestEvent } from './gateway.test.fixture.js';
import { startTestSocket, type TestSocketApi, type TestSocketOptions } from './socket.test.fixture.js';
import { socketStack } from './stack.test.fixture.js';
import { connect, connectRaw, send } from './wire.test.fixture.js';

let running: TestSocketApi | undefined;
const rawSockets: Socket[] = [];
afterEach(async () => {
  for (const socket of rawSockets.splice(0)) socket.destroy();
  await running?.close();
});

async function start(options: TestSocketOptions = {}): Promise<TestSocketApi> {
  running = await startTestSocket(socketStack({ routes: { $connect: {}, $disconnect: {} } }), options);
  return running;
}

const idOf = (test: TestSocketApi): string => test.api.connections()[0]?.connectionId ?? '';

describe("AWS's own client against @connections", () => {
  it('posts a text message', async () => {
    const test = await start();
    const client = await connect(test.url);
    await test.management().send(new PostToConnectionCommand({ ConnectionId: idOf(test), Data: Buffer.from('{"hello":"wörld"}') }));
    expect(await client.next()).toBe('{"hello":"wörld"}');
  });

  it('posts 128 KB as one message in frames of 32 KB', async () => {
    const test = await start();
    const client = await connect(test.url);
    await test.management().send(new PostToConnectionCommand({ ConnectionId: idOf(test), Data: Buffer.from('é'.repeat(65_536)) }));
    expect(await client.next()).toBe('é'.repeat(65_536));
  });

  it('cuts a message into frames of 32 KB on the wire', async () => {
    const test = await start();
    const socket = await connectRaw(test.url);
    rawSockets.push(socket);
    const received: Buffer[] = [];
    const bytes = (count: number): Promise<Buffer> =>
      new Promise((resolve) => {
        const check = (): void => {
          const all = Buffer.concat(received);
          if (all.length >= count) resolve(all);
        };
        socket.on('data', check);
        check();
      });
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    const headBytes = (await bytes(1)).indexOf('\r\n\r\n') + 4;
    await test.management().send(new PostToConnectionCommand({ ConnectionId: idOf(test), Data: Buffer.alloc(70_000, 'x') }));
    const frames = (await bytes(headBytes + 70_000 + 12)).subarray(headBytes);
    expect([...frames.subarray(0, 4)]).toEqual([0x01, 126, 0x80, 0x00]);
    expect([...frames.subarray(32_772, 32_776)]).toEqual([0x00, 126, 0x80, 0x00]);
    expect([...frames.subarray(65_544, 65_548)]).toEqual([0x80, 126, 0x11, 0x70]);
  });

  it('posts an empty message', async () => {
    const test = await start();
    const client = await connect(test.url);
    await test.management().send(new PostToConnectionCommand({ ConnectionId: idOf(test), Data: new Uint8Array() }));
    expect(await client.next()).toBe('');
  });

  it('gets when and from where a client connected and was last active', async () => {
    const test = await start();
    const client = await connect(test.url, [], { 'User-Agent': 'tests' });
    await test.clock.advance(60_000);
    await test.management().send(new PostToConnectionCommand({ ConnectionId: idOf(test), Data: Buffer.from('x') }));
    await client.next();
    const answer = await test.management().send(new GetConnectionCommand({ ConnectionId: idOf(test) }));
    expect(answer).toMatchObject({
      ConnectedAt: new Date(NOW_MS),
      Identity: { SourceIp: '127.0.0.1', UserAgent: 'tests' },
      LastActiveAt: new Date(NOW_MS + 60_000),
    });
  });

  it('deletes a connection: the client is closed, $disconnect runs, the next post is 410', async () => {
    const events = createQueue<TestEvent>();
    const test = await start({
      handler: (event) => {
        if (event.requestContext.routeKey === '$disconnect') events.push(event);
        return { statusCode: 200 };
      },
    });
    const client = await connect(test.url);
    const ConnectionId = idOf(test);
    await test.management().send(new DeleteConnectionCommand({ ConnectionId }));
    const posting = test.management().send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.from('x') }));
    await expect(posting).rejects.toMatchObject({ name: 'GoneException', $metadata: { httpStatusCode: 410 } });
    expect((await client.closed).code).toBe(1000);
    expect((await events.next()).requestContext).toMatchObject({ connectionId: ConnectionId, disconnectStatusCode: 1000 });
  });

  it.each([
    ['an unknown id', 'AAAAAAAAAAAAAAA='],
    ['an unknown id with the rest of the alphabet', '_-AAAAAAAAAAAAA='],
  ])('gets GoneException for %s', async (_, ConnectionId) => {
    const test = await start();
    await expect(test.management().send(new GetConnectionCommand({ ConnectionId }))).rejects.toMatchObject({ name: 'GoneException' });
    await expect(test.management().send(new DeleteConnectionCommand({ ConnectionId }))).rejects.toMatchObject({ name: 'GoneException' });
  });

  it('gets GoneException for a post from inside $connect', async () => {
    const id = signal<string>();
    const finish = signal<{ statusCode: number }>();
    const test = await start({
      handler: (event) => {
        id.resolve(event.requestContext.connectionId);
        return finish.promise;
      },
    });
    const connecting = connect(test.url);
    const posting = test.management().send(new PostToConnectionCommand({ ConnectionId: await id.promise, Data: Buffer.from('x') }));
    await expect(posting).rejects.toMatchObject({ name: 'GoneException' });
    finish.resolve({ statusCode: 200 });
    await connecting;
  });

  it('gets a 400 for an id that can not be one', async () => {
    const test = await start();
    const getting = test.management().send(new GetConnectionCommand({ ConnectionId: 'not an id' }));
    await expect(getting).rejects.toMatchObject({ name: 'BadRequestException', message: 'Invalid connectionId: not an id' });
  });

  it('gets PayloadTooLargeException over 128 KB', async () => {
    const test = await start();
    await connect(test.url);
    const posting = test.management().send(new PostToConnectionCommand({ ConnectionId: idOf(test), Data: Buffer.alloc(131_073, 'x') }));
    await expect(posting).rejects.toMatchObject({ name: 'PayloadTooLargeException', $metadata: { httpStatusCode: 413 } });
  });

  it.each([
    ['a wrong signature', 'AKIAWRONG', 'InvalidSignatureException'],
    ['an unknown access key', 'AKIAUNKNOWN', 'UnrecognizedClientException'],
  ])('gets a 403 for %s', async (_, key, name) => {
    const test = await start();
    await connect(test.url);
    const posting = test.management(key).send(new PostToConnectionCommand({ ConnectionId: idOf(test), Data: Buffer.from('x') }));
    await expect(posting).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 403 } });
  });

  it('gets LimitExceededException when the client does not read', async () => {
    const test = await start();
    const socket = await connectRaw(test.url);
    rawSockets.push(socket);
    const upgraded = signal();
    socket.once('data', () => {
      socket.pause();
      upgraded.resolve();
    });
    await upgraded.promise;
    const management = test.management();
    const post = new PostToConnectionCommand({ ConnectionId: idOf(test), Data: Buffer.alloc(131_072, 'x') });
    const flood = async (): Promise<never> => {
      for (;;) await management.send(post);
    };
    await expect(flood()).rejects.toMatchObject({ name: 'LimitExceededException', $metadata: { httpStatusCode: 429 } });
  });
});

describe("the stage's own signature check behind @connections", () => {
  const verify = createVerifier(
    {
      find: (accessKeyId) =>
        accessKeyId === 'AKIAGOOD'
          ? { credentials: { accessKeyId, secretAccessKey: 'secret' }, principal: { arn: 'arn:aws:iam::123456789012:user/operator' } }
          : undefined,
    },
    systemClock,
  );

  it("accepts what AWS's client signs", async () => {
    const test = await start({ verify });
    const client = await connect(test.url);
    await test.management().send(new PostToConnectionCommand({ ConnectionId: idOf(test), Data: Buffer.from('signed') }));
    expect(await client.next()).toBe('signed');
  });

  it('refuses another secret', async () => {
    const test = await start({ verify });
    await connect(test.url);
    const client = test.management('AKIAGOOD', 'another secret');
    const posting = client.send(new PostToConnectionCommand({ ConnectionId: idOf(test), Data: Buffer.from('x') }));
    await expect(posting).rejects.toMatchObject({ name: 'InvalidSignatureException', $metadata: { httpStatusCode: 403 } });
  });
});

describe('the wire of @connections', () => {
  it('answers 403 Missing Authentication Token without a signature', async () => {
    const test = await start();
    await connect(test.url);
    const answer = await send(test.api.managementUrl, {
      method: 'POST',
      path: `/@connections/${encodeURIComponent(idOf(test))}`,
      body: 'x',
    });
    expect([answer.status, answer.json()]).toEqual([403, { message: 'Missing Authentication Token' }]);
    expect(answer.headers['x-amzn-errortype']).toEqual(['MissingAuthenticationTokenException']);
  });

  const signed = { authorization: 'AWS4-HMAC-SHA256 Credential=AKIAGOOD/20231114/eu-central-1/execute-api/aws4_request, Signature=x' };

  it('accepts the path without the stage', async () => {
    const test = await start();
    await connect(test.url);
    const answer = await send(new URL(test.api.managementUrl).origin, {
      path: `/@connections/${encodeURIComponent(idOf(test))}`,
      headers: signed,
    });
    expect(answer.json()).toEqual({
      connectedAt: '2023-11-14T22:13:20.123Z',
      identity: { sourceIp: '127.0.0.1' },
      lastActiveAt: '2023-11-14T22:13:20.123Z',
    });
  });

  it('answers 410 with an empty body', async () => {
    const test = await start();
    const answer = await send(test.api.managementUrl, { path: '/@connections/AAAAAAAAAAAAAAA%3D', headers: signed });
    expect([answer.status, answer.body.length]).toEqual([410, 0]);
    expect(answer.headers['x-amzn-errortype']).toEqual(['GoneException']);
  });

  it.each([
    ['another service', 'eu-central-1/dynamodb'],
    ['another region', 'us-east-1/execute-api'],
  ])('refuses credentials scoped to %s', async (_, scope) => {
    const test = await start();
    const headers = { authorization: `AWS4-HMAC-SHA256 Credential=AKIAGOOD/20231114/${scope}/aws4_request, Signature=x` };
    const answer = await send(test.api.managementUrl, { path: '/@connections/AAAAAAAAAAAAAAA%3D', headers });
    expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([403, ['InvalidSignatureException']]);
  });

  it('answers 403 for a method it does not have and for another stage', async () => {
    const test = await start();
    expect((await send(test.api.managementUrl, { method: 'PUT', path: '/@connections/AAAAAAAAAAAAAAA%3D', headers: signed })).status).toBe(
      403,
    );
    expect(
      (await send(new URL(test.api.managementUrl).origin, { path: '/dev/@connections/AAAAAAAAAAAAAAA%3D', headers: signed })).status,
    ).toBe(403);
  });
});
