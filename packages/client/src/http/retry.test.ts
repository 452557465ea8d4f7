import { describe, expect, it } from 'vitest';
import { httpStage, refusal, result } from './http-client.fixture.js';

const stage = httpStage();
const busy = refusal(503, 'SERVICE_UNAVAILABLE');

describe('a query that failed in a way that may pass (P2.15)', () => {
  it.each([
    ['no answer', 'reset' as const],
    ['429', refusal(429, 'TOO_MANY_REQUESTS')],
    ['502 of a proxy', { status: 502, body: '<html>' }],
    ['503', busy],
    ['504', refusal(504, 'GATEWAY_TIMEOUT')],
  ])('%s is asked again after a random wait of up to 200 ms', async (_what, reply) => {
    stage.answer(reply, result('there'));
    const call = stage.client().documents.get.query({ id: 'a' });
    await stage.clock.timer(0.999 * 200);
    expect(stage.server.requests).toHaveLength(1);
    stage.clock.advance(200);
    await expect(call).resolves.toBe('there');
    expect(stage.clock.pending).toEqual([]);
  });

  it('is asked twice more, each time after up to twice the wait, and then fails with the last error', async () => {
    stage.answer(busy, busy, refusal(503, 'SERVICE_UNAVAILABLE', { requestId: 'third' }));
    const call = stage.client().documents.get.query({ id: 'a' });
    await stage.clock.timer(0.999 * 200);
    stage.clock.advance(200);
    await stage.clock.timer(0.999 * 400);
    stage.clock.advance(400);
    await expect(call).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', requestId: 'third' });
    expect(stage.server.requests).toHaveLength(3);
  });

  it.each([
    ['retry-after in seconds', refusal(429, 'TOO_MANY_REQUESTS', {}, { 'retry-after': '3' }), 3_000],
    ['retry-after as a date', refusal(503, 'SERVICE_UNAVAILABLE', {}, { 'retry-after': 'Thu, 01 Jan 1970 00:00:07 GMT' }), 7_000],
    ['data.retryAfterMs', refusal(429, 'TOO_MANY_REQUESTS', { retryAfterMs: 1_500 }, { 'retry-after': '2' }), 1_500],
  ])('P4.4 waits at least what %s says', async (_what, reply, waitMs) => {
    stage.answer(reply, result('there'));
    const call = stage.client().documents.get.query({ id: 'a' });
    await stage.clock.timer(waitMs + 0.999 * 200);
    stage.clock.advance(waitMs + 200);
    await expect(call).resolves.toBe('there');
  });

  it('fails at once when the wait would end after its deadline', async () => {
    stage.answer(refusal(429, 'TOO_MANY_REQUESTS', {}, { 'retry-after': '30' }));
    const call = stage.client().documents.get.query({ id: 'a' });
    await expect(call).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS', status: 429, retryAfterMs: 30_000 });
    expect(stage.clock.pending).toEqual([]);
  });

  it('is not asked again when it was aborted while it waited', async () => {
    stage.answer(busy);
    const controller = new AbortController();
    const call = stage.client().documents.get.query({ id: 'a' }, { signal: controller.signal });
    await stage.clock.timer(0.999 * 200);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'CLIENT_CLOSED_REQUEST' });
    expect(stage.clock.pending).toEqual([]);
    expect(stage.server.requests).toHaveLength(1);
  });

  it('is not asked again with retries: 0', async () => {
    stage.answer(busy);
    await expect(stage.client({ retries: 0 }).documents.get.query({ id: 'a' })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  it.each([
    ['an error that the contract declares', refusal(503, 'SERVICE_UNAVAILABLE', { error: 'CLOSED' })],
    ['a 500', refusal(500, 'INTERNAL_SERVER_ERROR')],
    ['a 404', refusal(404, 'NOT_FOUND')],
    ['what is not of the protocol', { body: 'hello' }],
  ])('%s is not repeated', async (_what, reply) => {
    stage.answer(reply);
    await expect(stage.client().documents.get.query({ id: 'a' })).rejects.toMatchObject({ name: 'GatewayError' });
    expect(stage.server.requests).toHaveLength(1);
  });

  it('is asked again alone when others of its batch were answered', async () => {
    const item = '{"error":{"message":"busy","code":-32603,"data":{"code":"SERVICE_UNAVAILABLE","httpStatus":503}}}';
    stage.answer({ status: 207, body: `[{"result":{"data":1}},${item}]` }, result(2));
    const gateway = stage.client();
    const first = gateway.documents.get.query({ id: 'a' });
    const second = gateway.documents.get.query({ id: 'b' });
    await expect(first).resolves.toBe(1);
    await stage.clock.timer(0.999 * 200);
    stage.clock.advance(200);
    await expect(second).resolves.toBe(2);
    expect(stage.server.requests[1]?.target).toBe('/prod/rpc/documents/get?input={"id":"b"}');
  });
});

describe('the key of a mutation over HTTP (P2.12)', () => {
  const keys = () => stage.server.requests.map(({ headers }) => headers['idempotency-key']);

  it('is one of its own for every call, and the same when it is sent again', async () => {
    stage.answer('reset', result(1));
    const randoms = [0.1, 0, 0.3];
    const gateway = stage.client({ random: () => randoms.shift() ?? 0 });
    await expect(gateway.documents.remove.mutate({ id: 'a' })).resolves.toBe(1);
    await expect(gateway.documents.remove.mutate({ id: 'a' })).resolves.toBe(1);
    expect(keys()).toEqual(['0.1', '0.1', '0.3']);
  });

  it('is nothing that anybody can guess, unless a test says what is random', async () => {
    stage.answer(result(1));
    const gateway = stage.client({ random: undefined });
    for (const id of ['a', 'b']) await gateway.documents.remove.mutate({ id });
    // 128 bits of the platform's cryptography.
    for (const key of keys()) expect(key).toMatch(/^\d{1,10}(,\d{1,10}){3}$/);
    expect(new Set(keys()).size).toBe(2);
  });

  it('can be the program’s, and then the call travels alone', async () => {
    stage.answer(result(1));
    const gateway = stage.client();
    await Promise.all([
      gateway.documents.remove.mutate({ id: 'a' }, { key: 'order-1' }),
      gateway.documents.remove.mutate({ id: 'a' }, { key: 'order-1' }),
    ]);
    expect(keys()).toEqual(['order-1', 'order-1']);
    expect(stage.server.requests.map(({ target }) => target)).toEqual(['/prod/rpc/documents/remove', '/prod/rpc/documents/remove']);
  });

  it('is none with key: false, and such a call is not sent again', async () => {
    stage.answer(busy);
    const call = stage.client().documents.remove.mutate({ id: 'a' }, { key: false });
    await expect(call).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(keys()).toEqual([undefined]);
  });

  it('is no header of a query', async () => {
    stage.answer(result(1));
    await stage.client().documents.folders.query();
    expect(keys()).toEqual([undefined]);
  });

  it('of a batch stands for one by position: what is sent again alone has its own', async () => {
    const item = '{"error":{"message":"busy","code":-32603,"data":{"code":"SERVICE_UNAVAILABLE","httpStatus":503}}}';
    stage.answer({ status: 207, body: `[{"result":{"data":1}},${item}]` }, result(2));
    const gateway = stage.client();
    const calls = Promise.all([gateway.documents.remove.mutate({ id: 'a' }), gateway.documents.remove.mutate({ id: 'b' })]);
    await stage.clock.timer(0.999 * 200);
    stage.clock.advance(200);
    await expect(calls).resolves.toEqual([1, 2]);
    expect(keys()).toEqual(['0.999', '0.999:1']);
  });

  it('of a batch stays when the whole of it is sent again', async () => {
    stage.answer(busy, { body: '[{"result":{"data":1}},{"result":{"data":2}}]' });
    const gateway = stage.client();
    const calls = Promise.all([gateway.documents.remove.mutate({ id: 'a' }), gateway.documents.remove.mutate({ id: 'b' })]);
    await stage.clock.timer(0.999 * 200);
    stage.clock.advance(200);
    await expect(calls).resolves.toEqual([1, 2]);
    expect(keys()).toEqual(['0.999', '0.999']);
    expect(stage.server.requests[1]?.body).toBe(stage.server.requests[0]?.body);
  });
});

describe('the deadline of a call over HTTP (P2.13)', () => {
  const deadlines = () => stage.server.requests.map(({ headers }) => headers['x-deadline-ms']);

  it('is what is left of it, in whole milliseconds', async () => {
    stage.answer(busy, result(1));
    const call = stage.client().documents.get.query({ id: 'a' }, { timeoutMs: 5_000.5 });
    await stage.clock.timer(0.999 * 200);
    stage.clock.advance(1_000);
    await call;
    expect(deadlines()).toEqual(['5000', '4000']);
  });

  it('is a day for a call that may wait for ever', async () => {
    stage.answer(result(1));
    await stage.client({ timeoutMs: Number.POSITIVE_INFINITY }).documents.folders.query();
    expect(deadlines()).toEqual(['86400000']);
  });

  it('keeps calls of different ones apart', async () => {
    stage.answer(result(1));
    const gateway = stage.client();
    await Promise.all([
      gateway.documents.get.query({ id: 'a' }, { timeoutMs: 1_000 }),
      gateway.documents.get.query({ id: 'b' }, { timeoutMs: 2_000 }),
    ]);
    expect(deadlines().sort()).toEqual(['1000', '2000']);
  });
});

describe('errors of answers', () => {
  it('have the ids of the answer’s headers where the error names none', async () => {
    stage.answer(
      refusal(404, 'NOT_FOUND', {}, { 'x-request-id': 'req-1', 'x-amzn-trace-id': 'Root=1-67891233-abcdef012345678912345678;Sampled=0' }),
      refusal(404, 'NOT_FOUND', { requestId: 'own', traceId: '1-own' }, { 'x-request-id': 'req-2', 'x-amzn-trace-id': 'Root=1-2' }),
    );
    const gateway = stage.client();
    await expect(gateway.documents.get.query({ id: 'a' })).rejects.toMatchObject({
      requestId: 'req-1',
      traceId: '1-67891233-abcdef012345678912345678',
    });
    await expect(gateway.documents.get.query({ id: 'a' })).rejects.toMatchObject({ requestId: 'own', traceId: '1-own' });
  });
});
