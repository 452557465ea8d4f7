import { createHash } from 'node:crypto';
import { GatewayError } from '@org/gateway-core/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallStarter } from './call.js';
import { createGatewayClient } from './create-client.js';
import { fakeClock } from './fake-clock.fixture.js';
import { type FakeServer, startFakeServer } from './fake-server.fixture.js';
import type { GatewayClientOptions } from './options.js';

let server: FakeServer;

beforeEach(async () => {
  server = await startFakeServer();
});

afterEach(() => server.close());

const client = (options: Partial<GatewayClientOptions> = {}) => createGatewayClient({ url: server.url, ...options });

const SUMMARY = {
  id: 'a',
  folder: 'inbox',
  title: 'A',
  bytes: 5,
  version: 1,
  createdAtMs: 1_700_000_000_123,
  updatedAtMs: 1_700_000_000_123,
};
const DOCUMENT = { ...SUMMARY, body: 'hello' };

describe('a single call', () => {
  it('sends a query as GET with its input in the URL and no batch parameter (P2.1)', async () => {
    server.answer(() => ({ body: JSON.stringify({ result: { data: DOCUMENT } }) }));
    await expect(client().documents.get.query({ id: 'a' })).resolves.toEqual(DOCUMENT);
    expect(server.requests[0]).toMatchObject({ method: 'GET', target: '/prod/rpc/documents/get?input={"id":"a"}', body: '' });
    expect(server.requests[0]?.headers['content-type']).toBeUndefined();
  });

  it('sends a mutation as POST with its input as JSON body (P2.1)', async () => {
    server.answer(() => ({ body: '{"result":{"data":{"id":"a"}}}' }));
    await expect(client().documents.remove.mutate({ id: 'a' })).resolves.toEqual({ id: 'a' });
    expect(server.requests[0]).toMatchObject({ method: 'POST', target: '/prod/rpc/documents/remove', body: '{"id":"a"}' });
    expect(server.requests[0]?.headers['content-type']).toBe('application/json');
  });

  it('leaves out the input parameter when there is no input (P2.1)', async () => {
    server.answer(() => ({ body: '{"result":{"data":{"folders":[]}}}' }));
    await client().documents.folders.query();
    expect(server.requests[0]?.target).toBe('/prod/rpc/documents/folders');
  });

  it('resolves with undefined when the answer has no data (P2.2)', async () => {
    server.answer(() => ({ body: '{"result":{}}' }));
    await expect(client().documents.remove.mutate({ id: 'a' })).resolves.toBeUndefined();
  });

  it('P2.14 follows the reference to a result that is too large for an answer, and checks what it finds', async () => {
    const data = JSON.stringify(DOCUMENT);
    const sha256 = createHash('sha256').update(data).digest('hex');
    const ref = { url: `${server.url}/large`, bytes: data.length, sha256 };
    let stored = data;
    server.answer(({ target }) => ({ body: target === '/prod/large' ? stored : JSON.stringify({ result: { ref } }) }));
    await expect(client().documents.get.query({ id: 'a' })).resolves.toEqual(DOCUMENT);
    expect(server.requests[0]?.headers.accept).toBe('application/json;gw=2');
    stored = data.replace('hello', 'jello');
    await expect(client().documents.get.query({ id: 'a' })).rejects.toMatchObject({
      code: 'NETWORK_ERROR',
      message: '[NETWORK_ERROR] documents.get got no answer: it is not what was announced',
    });
  });

  it('takes a url with a slash at its end', async () => {
    server.answer(() => ({ body: '{"result":{}}' }));
    await createGatewayClient({ url: `${server.url}/` }).system.health.query();
    expect(server.requests[0]?.target).toBe('/prod/rpc/system/health');
  });

  it('escapes what a URL cannot carry', async () => {
    server.answer(() => ({ body: '{"result":{}}' }));
    await client().system.whoami.query({ tag: ['a&b=c', 'Grüße 👋', '50%'] });
    expect(server.requests[0]?.rawTarget).toMatch(/^[\x21-\x7e]+$/);
    expect(server.requests[0]?.target).toBe('/prod/rpc/system/whoami?input={"tag":["a&b=c","Grüße 👋","50%"]}');
  });

  it('refuses a missing url at once', () => {
    expect(() => createGatewayClient({ url: undefined as unknown as string })).toThrow("url is undefined, expected the API's");
  });

  it('rejects an input that JSON cannot carry', async () => {
    const cycle: Record<string, unknown> = {};
    cycle.id = cycle;
    await expect(client().documents.get.query(cycle as { id: string })).rejects.toThrow(TypeError);
    expect(server.requests).toHaveLength(0);
  });
});

