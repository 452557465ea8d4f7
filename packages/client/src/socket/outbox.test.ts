import { describe, expect, it } from 'vitest';
import { memoryStage } from './memory-socket.fixture.js';
import { data } from './socket-client.fixture.js';

const stage = memoryStage();
const OVER = { over: 'socket' } as const;

describe('a call over the socket', () => {
  it('P3.23 is sent again with its key when the connection broke', async () => {
    const call = stage.client().documents.remove.mutate({ id: 'a' }, OVER);
    const first = await stage.opened();
    expect(await first.sent()).toMatchObject([{ id: 1, method: 'mutation', k: 's0505:1' }]);
    first.close(1006);
    const second = await stage.opened();
    expect(second.url).toBe('ws://memory.test?gw=2&session=s0505');
    expect(await second.sent()).toMatchObject([{ id: 1, method: 'mutation', k: 's0505:1' }]);
    second.send(data(1, { id: 'a' }));
    expect(await call).toEqual({ id: 'a' });
  });

  it('P3.23 has a key of its own for every mutation, the one it was given, or none', async () => {
    const gateway = stage.client();
    const calls = [
      gateway.documents.remove.mutate({ id: 'a' }, OVER),
      gateway.documents.remove.mutate({ id: 'b' }, { ...OVER, key: 'order-7' }),
      gateway.documents.remove.mutate({ id: 'c' }, { ...OVER, key: false }),
      gateway.documents.remove.mutate({ id: 'd' }, OVER),
      gateway.documents.folders.query(undefined, OVER),
    ];
    const peer = await stage.opened();
    const sent = await peer.sent();
    expect(sent.map(({ k }) => k)).toEqual(['s0505:1', 'order-7', undefined, 's0505:3', undefined]);
    for (const { id } of sent) peer.send(data(id, {}));
    await Promise.all(calls);
  });

  it('P3.24 says how long its caller still waits', async () => {
    const call = stage.client().documents.folders.query(undefined, { ...OVER, timeoutMs: 9_000 });
    await stage.pass(4_000);
    const peer = await stage.opened();
    expect((await peer.sent())[0]?.dl).toBe(5_000);
    peer.send(data(1, {}));
    await call;
  });

  it('that may wait for ever says so in a number', async () => {
    const call = stage.client().documents.folders.query(undefined, { ...OVER, timeoutMs: Number.POSITIVE_INFINITY });
    const peer = await stage.opened();
    expect((await peer.sent())[0]?.dl).toBe(1_000_000_000);
    peer.send(data(1, {}));
    await call;
  });

  it('is never left hanging by an error frame of API Gateway (P3.12)', async () => {
    const call = stage.client().documents.folders.query(undefined, { ...OVER, timeoutMs: 9_000 });
    const peer = await stage.opened();
    peer.send('{"message":"Internal server error","connectionId":"abc","requestId":"def"}');
    const failed = expect(call).rejects.toMatchObject({ code: 'TIMEOUT' });
    await stage.pass(9_000);
    await failed;
  });

  it('that is volatile fails at once without a connection', async () => {
    const gateway = stage.client();
    await expect(gateway.documents.folders.query(undefined, { ...OVER, volatile: true })).rejects.toMatchObject({
      code: 'NETWORK_ERROR',
      message: '[NETWORK_ERROR] documents.folders is volatile, and there is no connection',
    });
    expect(gateway.$connection.state).toEqual({ status: 'idle' });
  });
});

describe('the outbox', () => {
  it('holds 500 calls, and refuses the next with BACKPRESSURE until some are answered', async () => {
    const gateway = stage.client();
    const calls = Array.from({ length: 500 }, () => gateway.documents.folders.query(undefined, OVER));
    await expect(gateway.documents.folders.query(undefined, OVER)).rejects.toMatchObject({
      code: 'BACKPRESSURE',
      message: '[BACKPRESSURE] documents.folders comes after 500 calls that have no answer yet (0 characters): wait for some',
    });
    const peer = await stage.opened();
    peer.send(data(1, {}));
    await calls[0];
    calls.push(gateway.documents.folders.query(undefined, OVER));
    for (let id = 2; id <= 501; id += 1) peer.send(data(id, {}));
    await Promise.all(calls);
  });

  it('holds a million characters', async () => {
    const gateway = stage.client();
    const save = () => gateway.documents.save.mutate({ folder: 'inbox', title: 'A', body: 'x'.repeat(30_000) }, OVER);
    const calls = Array.from({ length: 33 }, save);
    await expect(save()).rejects.toMatchObject({ code: 'BACKPRESSURE' });
    const peer = await stage.opened();
    for (let id = 1; id <= 33; id += 1) peer.send(data(id, {}));
    await Promise.all(calls);
  });
});

