import type { AppContract } from '@org/gateway-contract';
import type { ContractRouter } from '@org/gateway-core/trpc';
import { createTRPCClient, TRPCClientError } from '@trpc/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeServer, startFakeServer } from '../fake-server.fixture.js';
import { event, failed, nextFrame, started, stopped } from '../socket/socket-client.fixture.js';
import { gatewayLink } from './gateway-link.js';

let server: FakeServer;
beforeEach(async () => {
  server = await startFakeServer();
});
afterEach(() => server.close());

const client = () => createTRPCClient<ContractRouter<AppContract>>({ links: [gatewayLink({ url: server.url })] });

describe('a stock tRPC client over gatewayLink', () => {
  it('batches per service, which its own links cannot', async () => {
    server.answer(({ target }) => ({
      body: target.includes('batch')
        ? '[{"result":{"data":{"folders":[]}}},{"result":{"data":{"id":"a"}}}]'
        : '{"result":{"data":{"status":"ok"}}}',
    }));
    const trpc = client();
    const [folders, document, health] = await Promise.all([
      trpc.documents.folders.query(),
      trpc.documents.get.query({ id: 'a' }),
      trpc.system.health.query(),
    ]);
    expect([folders, document.id, health.status]).toEqual([{ folders: [] }, 'a', 'ok']);
    expect(server.requests.map(({ target }) => target).sort()).toEqual([
      '/prod/rpc/documents/folders,get?batch=1&input={"1":{"id":"a"}}',
      '/prod/rpc/system/health',
    ]);
  });

  it('gets declared errors with their data', async () => {
    server.answer(() => ({
      status: 404,
      body: '{"error":{"message":"gone","code":-32004,"data":{"code":"NOT_FOUND","httpStatus":404,"path":"documents.remove","error":"NOT_FOUND","details":{"id":"a"}}}}',
    }));
    const error = await client()
      .documents.remove.mutate({ id: 'a' })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TRPCClientError);
    expect(error).toMatchObject({
      message: 'gone',
      shape: { code: -32004, message: 'gone' },
      data: { code: 'NOT_FOUND', httpStatus: 404, path: 'documents.remove', error: 'NOT_FOUND', details: { id: 'a' } },
      cause: { name: 'GatewayError' },
    });
  });

  it('gets a network failure as a cause without a shape', async () => {
    server.answer(() => 'reset');
    await expect(client().documents.folders.query()).rejects.toMatchObject({ data: undefined, cause: { code: 'NETWORK_ERROR' } });
  });

  it('aborts a call by its signal', async () => {
    server.answer(() => 'never');
    const controller = new AbortController();
    const call = client().documents.folders.query(undefined, { signal: controller.signal });
    await server.seen(1);
    controller.abort();
    await expect(call).rejects.toMatchObject({ data: { code: 'CLIENT_CLOSED_REQUEST', httpStatus: 499 } });
    await server.requests[0]?.aborted;
  });

  it('passes options of a call in its context', async () => {
    server.answer(({ headers }) => ({ body: JSON.stringify({ result: { data: headers['x-tenant'] } }) }));
    const context = { gateway: { headers: { 'x-tenant': 'a' } } };
    expect(await client().documents.folders.query(undefined, { context })).toBe('a');
  });

  it('subscribes with tracked events that survive a reconnect, and stops', async () => {
    const events: unknown[] = [];
    const waiters: (() => void)[] = [];
    const states: string[] = [];
    const subscription = client().documents.changes.subscribe(
      { folder: 'inbox' },
      {
        onData: ({ id, data }) => {
          events.push([id, data]);
          waiters.shift()?.();
        },
        onConnectionStateChange: ({ state }) => states.push(state),
      },
    );
    const received = () => new Promise<void>((resolve) => waiters.push(resolve));
    const first = await server.peer();
    await first.next();
    const one = received();
    first.send(started(1), event(1, 'e1.1', 'one'));
    await one;
    first.close(1001);
    const second = await server.peer();
    expect((await nextFrame(second)).params.lastEventId).toBe('e1.1');
    const two = received();
    second.send(started(1), event(1, 'e1.1', 'one'), event(1, 'e1.2', 'two'));
    await two;
    expect(events).toEqual([
      ['e1.1', 'one'],
      ['e1.2', 'two'],
    ]);
    subscription.unsubscribe();
    expect((await nextFrame(second)).method).toBe('subscription.stop');
    expect(states).toEqual(['connecting', 'pending', 'connecting', 'connecting', 'pending']);
  });

  it('reads a subscription with for await, and ends when the server does', async () => {
    const seen: string[] = [];
    const loop = (async () => {
      for await (const { id } of client().documents.changes.subscribe({})) seen.push(id);
    })();
    (await server.peer()).send(started(1), event(1, 'e1.1'), stopped(1));
    await loop;
    expect(seen).toEqual(['e1.1']);
  });

  it('gets the error of a subscription', async () => {
    const error = new Promise<unknown>((resolve) => {
      client().documents.changes.subscribe({}, { onData: () => {}, onError: resolve });
    });
    (await server.peer()).send(failed(1, 'PRECONDITION_FAILED', 412));
    expect(await error).toMatchObject({ data: { code: 'PRECONDITION_FAILED', httpStatus: 412, path: 'documents.changes' } });
  });

  it('gets what hinders a subscription from opening as its error', async () => {
    const error = new Promise<unknown>((resolve) => {
      client().documents.changes.subscribe({ folder: '€'.repeat(10_500) }, { onError: resolve });
    });
    expect(await error).toMatchObject({ data: { code: 'PAYLOAD_TOO_LARGE', httpStatus: 413 } });
  });
});