describe('batches', () => {
  it('gathers the queries of one tick and service, and answers each in its place (P2.5)', async () => {
    server.answer(() => ({ body: '[{"result":{"data":1}},{"result":{"data":2}},{"result":{"data":3}}]' }));
    const gateway = client();
    const calls = [gateway.documents.get.query({ id: 'a' }), gateway.documents.folders.query(), gateway.documents.get.query({ id: 'b' })];
    await expect(Promise.all(calls)).resolves.toEqual([1, 2, 3]);
    expect(server.requests.map((request) => request.target)).toEqual([
      '/prod/rpc/documents/get,folders,get?batch=1&input={"0":{"id":"a"},"2":{"id":"b"}}',
    ]);
  });

  it('sends a batch of mutations as one POST (P2.5)', async () => {
    server.answer(() => ({ body: '[{"result":{"data":{"id":"a"}}},{"result":{"data":{"id":"b"}}}]' }));
    const gateway = client();
    await Promise.all([gateway.documents.remove.mutate({ id: 'a' }), gateway.documents.remove.mutate({ id: 'b' })]);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      target: '/prod/rpc/documents/remove,remove?batch=1',
      body: '{"0":{"id":"a"},"1":{"id":"b"}}',
    });
  });

  it('never mixes services or kinds', async () => {
    server.answer(() => ({ body: '{"result":{}}' }));
    const gateway = client();
    await Promise.all([gateway.documents.folders.query(), gateway.system.health.query(), gateway.documents.remove.mutate({ id: 'a' })]);
    expect(server.requests.map((request) => request.target).sort()).toEqual([
      '/prod/rpc/documents/folders',
      '/prod/rpc/documents/remove',
      '/prod/rpc/system/health',
    ]);
  });

  it('never mixes services, whatever their names end with', async () => {
    server.answer(() => ({ body: '{"result":{}}' }));
    const services = client() as unknown as Record<'v' | 'v1', Record<'get', { readonly query: CallStarter }>>;
    await Promise.all([services.v.get.query(undefined, { timeoutMs: 15_000 }), services.v1.get.query(undefined, { timeoutMs: 5_000 })]);
    expect(server.requests.map((request) => request.target).sort()).toEqual(['/prod/rpc/v/get', '/prod/rpc/v1/get']);
  });

  it('never mixes calls of different headers, and batches those of equal ones', async () => {
    server.answer((request) => ({ body: request.target.includes('batch') ? '[{"result":{}},{"result":{}}]' : '{"result":{}}' }));
    const gateway = client({ headers: { 'x-app': 'test', 'x-tenant': 'none' } });
    await Promise.all([
      gateway.documents.get.query({ id: 'a' }),
      gateway.documents.get.query({ id: 'a' }, { headers: { 'x-tenant': 'a' } }),
      gateway.documents.get.query({ id: 'b' }, { headers: { 'x-tenant': 'a' } }),
      gateway.documents.get.query({ id: 'a' }, { headers: { 'x-tenant': 'b' } }),
    ]);
    const sent = server.requests.map(({ headers, target }) => `${headers['x-app']} ${headers['x-tenant']} ${target.includes('batch')}`);
    expect(sent.sort()).toEqual(['test a true', 'test b false', 'test none false']);
  });

  it('splits what does not fit into a URL, with no request over the limit', async () => {
    const sizes: number[] = [];
    server.answer(({ rawTarget }) => {
      sizes.push(server.url.length - '/prod'.length + rawTarget.length);
      const count = rawTarget.split('?')[0]?.split(',').length ?? 0;
      return {
        body: count === 1 ? '{"result":{"data":1}}' : JSON.stringify(Array.from({ length: count }, () => ({ result: { data: 1 } }))),
      };
    });
    const gateway = client();
    const calls = Array.from({ length: 30 }, (_, n) => gateway.system.whoami.query({ tag: ['é'.repeat(64), `${n}`] }));
    await expect(Promise.all(calls)).resolves.toHaveLength(30);
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(8_000);
  });

  it('splits more than 100 calls', async () => {
    server.answer(({ rawTarget }) => {
      const count = rawTarget.split('?')[0]?.split(',').length ?? 0;
      return { body: JSON.stringify(Array.from({ length: count }, () => ({ result: { data: count } }))) };
    });
    const gateway = client();
    const counts = await Promise.all(Array.from({ length: 101 }, (_, n) => gateway.documents.get.query({ id: `${n}` })));
    expect(server.requests).toHaveLength(2);
    expect(new Set(counts as unknown[])).toEqual(new Set([50, 51]));
  });

  it('fails one query that is too long alone, naming the limit, and sends the others', async () => {
    server.answer(() => ({ body: '{"result":{"data":"ok"}}' }));
    const gateway = client({ maxUrlLength: 300 });
    const [long, short] = await Promise.allSettled([
      gateway.documents.list.query({ cursor: 'c'.repeat(400) }),
      gateway.documents.list.query({ cursor: 'c' }),
    ]);
    expect(short).toEqual({ status: 'fulfilled', value: 'ok' });
    expect(long).toMatchObject({ reason: { code: 'PAYLOAD_TOO_LARGE', path: 'documents.list' } });
    expect((long as PromiseRejectedResult).reason.message).toMatch(
      /^\[PAYLOAD_TOO_LARGE] documents\.list makes a URL of \d+ characters, expected at most 300$/,
    );
  });

  it('settles each call of a 207 by itself (P2.6)', async () => {
    server.answer(() => ({
      status: 207,
      headers: { 'x-request-id': 'req-1' },
      body: '[{"result":{"data":1}},{"error":{"message":"no such document","code":-32004,"data":{"code":"NOT_FOUND","httpStatus":404,"path":"documents.get","error":"NOT_FOUND","details":{"id":"b"}}}}]',
    }));
    const gateway = client();
    const [first, second] = await Promise.allSettled([gateway.documents.get.query({ id: 'a' }), gateway.documents.get.query({ id: 'b' })]);
    expect(first).toEqual({ status: 'fulfilled', value: 1 });
    expect(second).toMatchObject({
      reason: {
        name: 'GatewayError',
        message: 'no such document',
        code: 'NOT_FOUND',
        error: 'NOT_FOUND',
        data: { id: 'b' },
        status: 404,
        path: 'documents.get',
        requestId: 'req-1',
      },
    });
  });

  it('fails every call with the error of a batch refused as a whole', async () => {
    server.answer(() => ({
      status: 413,
      body: '{"error":{"message":"too many","code":-32013,"data":{"code":"PAYLOAD_TOO_LARGE","httpStatus":413}}}',
    }));
    const gateway = client();
    const results = await Promise.allSettled([gateway.documents.get.query({ id: 'a' }), gateway.documents.folders.query()]);
    expect(results).toMatchObject([
      { reason: { code: 'PAYLOAD_TOO_LARGE', path: 'documents.get' } },
      { reason: { code: 'PAYLOAD_TOO_LARGE', path: 'documents.folders' } },
    ]);
  });

  it('fails the calls a short answer leaves out', async () => {
    server.answer(() => ({ body: '[{"result":{"data":1}}]' }));
    const gateway = client();
    const results = await Promise.allSettled([gateway.documents.get.query({ id: 'a' }), gateway.documents.get.query({ id: 'b' })]);
    expect(results).toMatchObject([{ value: 1 }, { reason: { code: 'INVALID_REPLY', status: 200 } }]);
  });
});