describe('a lane', () => {
  it('sends its calls one after the other, while others go their way', async () => {
    const gateway = stage.client();
    const order: string[] = [];
    const say = (id: string, lane?: string) =>
      gateway.documents.remove.mutate({ id }, { ...OVER, lane, timeoutMs: 5_000 }).then(
        () => order.push(id),
        () => order.push(`${id} failed`),
      );
    const calls = [say('a', 'x'), say('b', 'x'), say('c', 'x'), say('d', 'y'), say('e')];
    const peer = await stage.opened();
    expect((await peer.sent()).map(({ params }) => params)).toMatchObject([
      { input: { id: 'a' } },
      { input: { id: 'd' } },
      { input: { id: 'e' } },
    ]);
    peer.send(data(2, {}), data(3, {}), data(1, {}));
    expect((await peer.sent()).map(({ params }) => params)).toMatchObject([{ input: { id: 'b' } }]);
    await stage.pass(5_000);
    expect(order).toEqual(['d', 'e', 'a', 'b failed', 'c failed']);
    await Promise.all(calls);
  });

  it('goes on when its first call was aborted, and skips one that ended before its turn', async () => {
    const gateway = stage.client();
    const controllers = [new AbortController(), new AbortController()];
    const calls = ['a', 'b', 'c'].map((id, index) =>
      gateway.documents.remove.mutate({ id }, { ...OVER, lane: 'x', signal: controllers[index]?.signal }).catch(() => 'aborted'),
    );
    const peer = await stage.opened();
    await peer.sent();
    controllers[1]?.abort();
    expect(await peer.sent()).toEqual([]);
    controllers[0]?.abort();
    expect((await peer.sent()).map(({ params }) => params)).toMatchObject([{ input: { id: 'c' } }]);
    peer.send(data(2, 'done'));
    expect(await Promise.all(calls)).toEqual(['aborted', 'aborted', 'done']);
  });
});

describe('a call that is too large for a frame', () => {
  const body = 'x'.repeat(60_000);
  const save = (options: object = {}) => stage.client(options).documents.save.mutate({ folder: 'inbox', title: 'A', body }, OVER);

  it('P3.26 goes in parts, and its answer may come in parts', async () => {
    const call = save();
    const peer = await stage.opened();
    const parts: { readonly params: object }[] = [];
    await expect.poll(async () => parts.push(...(await peer.sent()))).toBe(2);
    const text = parts.map(({ params }) => (params as { d: string }).d).join('');
    expect(JSON.parse(text)).toMatchObject({ id: 1, method: 'mutation', k: 's0505:1', params: { input: { body } } });
    const answer = data(1, { id: 'a' });
    const part = (i: number, d: string) => JSON.stringify({ id: null, method: 'gw.part', params: { k: 'a', i, n: 2, d } });
    peer.send(part(1, answer.slice(9)), part(0, answer.slice(0, 9)));
    expect(await call).toEqual({ id: 'a' });
  });

  it('P3.27 fails with NETWORK_ERROR when it could not be stored, and says why', async () => {
    const call = stage
      .client({ fetch: async () => new Response('', { status: 503 }) })
      .documents.save.mutate({ folder: 'inbox', title: 'A', body: 'x'.repeat(400_000) }, OVER);
    const failed = expect(call).rejects.toMatchObject({
      code: 'NETWORK_ERROR',
      message: '[NETWORK_ERROR] documents.save was not sent: storing it was answered with status 503',
    });
    const peer = await stage.opened();
    await expect.poll(async () => (await peer.sent()).map(({ id, method }) => ({ id, method }))).toEqual([{ id: 2, method: 'gw.upload' }]);
    peer.send(data(2, { url: 'https://bucket.example/up', headers: {}, key: 'in/7' }));
    await failed;
  });
});
