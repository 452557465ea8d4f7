/** Batches whose calls end each as its line comes, PROTOCOL.md P2.17, over the platform's fetch and over our transport for Node. */

import { afterEach, describe, expect, it } from 'vitest';
import type { Reply } from '../fake-server.fixture.js';
import { type NodeFetch, nodeFetch } from '../node/node-fetch.js';
import { httpStage } from './http-client.fixture.js';

const stage = httpStage();
const HEAD = '{"0":[[0],[null,0,0]],"1":[[0],[null,0,1]]}\n';
const line = (at: number, item: object) => `[${at},0,[[${JSON.stringify(item)}]]]\n`;
const data = (value: unknown) => ({ result: { data: value } });
const error = (code: string, httpStatus: number) => ({ error: { message: `no: ${code}`, code: -32_000, data: { code, httpStatus } } });

/** Pieces that a test writes, and how they end. */
function pieces() {
  const waiting: (string | Error | undefined)[] = [];
  let wake = () => {};
  const put = (piece: string | Error | undefined) => {
    waiting.push(piece);
    wake();
  };
  async function* body() {
    for (;;) {
      while (waiting.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      const piece = waiting.shift();
      if (piece instanceof Error) throw piece;
      if (piece === undefined) return;
      yield piece;
    }
  }
  const reply: Reply = { headers: { 'content-type': 'application/jsonl' }, body: '', pieces: body() };
  return { reply, write: put, end: () => put(undefined), break: () => put(new Error('broken')) };
}

let transport: NodeFetch | undefined;
afterEach(() => transport?.close());

/** Past the longest wait before what failed is sent again. */
async function passRetry() {
  await stage.clock.timer(0.999 * 200);
  stage.clock.advance(200);
}

describe.each([
  ['fetch', () => undefined],
  ['nodeFetch', nodeFetch],
] as const)('a client that asks for streaming, over %s', (_name, makeFetch) => {
  const start = (more: object = {}) => {
    transport = makeFetch() as NodeFetch | undefined;
    const client = stage.client({ streaming: true, fetch: transport, ...more });
    return {
      get: (id: string, options?: object) => client.documents.get.query({ id }, options),
      remove: (id: string) => client.documents.remove.mutate({ id }),
    };
  };

  it('P2.17 has a call when its line has come, and waits for no other', async () => {
    const answer = pieces();
    stage.answer(answer.reply);
    const { get } = start();
    const slow = get('slow');
    const fast = get('fast');
    await stage.server.seen(1);
    expect(stage.server.requests[0]?.headers.accept).toBe('application/json;gw=2,application/jsonl');
    answer.write(HEAD + line(1, data('fast')).slice(0, 9));
    answer.write(line(1, data('fast')).slice(9));
    expect(await fast).toBe('fast');
    answer.write(line(0, data('slow ü')));
    expect(await slow).toBe('slow ü');
    answer.end();
  });

  it('P2.17 keeps the connection for the next request', async () => {
    const [first, second] = [pieces(), pieces()];
    stage.answer(first.reply, second.reply);
    const { get } = start();
    for (const answer of [first, second]) {
      const both = [get('a'), get('b')];
      answer.write(HEAD + line(0, data(1)) + line(1, data(2)));
      answer.end();
      expect(await Promise.all(both)).toEqual([1, 2]);
    }
    expect(stage.server.connections()).toBeLessThanOrEqual(2);
  });

  it('P2.17 fails with the error of its line at once, and what may pass is sent again when the stream has ended', async () => {
    const answer = pieces();
    stage.answer(answer.reply, { body: JSON.stringify(data('there')) });
    const { get } = start();
    const [missing, busy] = [get('missing'), get('busy')];
    answer.write(HEAD + line(1, error('SERVICE_UNAVAILABLE', 503)));
    answer.write(line(0, error('NOT_FOUND', 404)));
    await expect(missing).rejects.toMatchObject({ code: 'NOT_FOUND', status: 404 });
    answer.end();
    await passRetry();
    expect(await busy).toBe('there');
    expect(stage.server.requests[1]?.target).toContain('/rpc/documents/get?input={"id":"busy"}');
  });

  it('P2.15 sends again what a stream that breaks leaves open, and only that', async () => {
    const answer = pieces();
    stage.answer(answer.reply, { body: JSON.stringify(data('again')) });
    const { get } = start();
    const [first, second] = [get('a'), get('b')];
    answer.write(HEAD + line(0, data('first')));
    expect(await first).toBe('first');
    answer.break();
    await passRetry();
    expect(await second).toBe('again');
    expect(stage.server.requests.map(({ target }) => target.slice(0, 28))).toEqual([
      '/prod/rpc/documents/get,get?',
      '/prod/rpc/documents/get?inpu',
    ]);
  });

  it.each(['breaks', 'ends too soon'])(
    'fails with NETWORK_ERROR what a stream that %s leaves open and may not be repeated',
    async (how) => {
      const answer = pieces();
      stage.answer(answer.reply);
      const { get } = start({ retries: 0 });
      const [first, second] = [get('a'), get('b')];
      answer.write(HEAD + line(0, data('first')));
      expect(await first).toBe('first');
      if (how === 'breaks') answer.break();
      else answer.end();
      await expect(second).rejects.toMatchObject({ code: 'NETWORK_ERROR' });
    },
  );

  it('P2.12 sends mutations that are left open again under the keys they had', async () => {
    const answer = pieces();
    stage.answer(answer.reply, { body: JSON.stringify(data('again')) });
    const { remove } = start();
    const [first, second] = [remove('a'), remove('b')];
    answer.write(HEAD + line(0, data('first')));
    expect(await first).toBe('first');
    answer.break();
    await passRetry();
    expect(await second).toBe('again');
    expect(stage.server.requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['0.999', '0.999:1']);
  });

  it('P2.16 makes values of texts as the line comes', async () => {
    const answer = pieces();
    stage.answer(answer.reply);
    const { get } = start();
    const [first, second] = [get('a'), get('b')];
    answer.write(HEAD + line(1, { result: { data: { at: '2023-11-14T22:13:20.123Z' }, codecs: [['d', 'at']] } }));
    expect(await second).toEqual({ at: new Date(1_700_000_000_123) });
    answer.write(line(0, data(1)));
    expect(await first).toBe(1);
    answer.end();
  });

  it('gives the request up when nobody waits for the rest', async () => {
    const answer = pieces();
    stage.answer(answer.reply);
    const { get } = start();
    const controller = new AbortController();
    const [first, second] = [get('a'), get('b', { signal: controller.signal })];
    await stage.server.seen(1);
    answer.write(HEAD + line(0, data('first')));
    expect(await first).toBe('first');
    controller.abort();
    await expect(second).rejects.toMatchObject({ code: 'CLIENT_CLOSED_REQUEST' });
    await stage.server.requests[0]?.aborted;
  });

  it('P2.17 reads lines of a platform whose answers have no body to read from', async () => {
    const headers = new Headers({ 'content-type': 'application/jsonl' });
    const text = async () => HEAD + line(0, data(1)) + line(1, data(2));
    const fetch = async () => ({ ok: true, status: 200, headers, text }) as unknown as Response;
    const { get } = start({ fetch });
    expect(await Promise.all([get('a'), get('b')])).toEqual([1, 2]);
  });

  it('is answered in one piece by a stage that does not stream, refusals of a gateway too', async () => {
    stage.answer(
      { body: JSON.stringify([data(1), data(2)]) },
      { status: 403, body: '{"message":"Forbidden"}' },
      { body: JSON.stringify(data('alone')) },
    );
    const { get } = start({ retries: 0 });
    expect(await Promise.all([get('a'), get('b')])).toEqual([1, 2]);
    const refused = await Promise.allSettled([get('a'), get('b')]);
    expect(refused).toMatchObject([{ reason: { status: 403 } }, { reason: { status: 403 } }]);
    expect(await get('c')).toBe('alone');
  });
});