describe('headers', () => {
  it('come from a function for every request', async () => {
    let count = 0;
    const gateway = client({
      headers: async () => {
        count += 1;
        return { authorization: `Bearer ${count}` };
      },
    });
    server.answer(({ headers }) => ({ body: JSON.stringify({ result: { data: headers.authorization } }) }));
    await expect(gateway.documents.folders.query()).resolves.toBe('Bearer 1');
    await expect(gateway.documents.folders.query()).resolves.toBe('Bearer 2');
  });

  it('a function that throws fails the call and nothing is sent', async () => {
    const gateway = client({
      headers: () => {
        throw new Error('signed out');
      },
    });
    await expect(gateway.documents.folders.query()).rejects.toMatchObject({
      code: 'NETWORK_ERROR',
      message: '[NETWORK_ERROR] documents.folders got no answer: signed out',
    });
    expect(server.requests).toHaveLength(0);
  });

  it('a function that throws nothing at all fails the call too', async () => {
    await expect(client({ headers: () => Promise.reject() }).documents.folders.query()).rejects.toMatchObject({ code: 'NETWORK_ERROR' });
  });

  it('a function that throws a GatewayError fails the call with it', async () => {
    const signedOut = new GatewayError('UNAUTHORIZED', 'signed out');
    await expect(client({ headers: () => Promise.reject(signedOut) }).documents.folders.query()).rejects.toBe(signedOut);
  });
});

