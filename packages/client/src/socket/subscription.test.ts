import { describe, expect, it } from 'vitest';
import { fakeClock } from '../fake-clock.fixture.js';
import { event, failed, iterate, nextFrame, socketStage, started, stopped, take } from './socket-client.fixture.js';

const stage = socketStage();

describe('a subscription', () => {
  it('opens with one frame that carries its service, and yields events (P3.2, P3.7)', async () => {
    const events = iterate(stage.client().documents.changes.subscribe({ folder: 'inbox' }));
    const peer = await stage.server.peer();
    expect(await peer.next()).toBe(
      '{"id":1,"method":"subscription","svc":"documents","gw":2,"params":{"path":"documents.changes","input":{"folder":"inbox"}}}',
    );
    peer.send(started(1), event(1, 'e1.1', { change: 'saved' }), event(1, 'e1.2', { change: 'edited' }));
    expect(await take(events, 2)).toEqual([{ change: 'saved' }, { change: 'edited' }]);
  });

  it('yields events with their ids when asked to', async () => {
    const events = iterate(stage.client().documents.changes.subscribe({}).tracked());
    const peer = await stage.server.peer();
    peer.send(event(1, 'e1.7', { change: 'saved' }));
    expect(await take(events, 1)).toEqual([{ id: 'e1.7', data: { change: 'saved' } }]);
  });

  it('begins after lastEventId and tells when it has started (P3.9)', async () => {
    let count = 0;
    const stream = stage.client().documents.changes.subscribe({}, { lastEventId: 'e1.41', onStarted: () => (count += 1) });
    const events = iterate(stream);
    const peer = await stage.server.peer();
    expect((await nextFrame(peer)).params).toEqual({ path: 'documents.changes', input: {}, lastEventId: 'e1.41' });
    peer.send(started(1), event(1, 'e1.42'));
    expect(await take(events, 1)).toEqual(['e1.42']);
    expect(count).toBe(1);
  });

  it('resumes after the position it started from when the connection is lost before the first event (P3.7)', async () => {
    const events = iterate(stage.client().documents.changes.subscribe({}));
    const peer = await stage.server.peer();
    await peer.next();
    const pending = events.next();
    peer.send(started(1, 'e1.41'));
    peer.close(1001);
    const second = await stage.server.peer();
    const again = await nextFrame(second);
    expect(again.params.lastEventId).toBe('e1.41');
    second.send(started(again.id, 'e1.41'), event(again.id, 'e1.42'));
    expect(await pending).toEqual({ done: false, value: 'e1.42' });
  });

  it('opens anew for every loop over it, each on the same connection', async () => {
    const stream = stage.client().documents.changes.subscribe({});
    const first = iterate(stream);
    const second = iterate(stream);
    const peer = await stage.server.peer();
    expect([(await nextFrame(peer)).id, (await nextFrame(peer)).id]).toEqual([1, 2]);
    peer.send(event(2, 'e1.1', 'second'), event(1, 'e1.1', 'first'));
    expect([await take(first, 1), await take(second, 1)]).toEqual([['first'], ['second']]);
  });

  it('sends a stop when the loop is left, and the socket closes after a moment', async () => {
    const clock = fakeClock();
    const gateway = stage.client({ clock });
    const loop = (async () => {
      for await (const change of gateway.documents.changes.subscribe({})) return change;
      return undefined;
    })();
    const peer = await stage.server.peer();
    await peer.next();
    peer.send(event(1, 'e1.1', 'only'));
    expect(await loop).toBe('only');
    expect(await peer.next()).toBe('{"id":1,"method":"subscription.stop","svc":"documents"}');
    clock.advance(1_000);
    expect(await peer.closed).toBe(1000);
    expect(gateway.$connection.state).toEqual({ status: 'idle' });
    expect(clock.pending).toEqual([]);
  });

  it('ends a pending next when it is returned', async () => {
    const events = iterate(stage.client().documents.changes.subscribe({}));
    const peer = await stage.server.peer();
    await peer.next();
    const pending = events.next();
    await events.return?.();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect((await nextFrame(peer)).method).toBe('subscription.stop');
  });

  it('hands events to every pending next in order', async () => {
    const events = iterate(stage.client().documents.changes.subscribe({}));
    const peer = await stage.server.peer();
    const pending = [events.next(), events.next(), events.next()];
    peer.send(event(1, 'e1.1'), event(1, 'e1.2'), stopped(1));
    expect(await Promise.all(pending)).toEqual([
      { done: false, value: 'e1.1' },
      { done: false, value: 'e1.2' },
      { done: true, value: undefined },
    ]);
  });

  it('ends without an error when its signal is aborted', async () => {
    const controller = new AbortController();
    const events = iterate(stage.client().documents.changes.subscribe({}, { signal: controller.signal }));
    const peer = await stage.server.peer();
    await peer.next();
    const pending = events.next();
    controller.abort();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect((await nextFrame(peer)).method).toBe('subscription.stop');
  });

  it('with a signal that is aborted already opens nothing', async () => {
    const gateway = stage.client();
    expect(await take(iterate(gateway.documents.changes.subscribe({}, { signal: AbortSignal.abort() })), 1)).toEqual([]);
    expect(gateway.$connection.state).toEqual({ status: 'idle' });
  });

  it('ends when the server stops it, after the events before', async () => {
    const events = iterate(stage.client().documents.changes.subscribe({}));
    const peer = await stage.server.peer();
    peer.send(event(1, 'e1.1'), stopped(1));
    expect(await take(events, 5)).toEqual(['e1.1']);
  });

  it.each([
    ['PRECONDITION_FAILED', 412],
    ['FORBIDDEN', 403],
  ])('throws %s of the server, after the events before, and then is done', async (code, status) => {
    const events = iterate(stage.client().documents.changes.subscribe({}, { lastEventId: 'e1.1' }));
    const peer = await stage.server.peer();
    peer.send(event(1, 'e1.2'), failed(1, code, status));
    expect(await take(events, 1)).toEqual(['e1.2']);
    await expect(events.next()).rejects.toMatchObject({ name: 'GatewayError', code, status, path: 'documents.changes' });
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  it('is asked for again when the server has not started it in time', async () => {
    const clock = fakeClock();
    const events = iterate(stage.client({ clock, timeoutMs: 20_000 }).documents.changes.subscribe({}));
    const peer = await stage.server.peer();
    await peer.next();
    clock.advance(20_000);
    expect(await nextFrame(peer)).toMatchObject({ id: 1, method: 'subscription.stop' });
    expect(await nextFrame(peer)).toMatchObject({ id: 2, method: 'subscription' });
    peer.send(started(2), event(1, 'e1.8', 'of the first'), event(2, 'e1.9'));
    expect(await take(events, 1)).toEqual(['e1.9']);
  });

  it('has the client’s timeoutMs when its own is undefined', async () => {
    const clock = fakeClock();
    iterate(stage.client({ clock, timeoutMs: 20_000 }).documents.changes.subscribe({}, { timeoutMs: undefined }));
    const peer = await stage.server.peer();
    await peer.next();
    clock.advance(20_000);
    expect((await nextFrame(peer)).method).toBe('subscription.stop');
  });

  it('sends no stop for what the server has ended itself', async () => {
    const events = iterate(stage.client().documents.changes.subscribe({}));
    const peer = await stage.server.peer();
    await peer.next();
    peer.send(failed(1, 'FORBIDDEN', 403), 'PING');
    await expect(events.next()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await peer.next()).toBe('PONG');
  });

  it('that ended with an error nobody read is done after a return', async () => {
    const events = iterate(stage.client().documents.changes.subscribe({}));
    const peer = await stage.server.peer();
    await peer.next();
    peer.send(event(1, 'e1.1'), failed(1, 'FORBIDDEN', 403));
    expect(await take(events, 1)).toEqual(['e1.1']);
    expect(await events.return?.()).toEqual({ done: true, value: undefined });
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  it('ignores frames that answer no request, and reads frames in arrays (P3.12)', async () => {
    const events = iterate(stage.client().documents.changes.subscribe({}));
    const peer = await stage.server.peer();
    peer.send(
      '{"message":"Internal server error","connectionId":"abc","requestId":"def"}',
      'no json',
      'null',
      '{"id":null,"error":{"message":"frame is not JSON","code":-32700,"data":{"code":"PARSE_ERROR","httpStatus":400}}}',
      event(99, 'e1.1', 'of another'),
      `[${event(1, 'e1.1')},${event(1, 'e1.2')}]`,
    );
    expect(await take(events, 2)).toEqual(['e1.1', 'e1.2']);
  });

  it('refuses an event without an id, which could not be resumed from', async () => {
    const events = iterate(stage.client().documents.changes.subscribe({}));
    const peer = await stage.server.peer();
    peer.send('{"id":1,"result":{"type":"data","data":{"change":"saved"}}}');
    await expect(events.next()).rejects.toMatchObject({ code: 'INVALID_REPLY' });
  });

  it('of too large an input fails with PAYLOAD_TOO_LARGE before anything is opened (P3.1)', async () => {
    const gateway = stage.client();
    await expect(iterate(gateway.documents.changes.subscribe({ folder: '€'.repeat(10_500) })).next()).rejects.toThrow(
      '[PAYLOAD_TOO_LARGE] documents.changes input has 31513 bytes, expected at most 31500 over the socket',
    );
    expect(gateway.$connection.state).toEqual({ status: 'idle' });
  });
});

describe('the order of events', () => {
  it('drops an event it already has', async () => {
    const events = iterate(stage.client().documents.changes.subscribe({}));
    const peer = await stage.server.peer();
    peer.send(event(1, 'e1.1'), event(1, 'e1.2'), event(1, 'e1.2'), event(1, 'e1.1'), event(1, 'e1.3'));
    expect(await take(events, 3)).toEqual(['e1.1', 'e1.2', 'e1.3']);
  });

  it('drops an event the application had before it came back', async () => {
    const events = iterate(stage.client().documents.changes.subscribe({}, { lastEventId: 'e1.5' }));
    const peer = await stage.server.peer();
    peer.send(event(1, 'e1.4'), event(1, 'e1.5'), event(1, 'e1.6'));
    expect(await take(events, 1)).toEqual(['e1.6']);
  });

  it('asks again from the last event when one is missing', async () => {
    const events = iterate(stage.client().documents.changes.subscribe({ folder: 'inbox' }));
    const peer = await stage.server.peer();
    await peer.next();
    peer.send(started(1), event(1, 'e1.1'), event(1, 'e1.3'));
    expect(await peer.next()).toBe('{"id":1,"method":"subscription.stop","svc":"documents"}');
    expect(await nextFrame(peer)).toEqual({
      id: 2,
      method: 'subscription',
      svc: 'documents',
      gw: 2,
      params: { path: 'documents.changes', lastEventId: 'e1.1', input: { folder: 'inbox' } },
    });
    peer.send(event(1, 'e1.4', 'of the first'), started(2), event(2, 'e1.2'), event(2, 'e1.3'), event(2, 'e1.4'));
    expect(await take(events, 4)).toEqual(['e1.1', 'e1.2', 'e1.3', 'e1.4']);
  });

  it('asks for a hole again while it stays open, no more than every 200 ms', async () => {
    const clock = fakeClock();
    const events = iterate(stage.client({ clock }).documents.changes.subscribe({}));
    const peer = await stage.server.peer();
    await peer.next();
    peer.send(started(1), event(1, 'e1.1'));
    for (let id = 1; id < 5; id += 1) {
      peer.send(started(id), event(id, 'e1.3'));
      await clock.timer(200);
      clock.advance(200);
      expect((await nextFrame(peer)).method).toBe('subscription.stop');
      expect((await nextFrame(peer)).params.lastEventId).toBe('e1.1');
      expect(await peer.next()).toBe('PING');
      peer.send('PONG');
    }
    peer.send(started(5), event(5, 'e1.2'));
    expect(await take(events, 3)).toEqual(['e1.1', 'e1.2', 'e1.3']);
  });

  it('hands on events of another epoch, and of foreign ids, as they come', async () => {
    const events = iterate(stage.client().documents.changes.subscribe({}));
    const peer = await stage.server.peer();
    peer.send(event(1, 'e1.9'), event(1, 'e2.4'), event(1, 'e2.5'), event(1, 'foreign-b'), event(1, 'foreign-a'), event(1, 'e2.1'));
    expect(await take(events, 6)).toEqual(['e1.9', 'e2.4', 'e2.5', 'foreign-b', 'foreign-a', 'e2.1']);
  });

  it('queues so many events for a slow loop, and fetches the rest when it has caught up', async () => {
    const events = iterate(stage.client().documents.changes.subscribe({}, { maxQueuedEvents: 3 }));
    const peer = await stage.server.peer();
    await peer.next();
    peer.send(started(1), event(1, 'e1.1'), event(1, 'e1.2'), event(1, 'e1.3'), event(1, 'e1.4'), event(1, 'e1.5'));
    expect(await peer.next()).toBe('{"id":1,"method":"subscription.stop","svc":"documents"}');
    expect(await take(events, 2)).toEqual(['e1.1', 'e1.2']);
    expect(peer.unread).toEqual([]);
    expect(await take(events, 1)).toEqual(['e1.3']);
    expect((await nextFrame(peer)).params.lastEventId).toBe('e1.3');
    peer.send(started(2), event(2, 'e1.4'), event(2, 'e1.5'));
    expect(await take(events, 2)).toEqual(['e1.4', 'e1.5']);
  });
});
