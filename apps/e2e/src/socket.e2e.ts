/** The WebSocket API frame by frame; titles name PROTOCOL.md's rules. */

import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { createGatewayClient } from '@org/gateway-client';
import type { ContractRouter } from '@org/gateway-client/trpc';
import type { AppContract } from '@org/gateway-contract';
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { WebSocket } from 'ws';
import { freshName } from './names.js';
import { type RawSocket, rawSocket } from './raw-socket.js';
import { signedIn } from './sign-in.js';

const { restUrl, socketUrl, operator, local } = inject('stage');
const gateway = createGatewayClient({ url: restUrl, socketUrl, ...signedIn() });

const open: RawSocket[] = [];
const connect = async (query = '') => {
  const socket = await rawSocket(`${socketUrl}${query}`);
  open.push(socket);
  return socket;
};
const answerTo = (socket: RawSocket, id: unknown) => socket.next((frame) => 'id' in frame && frame.id === id);
const whoami = (id: number | string) => ({ id, method: 'query', params: { path: 'system.whoami', input: {} } });

afterEach(async () => {
  await Promise.all(open.splice(0).map((socket) => socket.close()));
});

describe('frames', () => {
  it('P3.2 routes a frame with svc straight to its service', async () => {
    const socket = await connect();
    socket.send({ ...whoami(1), svc: 'system' });
    expect(await answerTo(socket, 1)).toMatchObject({ result: { type: 'data', data: { transport: 'socket', user: null } } });
  });

  it('P3.2 passes a frame without svc on to its service', async () => {
    const socket = await connect();
    socket.send(whoami('text id'));
    expect(await answerTo(socket, 'text id')).toMatchObject({ result: { type: 'data' } });
  });

  it('P3.3 answers an array with one frame per id, across services', async () => {
    const socket = await connect();
    socket.send([
      whoami(1),
      { id: 2, method: 'query', params: { path: 'documents.get', input: { id: 'nothing-here' } } },
      { id: 3, method: 'query', params: { path: 'nowhere.at.all' } },
    ]);
    expect(await answerTo(socket, 1)).toHaveProperty('result');
    expect(await answerTo(socket, 2)).toMatchObject({ error: { data: { code: 'NOT_FOUND', details: { id: 'nothing-here' } } } });
    expect(await answerTo(socket, 3)).toMatchObject({ error: { data: { code: 'NOT_FOUND' } } });
    expect(socket.frames).toHaveLength(3);
  });

  it('P3.4 answers PING with PONG', async () => {
    const socket = await connect();
    socket.send('PING');
    expect(await socket.next(({ text }) => text === 'PONG')).toEqual({ text: 'PONG' });
  });

  it.each([
    ['text that is no JSON', '{"id":', 'PARSE_ERROR', null],
    ['a message without id', { method: 'query', params: { path: 'system.health' } }, 'BAD_REQUEST', null],
    ['an unknown method', { id: 9, method: 'shout', params: { path: 'system.health' } }, 'BAD_REQUEST', 9],
    ['an empty array', '[]', 'BAD_REQUEST', null],
    ['a subscription called as a query', { id: 9, method: 'query', params: { path: 'documents.changes' } }, 'METHOD_NOT_SUPPORTED', 9],
  ])('P3.4 answers %s with an error frame and stays open', async (_, frame, code, id) => {
    const socket = await connect();
    socket.send(frame);
    expect(await answerTo(socket, id)).toMatchObject({ error: { data: { code } } });
    socket.send('PING');
    expect(await socket.next(({ text }) => text === 'PONG')).toBeDefined();
  });

  it('P3.1 a frame over 32 KB closes the connection with 1009', async () => {
    const socket = await connect();
    socket.send(`"${'x'.repeat(33 * 1024)}"`);
    expect(await socket.closed).toBe(1009);
  });

  it('P3.15 a binary frame closes the connection with 1003', async () => {
    const socket = await connect();
    socket.send(new Uint8Array([1, 2, 3]));
    expect(await socket.closed).toBe(1003);
  });

  it('P3.6 a call sent right behind the connection parameters sees them', async () => {
    for (let round = 0; round < 10; round += 1) {
      const socket = await connect('?connectionParams=1');
      socket.send({ method: 'connectionParams', data: { tenant: `t${round}` } });
      socket.send(whoami(1));
      expect(await answerTo(socket, 1)).toMatchObject({ result: { data: { connection: { params: { tenant: `t${round}` } } } } });
    }
  });

  it('P3.10 a stop that overtakes its subscription wins', async () => {
    const folder = freshName('folder');
    const socket = await connect();
    socket.send({ id: 5, method: 'subscription.stop' });
    expect(await answerTo(socket, 5)).toMatchObject({ result: { type: 'stopped' } });
    socket.send({ id: 5, svc: 'documents', method: 'subscription', params: { path: 'documents.changes', input: { folder } } });
    expect(await socket.next((frame) => frame.id === 5 && frame !== socket.frames[0])).toMatchObject({ result: { type: 'stopped' } });
    // Frames of one connection are sent one after the other: when the second event has reached a witness, the first would be here too.
    socket.send({ id: 6, svc: 'documents', method: 'subscription', params: { path: 'documents.changes', input: { folder } } });
    await answerTo(socket, 6);
    for (const title of ['first', 'second']) await gateway.documents.save.mutate({ folder, title, body: 'b' });
    await socket.next((frame) => frame.id === 6 && JSON.stringify(frame).includes('"second"'));
    expect(socket.frames.filter((frame) => frame.id === 5)).toHaveLength(2);
  });

  it('P3.5 a second subscription under an open id is refused and leaves the first one alone', async () => {
    const folder = freshName('folder');
    const subscription = { id: 1, svc: 'documents', method: 'subscription', params: { path: 'documents.changes', input: { folder } } };
    const socket = await connect();
    socket.send(subscription);
    expect(await answerTo(socket, 1)).toMatchObject({ result: { type: 'started' } });
    socket.send(subscription);
    expect(await socket.next((frame) => 'error' in frame)).toMatchObject({ id: 1, error: { data: { code: 'BAD_REQUEST' } } });
    await gateway.documents.save.mutate({ folder, title: 'still here', body: 'b' });
    expect(await socket.next((frame) => (frame.result as { type?: string } | undefined)?.type === 'data')).toMatchObject({ id: 1 });
  });
});