describe('answers that are not of the protocol', () => {
  it.each([
    [401, 'UNAUTHORIZED'],
    [403, 'FORBIDDEN'],
    [413, 'PAYLOAD_TOO_LARGE'],
    [429, 'TOO_MANY_REQUESTS'],
    [502, 'BAD_GATEWAY'],
    [503, 'SERVICE_UNAVAILABLE'],
    [504, 'GATEWAY_TIMEOUT'],
    [500, 'INVALID_REPLY'],
    [200, 'INVALID_REPLY'],
  ])('status %i becomes %s, with status and request id', async (status, code) => {
    server.answer(() => ({ status, headers: { 'x-amzn-requestid': 'aws-1' }, body: '{"message":"Something of API Gateway"}' }));
    await expect(client().documents.folders.query()).rejects.toMatchObject({ code, status, requestId: 'aws-1', path: 'documents.folders' });
  });

  it('an HTML page is quoted, not parsed', async () => {
    server.answer(() => ({ status: 502, headers: { 'content-type': 'text/html' }, body: '<html><h1>Bad Gateway</h1></html>' }));
    await expect(client().documents.folders.query()).rejects.toMatchObject({
      code: 'BAD_GATEWAY',
      message: '[BAD_GATEWAY] documents.folders got status 502 and "<html><h1>Bad Gateway</h1></html>"',
    });
  });

  it.each(['null', '[]', '"text"', '12', '', '{"error":"invalid_token"}'])('%s is INVALID_REPLY', async (body) => {
    server.answer(() => ({ body }));
    await expect(client().documents.folders.query()).rejects.toMatchObject({ code: 'INVALID_REPLY', status: 200 });
  });
});

describe('calls that end early', () => {
  it('a network failure is NETWORK_ERROR with its cause', async () => {
    server.answer(() => 'reset');
    await expect(client().documents.folders.query()).rejects.toMatchObject({ code: 'NETWORK_ERROR', cause: { message: 'fetch failed' } });
  });

  it('an abort fails only its call, and the request goes on for the others', async () => {
    const controller = new AbortController();
    const gateway = client({
      fetch: async () => {
        controller.abort(new Error('left the page'));
        return new Response('[{"result":{"data":1}},{"result":{"data":2}}]');
      },
    });
    const [aborted, other] = await Promise.allSettled([
      gateway.documents.get.query({ id: 'a' }, { signal: controller.signal }),
      gateway.documents.get.query({ id: 'b' }),
    ]);
    expect(aborted).toMatchObject({ reason: { code: 'CLIENT_CLOSED_REQUEST', cause: { message: 'left the page' } } });
    expect(other).toEqual({ status: 'fulfilled', value: 2 });
  });

  it('the request is aborted when every call of it is', async () => {
    server.answer(() => 'never');
    const first = new AbortController();
    const second = new AbortController();
    const gateway = client();
    const calls = Promise.allSettled([
      gateway.documents.get.query({ id: 'a' }, { signal: first.signal }),
      gateway.documents.get.query({ id: 'b' }, { signal: second.signal }),
    ]);
    await server.seen(1);
    first.abort();
    second.abort();
    await expect(calls).resolves.toMatchObject([
      { reason: { code: 'CLIENT_CLOSED_REQUEST' } },
      { reason: { code: 'CLIENT_CLOSED_REQUEST' } },
    ]);
    await server.requests[0]?.aborted;
  });

  it('a call aborted before its batch leaves is not sent', async () => {
    server.answer(() => ({ body: '{"result":{}}' }));
    const controller = new AbortController();
    const gateway = client();
    const aborted = gateway.documents.get.query({ id: 'a' }, { signal: controller.signal });
    const other = gateway.documents.get.query({ id: 'b' });
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'CLIENT_CLOSED_REQUEST' });
    await other;
    expect(server.requests.map(({ target }) => target)).toEqual(['/prod/rpc/documents/get?input={"id":"b"}']);
  });

  it('a signal that is aborted already sends nothing', async () => {
    await expect(client().documents.folders.query(undefined, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CLIENT_CLOSED_REQUEST',
    });
    expect(server.requests).toHaveLength(0);
  });

  it('a call without an answer in time is TIMEOUT, and its request aborted', async () => {
    server.answer(() => 'never');
    const clock = fakeClock();
    const call = client({ clock, timeoutMs: 5_000 }).documents.folders.query();
    await server.seen(1);
    clock.advance(5_000);
    await expect(call).rejects.toMatchObject({ code: 'TIMEOUT', message: '[TIMEOUT] documents.folders got no answer within 5000 ms' });
    await server.requests[0]?.aborted;
    expect(clock.pending).toEqual([]);
  });

  it('a call may have a deadline of its own, and leaves no timer behind', async () => {
    const clock = fakeClock();
    server.answer(() => ({ body: '{"result":{}}' }));
    const call = client({ clock }).documents.folders.query(undefined, { timeoutMs: 123 });
    expect(clock.pending).toEqual([123]);
    await call;
    expect(clock.pending).toEqual([]);
  });
});

describe('the proxy', () => {
  it('can be awaited, and gives the same procedure every time', async () => {
    const gateway = await client();
    expect(gateway.documents.get).toBe(gateway.documents.get);
    expect(gateway.documents.get.path).toBe('documents.get');
  });
});
