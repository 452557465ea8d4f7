import { describe, expect, it } from 'vitest';
import { fakeClock } from '../fake-clock.fixture.js';
import { data, failed, nextFrame, socketStage } from './socket-client.fixture.js';

const stage = socketStage();
const OVER = { over: 'socket' } as const;

describe('a call over the socket', () => {
  it('is one frame with its service, and its answer (P3.2, P3.3)', async () => {
    const clock = fakeClock();
    const random = () => 0.5;
    const call = stage.client({ clock, random }).documents.remove.mutate({ id: 'a' }, { ...OVER, timeoutMs: 4_000 });
    const peer = await stage.server.peer();
    expect(await peer.next()).toBe(
      '{"id":1,"method":"mutation","svc":"documents","gw":2,"k":"s0505:1","dl":4000,"params":{"path":"documents.remove","input":{"id":"a"}}}',
    );
    peer.send(data(1, { id: 'a' }));
    expect(await call).toEqual({ id: 'a' });
    expect(stage.server.requests).toHaveLength(0);
  });

  it('without input sends none', async () => {
    const call = stage.client({ clock: fakeClock() }).documents.folders.query(undefined, OVER);
    const peer = await stage.server.peer();
    expect(await peer.next()).toBe('{"id":1,"method":"query","svc":"documents","gw":2,"dl":30000,"params":{"path":"documents.folders"}}');
    peer.send('{"id":1,"result":{"type":"data"}}');
    expect(await call).toBeUndefined();
  });

  it('P2.16 gives what its texts stand for', async () => {
    const call = stage.client().documents.get.query({ id: 'b' }, OVER);
    (await stage.server.peer()).send('{"id":1,"result":{"type":"data","data":{"size":"12"},"codecs":[["n","size"]]}}');
    expect(await call).toEqual({ size: 12n });
  });

  it('fails with the typed error of the server', async () => {
    const call = stage.client().documents.get.query({ id: 'b' }, OVER);
    const peer = await stage.server.peer();
    peer.send(failed(1, 'NOT_FOUND', 404, ',"path":"documents.get","error":"NOT_FOUND","details":{"id":"b"},"requestId":"req-9"'));
    await expect(call).rejects.toMatchObject({
      code: 'NOT_FOUND',
      error: 'NOT_FOUND',
      data: { id: 'b' },
      status: 404,
      path: 'documents.get',
      requestId: 'req-9',
    });
  });

  it('fails with INVALID_REPLY when the answer is neither result nor error', async () => {
    const call = stage.client().documents.folders.query(undefined, OVER);
    (await stage.server.peer()).send('{"id":1}');
    await expect(call).rejects.toMatchObject({ code: 'INVALID_REPLY', path: 'documents.folders' });
  });

  it('has a deadline, from the call and not from the connection', async () => {
    const clock = fakeClock();
    stage.server.refuse(1);
    const call = stage.client({ clock, timeoutMs: 4_000, random: () => 0.5 }).documents.folders.query(undefined, OVER);
    await clock.timer(250);
    clock.advance(4_000);
    await expect(call).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('can be aborted', async () => {
    const controller = new AbortController();
    const call = stage.client().documents.folders.query(undefined, { ...OVER, signal: controller.signal });
    await (await stage.server.peer()).next();
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'CLIENT_CLOSED_REQUEST' });
  });

  it('that was aborted while the socket opened is never sent', async () => {
    const controller = new AbortController();
    const gateway = stage.client();
    const aborted = gateway.documents.folders.query(undefined, { ...OVER, signal: controller.signal });
    const other = gateway.documents.get.query({ id: 'a' }, OVER);
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'CLIENT_CLOSED_REQUEST' });
    const peer = await stage.server.peer();
    expect((await nextFrame(peer)).params.path).toBe('documents.get');
    peer.send(data(1, 'other'));
    expect(await other).toBe('other');
    expect(peer.unread).toEqual([]);
  });
});

describe('a call in flight when the connection breaks', () => {
  it('fails with NETWORK_ERROR if it is a mutation without a key, and is never repeated (P3.14)', async () => {
    const gateway = stage.client();
    const mutation = gateway.documents.remove.mutate({ id: 'a' }, { ...OVER, key: false });
    const first = await stage.server.peer();
    await first.next();
    const query = gateway.documents.folders.query(undefined, OVER);
    await first.next();
    first.reset();
    await expect(mutation).rejects.toMatchObject({
      code: 'NETWORK_ERROR',
      message: '[NETWORK_ERROR] documents.remove may have run: the socket went (closed with 1006)',
    });
    const second = await stage.server.peer();
    expect((await nextFrame(second)).params.path).toBe('documents.folders');
    second.send(data(1, 'again'));
    expect(await query).toBe('again');
    expect(second.unread).toEqual([]);
  });

  it('leaves nothing to reconnect for if it was a mutation and the only one', async () => {
    const clock = fakeClock();
    const gateway = stage.client({ clock });
    const mutation = gateway.documents.remove.mutate({ id: 'a' }, { ...OVER, key: false });
    const peer = await stage.server.peer();
    await peer.next();
    peer.reset();
    await expect(mutation).rejects.toMatchObject({ code: 'NETWORK_ERROR' });
    clock.advance(0);
    expect(gateway.$connection.state).toEqual({ status: 'idle' });
    expect(clock.pending).toEqual([]);
  });
});