describe('a stock client', () => {
  it('keeps its connection alive with PING and PONG', async () => {
    let pongs = 0;
    let heardThree = () => {};
    const alive = new Promise<void>((resolve) => {
      heardThree = resolve;
    });
    class CountingWebSocket extends WebSocket {
      constructor(url: string) {
        super(url);
        this.on('message', (data) => {
          if (String(data) === 'PONG') pongs += 1;
          if (pongs === 3) heardThree();
        });
      }
    }
    const client = createWSClient({
      url: socketUrl,
      WebSocket: CountingWebSocket as unknown as typeof globalThis.WebSocket,
      keepAlive: { enabled: true, intervalMs: 50, pongTimeoutMs: 10_000 },
    });
    const trpc = createTRPCClient<ContractRouter<AppContract>>({ links: [wsLink({ client })] });
    const before = await trpc.system.whoami.query({});
    await alive;
    const after = await trpc.system.whoami.query({});
    expect(after.connection?.id).toBe(before.connection?.id);
    await client.close();
  });

  it('sends its connection parameters and finds them on every call', async () => {
    const client = createWSClient({
      url: socketUrl,
      WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
      connectionParams: async () => ({ tenant: 'acme' }),
    });
    const trpc = createTRPCClient<ContractRouter<AppContract>>({ links: [wsLink({ client })] });
    const answers = await Promise.all([trpc.system.whoami.query({}), trpc.system.whoami.query({ tag: ['x'] })]);
    expect(answers.map((answer) => answer.connection?.params)).toEqual([{ tenant: 'acme' }, { tenant: 'acme' }]);
    await client.close();
  });

  it.runIf(local)('moves to a new connection when the server asks, without losing an event', async () => {
    const folder = freshName('folder');
    const client = createWSClient({ url: socketUrl, WebSocket: WebSocket as unknown as typeof globalThis.WebSocket });
    const trpc = createTRPCClient<ContractRouter<AppContract>>({ links: [wsLink({ client })] });
    const seen: string[] = [];
    let started = () => {};
    let arrived = () => {};
    const firstStart = new Promise<void>((resolve) => {
      started = resolve;
    });
    const subscription = trpc.documents.changes.subscribe(
      { folder },
      {
        onStarted: () => started(),
        onData: (event) => {
          seen.push(event.data.document.title);
          arrived();
        },
      },
    );
    await firstStart;
    const before = await trpc.system.whoami.query({});
    const management = new ApiGatewayManagementApiClient({
      endpoint: socketUrl.replace(/^ws/, 'http'),
      region: 'us-east-1',
      credentials: operator as NonNullable<typeof operator>,
    });
    const save = (title: string) => gateway.documents.save.mutate({ folder, title, body: 'b' });
    await save('before');
    await management.send(new PostToConnectionCommand({ ConnectionId: before.connection?.id, Data: '{"id":null,"method":"reconnect"}' }));
    for (const title of ['during 1', 'during 2', 'during 3']) await save(title);
    let after = before;
    while (after.connection?.id === before.connection?.id) after = await trpc.system.whoami.query({});
    await save('after');
    await new Promise<void>((resolve) => {
      arrived = () => seen.includes('after') && resolve();
      arrived();
    });
    expect(seen).toEqual(['before', 'during 1', 'during 2', 'during 3', 'after']);
    subscription.unsubscribe();
    await client.close();
    management.destroy();
  });
});
