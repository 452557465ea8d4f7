import type { AppContract } from '@org/gateway-contract';
import type { ContractRouter } from '@org/gateway-core/trpc';
import { createTRPCClient, createWSClient, type TRPCClientError, wsLink } from '@trpc/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type FakeServer, type Peer, startFakeServer } from '../fake-server.fixture.js';
import { data, event, nextFrame, RECONNECT, started } from '../socket/socket-client.fixture.js';
import { gatewayEncoder } from './encoder.js';

let server: FakeServer;
const open: ReturnType<typeof createWSClient>[] = [];
beforeEach(async () => {
  server = await startFakeServer();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()));
  await server.close();
});

function stockClient() {
  const client = createWSClient({
    url: server.url.replace('http', 'ws'),
    WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
    experimental_encoder: gatewayEncoder(),
    retryDelayMs: () => 0,
  });
  open.push(client);
  return createTRPCClient<ContractRouter<AppContract>>({ links: [wsLink({ client })] });
}

/** A subscription of a stock client, and what reaches its application. */
function follow() {
  const ids: string[] = [];
  const errors: unknown[] = [];
  const waiting = new Set<() => void>();
  const changed = () => {
    for (const check of waiting) check();
  };
  const until = (done: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (done() && waiting.delete(check)) resolve();
      };
      waiting.add(check);
      check();
    });
  const trpc = stockClient();
  const subscription = trpc.documents.changes.subscribe(
    { folder: 'inbox' },
    {
      onData: ({ id }) => {
        ids.push(id);
        changed();
      },
      onError: (error: TRPCClientError<ContractRouter<AppContract>>) => {
        errors.push(error);
        changed();
      },
    },
  );
  return { ids, errors, trpc, stop: subscription.unsubscribe, received: (count: number) => until(() => ids.length >= count), until };
}

/** The next subscription a peer is asked for; a moving client stops what it has left. */
async function resumed(peer: Peer): Promise<{ readonly id: number; readonly from: string | undefined }> {
  const { id, params } = await nextFrame(peer);
  return { id, from: params.lastEventId };
}

describe('what a stock wsLink sends', () => {
  it('names the service of a single frame, and of a stop (P3.2)', async () => {
    const { trpc, stop } = follow();
    const peer = await server.peer();
    expect(await nextFrame(peer)).toMatchObject({ id: 1, method: 'subscription', svc: 'documents' });
    peer.send(started(1));
    const call = trpc.documents.folders.query();
    expect(await nextFrame(peer)).toMatchObject({ id: 2, method: 'query', svc: 'documents' });
    peer.send(data(2, { folders: [] }));
    await call;
    stop();
    expect(await peer.next()).toBe('{"id":1,"method":"subscription.stop","svc":"documents"}');
  });

  it('leaves arrays as they are: they have no field to route by', async () => {
    const trpc = stockClient();
    const calls = Promise.all([trpc.documents.folders.query(), trpc.system.health.query()]);
    const peer = await server.peer();
    expect(JSON.parse(await peer.next())).toEqual([
      { id: 1, method: 'query', params: { path: 'documents.folders' } },
      { id: 2, method: 'query', params: { path: 'system.health' } },
    ]);
    peer.send(data(1, { folders: [] }), data(2, { status: 'ok' }));
    await calls;
  });
});

