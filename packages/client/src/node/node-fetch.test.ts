import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeServer, startFakeServer } from '../fake-server.fixture.js';
import { createHttpClient } from '../http/index.js';
import { type NodeFetch, nodeFetch } from './node-fetch.js';

let server: FakeServer;
let transport: NodeFetch;
beforeEach(async () => {
  server = await startFakeServer();
  transport = nodeFetch({ maxConnections: 1 });
});
afterEach(async () => {
  transport.close();
  await server.close();
});

const client = () => createHttpClient({ url: server.url, fetch: transport, retries: 0 });

describe('the transport for Node', () => {
  it('carries queries and mutations, texts of any language, and headers', async () => {
    server.answer(({ body, target, headers }) => ({
      body: JSON.stringify({ result: { data: { body, target, type: headers['content-type'] } } }),
    }));
    await expect(client().documents.get.query({ id: 'Grüße 👋' })).resolves.toEqual({
      body: '',
      target: '/prod/rpc/documents/get?input={"id":"Grüße 👋"}',
      type: undefined,
    });
    await expect(client().documents.remove.mutate({ id: 'Grüße 👋' })).resolves.toEqual({
      body: '{"id":"Grüße 👋"}',
      target: '/prod/rpc/documents/remove',
      type: 'application/json',
    });
  });

  it('keeps its connections', async () => {
    server.answer(() => ({ body: '{"result":{}}' }));
    await client().documents.folders.query();
    await client().documents.folders.query();
    expect(server.requests[1]?.headers.connection).toBe('keep-alive');
    expect(server.connections()).toBe(1);
  });

  it('gives typed errors with the ids of the answer', async () => {
    server.answer(() => ({ status: 502, headers: { 'x-request-id': 'req-1' }, body: '<html>' }));
    await expect(client().documents.folders.query()).rejects.toMatchObject({ code: 'BAD_GATEWAY', requestId: 'req-1' });
  });

  it('fails with NETWORK_ERROR and the socket’s error when the connection breaks', async () => {
    server.answer(() => 'reset');
    await expect(client().documents.folders.query()).rejects.toMatchObject({
      code: 'NETWORK_ERROR',
      cause: { message: 'fetch failed', cause: { code: 'UND_ERR_SOCKET' } },
    });
  });

  it('hangs up when nobody waits any more', async () => {
    server.answer(() => 'never');
    const controller = new AbortController();
    const call = client().documents.folders.query(undefined, { signal: controller.signal });
    await server.seen(1);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'CLIENT_CLOSED_REQUEST' });
    await server.requests[0]?.aborted;
  });
});
