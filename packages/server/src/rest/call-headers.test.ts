/** Keys and deadlines of calls over HTTP: PROTOCOL.md P2.12 and P2.13. */

import { describe, expect, it } from 'vitest';
import { createTill, settled } from '../replies/keyed-service.fixture.js';
import { v1, v1Json } from './rest.fixture.js';
import { createRestHandler } from './rest-handler.js';

const LAMBDA = { getRemainingTimeInMillis: () => 28_000 };

function start() {
  const till = createTill();
  const handle = createRestHandler(till.parts);
  const post = async (path: string, body: string, headers: Record<string, string>) => {
    const event = v1Json(path, body, { multiValueHeaders: null, headers: { 'Content-Type': 'application/json', ...headers } });
    const { statusCode, body: text } = await handle(event, LAMBDA);
    return { status: statusCode, json: JSON.parse(text || 'null') };
  };
  return { ...till, handle, post };
}

describe('P2.12 a key over HTTP', () => {
  it('has a mutation run once, and its repetition answered alike', async () => {
    const { post, sold } = start();
    const first = await post('/rpc/till/sell', '{"n":5}', { 'Idempotency-Key': 'k1' });
    expect(first).toEqual({ status: 200, json: { result: { data: { sale: 1 } } } });
    expect(await post('/rpc/till/sell', '{"n":5}', { 'idempotency-key': 'k1' })).toEqual(first);
    expect(sold).toEqual([5]);
    await post('/rpc/till/sell', '{"n":5}', {});
    expect(sold).toEqual([5, 5]);
  });

  it('works on routes too, and is the same there as over RPC', async () => {
    const { post, sold } = start();
    expect(await post('/sales', '{"n":5}', { 'idempotency-key': 'k1' })).toEqual({ status: 200, json: { sale: 1 } });
    expect((await post('/rpc/till/sell', '{"n":5}', { 'idempotency-key': 'k1' })).json).toEqual({ result: { data: { sale: 1 } } });
    expect((await post('/sales', '{"n":6}', { 'idempotency-key': 'k1' })).status).toBe(409);
    expect(sold).toEqual([5]);
  });

  it('stands for a key per call in a batch', async () => {
    const { post, handle, sold } = start();
    const batch = async () => {
      const event = v1Json('/rpc/till/sell,sell', '{"0":{"n":5},"1":{"n":5}}', {
        multiValueHeaders: null,
        headers: { 'Content-Type': 'application/json', 'idempotency-key': 'k1' },
        multiValueQueryStringParameters: { batch: ['1'] },
      });
      return JSON.parse((await handle(event, LAMBDA)).body);
    };
    const expected = [{ result: { data: { sale: 1 } } }, { result: { data: { sale: 2 } } }];
    expect(await batch()).toEqual(expected);
    expect(await batch()).toEqual(expected);
    expect(sold).toEqual([5, 5]);
    await post('/rpc/till/sell', '{"n":7}', { 'idempotency-key': 'k1' });
    expect(sold).toEqual([5, 5, 7]);
  });

  it('is refused when it is empty or over 128 characters, and ignored on a query', async () => {
    const { post, handle, sold } = start();
    for (const key of ['', 'k'.repeat(129)]) {
      const { status, json } = await post('/rpc/till/sell', '{"n":5}', { 'idempotency-key': key });
      expect([status, json.error.data.code]).toEqual([400, 'BAD_REQUEST']);
      expect(json.error.message).toContain(`idempotency-key has ${key.length} characters, expected 1 to 128`);
    }
    expect((await post('/rpc/till/sell', '{"n":5}', { 'idempotency-key': 'k'.repeat(128) })).status).toBe(200);
    expect(sold).toEqual([5]);
    const event = v1('GET', '/rpc/till/count', { multiValueHeaders: null, headers: { 'idempotency-key': '' } });
    expect((await handle(event, LAMBDA)).statusCode).toBe(200);
  });
});

describe('P2.13 a deadline over HTTP', () => {
  it('answers TIMEOUT when the caller waits no longer, and aborts the signal of the handler', async () => {
    const { post, clock, aborted } = start();
    const answer = post('/rpc/till/wait', '', { 'x-deadline-ms': '900' });
    await settled();
    clock.advance(899);
    await settled();
    expect(aborted).toEqual([]);
    clock.advance(1);
    const { status, json } = await answer;
    expect([status, json.error.data.code, json.error.message]).toEqual([408, 'TIMEOUT', '[TIMEOUT] till.wait took longer than 900 ms']);
    expect(aborted).toMatchObject([{ code: 'TIMEOUT' }]);
  });

  it('is the function’s own when that is earlier', async () => {
    const { post, clock } = start();
    const answer = post('/rpc/till/wait', '', { 'x-deadline-ms': '60000' });
    await settled();
    clock.advance(27_500);
    expect((await answer).status).toBe(408);
  });

  it('has a call that has no time left not begin', async () => {
    const { post, sold } = start();
    expect((await post('/rpc/till/sell', '{"n":5}', { 'x-deadline-ms': '0', 'idempotency-key': 'k1' })).status).toBe(408);
    expect(sold).toEqual([]);
    expect((await post('/rpc/till/sell', '{"n":5}', { 'idempotency-key': 'k1' })).status).toBe(200);
  });

  it('leaves no timer behind', async () => {
    const { post, clock } = start();
    await post('/rpc/till/sell', '{"n":5}', {});
    expect(clock.sleepers).toBe(0);
  });

  it.each(['', 'soon', '-1', '1.5', '1e3', '123456789'])('is refused as "%s"', async (text) => {
    const { post, sold } = start();
    const { status, json } = await post('/rpc/till/sell', '{"n":5}', { 'x-deadline-ms': text });
    expect([status, json.error.message]).toEqual([
      400,
      `[BAD_REQUEST] x-deadline-ms is "${text}", expected whole milliseconds such as 9000`,
    ]);
    expect(sold).toEqual([]);
  });
});