describe('what reaches the application of a stock wsLink', () => {
  it('an event that comes twice, or again late, is delivered once', async () => {
    const { ids, received } = follow();
    const peer = await server.peer();
    await peer.next();
    peer.send(started(1, 'e1.0'), event(1, 'e1.1'), event(1, 'e1.1'), event(1, 'e1.2'), event(1, 'e1.1'), event(1, 'e1.3'));
    await received(3);
    expect(ids).toEqual(['e1.1', 'e1.2', 'e1.3']);
  });

  it('a hole is filled by moving to a new connection, and the old one is left', async () => {
    const { ids, received } = follow();
    const first = await server.peer();
    await first.next();
    first.send(started(1, 'e1.0'), event(1, 'e1.1'), event(1, 'e1.4'), event(1, 'e1.5'));
    const second = await server.peer();
    expect(await resumed(second)).toEqual({ id: 1, from: 'e1.1' });
    second.send(started(1, 'e1.1'), event(1, 'e1.2'), event(1, 'e1.3'), event(1, 'e1.4'), event(1, 'e1.5'));
    await received(5);
    expect(ids).toEqual(['e1.1', 'e1.2', 'e1.3', 'e1.4', 'e1.5']);
    expect(await first.next()).toBe('{"id":1,"method":"subscription.stop","svc":"documents"}');
    expect(await first.next()).toBe('PING');
    first.send('PONG');
    expect(await first.closed).toBe(1005);
  });

  it('a loss before the first event is noticed, since the place it started at is known (P3.7)', async () => {
    const { ids, received } = follow();
    const first = await server.peer();
    await first.next();
    first.send(started(1, 'e1.6'), event(1, 'e1.8'));
    const second = await server.peer();
    expect(await resumed(second)).toEqual({ id: 1, from: 'e1.6' });
    second.send(started(1, 'e1.6'), event(1, 'e1.7'), event(1, 'e1.8'));
    await received(2);
    expect(ids).toEqual(['e1.7', 'e1.8']);
  });

  it('late events of a connection that was left are not taken for delivered', async () => {
    const { ids, received, trpc } = follow();
    const first = await server.peer();
    await first.next();
    first.send(started(1, 'e1.0'), event(1, 'e1.1'), RECONNECT);
    const second = await server.peer();
    await second.next();
    second.send(started(1, 'e1.1'));
    // The link has left the first connection once it stops there; then two events still come from it.
    await first.next();
    first.send(event(1, 'e1.2'), event(1, 'e1.3'));
    first.send('PONG');
    await first.closed;
    second.send(event(1, 'e1.2'), event(1, 'e1.3'), event(1, 'e1.4'));
    await received(4);
    expect(ids).toEqual(['e1.1', 'e1.2', 'e1.3', 'e1.4']);
    const call = trpc.documents.folders.query();
    expect((await nextFrame(second)).method).toBe('query');
    second.send(data(2, {}));
    await call;
  });

  it('nothing, and no new connection, comes of events after the subscription was stopped', async () => {
    const { ids, received, stop, trpc } = follow();
    const peer = await server.peer();
    await peer.next();
    peer.send(started(1, 'e1.0'), event(1, 'e1.1'));
    await received(1);
    stop();
    await peer.next();
    peer.send(event(1, 'e1.2'), event(1, 'e1.3'), event(1, 'e1.9'));
    const call = trpc.documents.folders.query();
    expect((await nextFrame(peer)).method).toBe('query');
    peer.send(data(2, {}));
    await call;
    expect(ids).toEqual(['e1.1']);
  });

  it('the same after its connection broke', async () => {
    const { received, stop, trpc } = follow();
    const first = await server.peer();
    await first.next();
    first.send(started(1, 'e1.0'), event(1, 'e1.1'));
    await received(1);
    first.reset();
    const second = await server.peer();
    expect(await resumed(second)).toEqual({ id: 1, from: 'e1.1' });
    second.send(started(1, 'e1.1'), event(1, 'e1.2'));
    await received(2);
    stop();
    await second.next();
    second.send(event(1, 'e1.9'));
    const call = trpc.documents.folders.query();
    expect((await nextFrame(second)).method).toBe('query');
    second.send(data(2, {}));
    await call;
  });

  it('a hole that five connections do not fill ends in an error that says so', async () => {
    const { ids, errors, until } = follow();
    let peer = await server.peer();
    await peer.next();
    peer.send(started(1, 'e1.0'), event(1, 'e1.1'), event(1, 'e1.3'));
    for (let connection = 1; connection <= 5; connection += 1) {
      peer = await server.peer();
      expect(await resumed(peer)).toEqual({ id: 1, from: 'e1.1' });
      peer.send(started(1, 'e1.1'), event(1, 'e1.3'));
    }
    await until(() => errors.length > 0);
    expect(ids).toEqual(['e1.1']);
    expect(errors).toMatchObject([
      {
        message:
          '[PRECONDITION_FAILED] documents.changes has a hole: got e1.3 after e1.1 on 5 connections in a row; begin anew without lastEventId',
        data: { code: 'PRECONDITION_FAILED', httpStatus: 412, path: 'documents.changes' },
      },
    ]);
  });

  it('ids of another epoch or another kind are handed on as they come', async () => {
    const { ids, received } = follow();
    const peer = await server.peer();
    await peer.next();
    peer.send(started(1, 'e1.4'), event(1, 'e2.9'), event(1, 'e2.11x'), event(1, 'e3.1'));
    await received(3);
    expect(ids).toEqual(['e2.9', 'e2.11x', 'e3.1']);
  });

  it.each(['{', '7', 'null', '[]', '"reconnect"', '{"message":"Internal server error","connectionId":"a=","requestId":"b"}'])(
    'a frame that answers nothing is ignored: %s (P3.12)',
    async (frame) => {
      const { ids, received } = follow();
      const peer = await server.peer();
      await peer.next();
      peer.send(started(1, 'e1.0'), frame, event(1, 'e1.1'));
      await received(1);
      expect(ids).toEqual(['e1.1']);
    },
  );
});
