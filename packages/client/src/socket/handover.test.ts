import { describe, expect, it } from 'vitest';
import type { ConnectionState } from '../connection-state.js';
import { type FakeClock, fakeClock } from '../fake-clock.fixture.js';
import type { Peer } from '../fake-server.fixture.js';
import { data, event, iterate, nextFrame, RECONNECT, socketStage, started, take } from './socket-client.fixture.js';

const stage = socketStage();

/** A connection with a call that gets no answer lasts for 30 s: its server shows that it is there when it is asked. */
async function lasts(peer: Peer, clock: FakeClock): Promise<void> {
  clock.advance(4_000);
  expect((await nextFrame(peer)).method).toBe('gw.sync');
  peer.send('{"id":null,"method":"gw.sync","params":{"n":1,"s":[]}}');
  await clock.timer(540_000);
  clock.advance(26_000);
}

describe('a reconnect notice of the server (P3.11)', () => {
  it('opens a second connection, goes on there, and then closes the first', async () => {
    const gateway = stage.client();
    const states: string[] = [];
    const events = iterate(gateway.documents.changes.subscribe({}));
    const first = await stage.server.peer();
    await first.next();
    first.send(started(1), event(1, 'e1.1'));
    expect(await take(events, 1)).toEqual(['e1.1']);
    gateway.$connection.subscribe(({ status }) => states.push(status));
    first.send(RECONNECT, event(1, 'e1.2'));
    const second = await stage.server.peer();
    const resumed = await nextFrame(second);
    expect(resumed).toMatchObject({ id: 1, method: 'subscription' });
    second.send(started(1), ...['e1.2', 'e1.3'].filter((id) => id > (resumed.params.lastEventId as string)).map((id) => event(1, id)));
    expect(await take(events, 2)).toEqual(['e1.2', 'e1.3']);
    expect(await first.next()).toBe('{"id":1,"method":"subscription.stop","svc":"documents"}');
    expect(await first.closed).toBe(1000);
    expect(states).toEqual([]);
  });

  it('keeps a subscription that has no place on both connections until the new one has started', async () => {
    const events = iterate(stage.client().documents.changes.subscribe({}));
    const first = await stage.server.peer();
    await first.next();
    first.send(started(1), RECONNECT);
    const second = await stage.server.peer();
    expect((await nextFrame(second)).params.lastEventId).toBeUndefined();
    first.send(event(1, 'e1.1'));
    expect(await take(events, 1)).toEqual(['e1.1']);
    second.send(started(1), event(1, 'e1.1'), event(1, 'e1.2'));
    expect(await take(events, 1)).toEqual(['e1.2']);
    expect((await nextFrame(first)).method).toBe('subscription.stop');
    expect(await first.closed).toBe(1000);
  });

  it('goes on with the first connection while the second fails', async () => {
    const events = iterate(stage.client({ random: () => 0 }).documents.changes.subscribe({}));
    const first = await stage.server.peer();
    await first.next();
    first.send(started(1), event(1, 'e1.1'));
    stage.server.refuse(2);
    first.send(RECONNECT, event(1, 'e1.2'));
    expect(await take(events, 2)).toEqual(['e1.1', 'e1.2']);
    const second = await stage.server.peer();
    await second.next();
    second.send(started(1), event(1, 'e1.3'));
    expect(await take(events, 1)).toEqual(['e1.3']);
    expect(await first.closed).toBe(1000);
  });

  it('is not followed in circles: the second within 30 s waits its turn', async () => {
    const clock = fakeClock();
    iterate(stage.client({ clock, random: () => 0.5 }).documents.changes.subscribe({}, { lastEventId: 'e1.1' }));
    const first = await stage.server.peer();
    await first.next();
    first.send(RECONNECT, RECONNECT);
    await clock.timer(0);
    clock.advance(0);
    const second = await stage.server.peer();
    await second.next();
    second.send(RECONNECT);
    await clock.timer(500);
  });

  it('lets calls in flight finish where they are', async () => {
    const gateway = stage.client();
    const call = gateway.documents.remove.mutate({ id: 'a' }, { over: 'socket' });
    const first = await stage.server.peer();
    await first.next();
    first.send(RECONNECT);
    const second = await stage.server.peer();
    first.send('{"id":1,"result":{"type":"data","data":{"id":"a"}}}');
    expect(await call).toEqual({ id: 'a' });
    expect(await first.closed).toBe(1000);
    expect(second.unread).toEqual([]);
  });

  it('waits 10 s for them at most', async () => {
    const clock = fakeClock();
    const gateway = stage.client({ clock, random: () => 0.5 });
    const call = gateway.documents.remove.mutate({ id: 'a' }, { over: 'socket', key: false, timeoutMs: 100_000 });
    const first = await stage.server.peer();
    await first.next();
    await lasts(first, clock);
    first.send(RECONNECT);
    await clock.timer(0);
    clock.advance(0);
    await stage.server.peer();
    await clock.timer(30_000);
    clock.advance(10_000);
    await expect(call).rejects.toMatchObject({ code: 'NETWORK_ERROR' });
    expect(await first.closed).toBe(1000);
  });

  it('sends a query again on the second connection when the first closes without its answer', async () => {
    const clock = fakeClock();
    const gateway = stage.client({ clock, random: () => 0.5 });
    const query = gateway.documents.folders.query(undefined, { over: 'socket', timeoutMs: 100_000 });
    const first = await stage.server.peer();
    await first.next();
    await lasts(first, clock);
    first.send(RECONNECT);
    await clock.timer(0);
    clock.advance(0);
    const second = await stage.server.peer();
    await clock.timer(30_000);
    expect(second.unread).toEqual([]);
    first.close(1001);
    expect(await nextFrame(second)).toMatchObject({ id: 1, method: 'query' });
    second.send(data(1, 'again'));
    expect(await query).toBe('again');
  });

  it('is followed at its pace when the first connection is lost meanwhile', async () => {
    const clock = fakeClock();
    const gateway = stage.client({ clock, random: () => 0.5 });
    const events = iterate(gateway.documents.changes.subscribe({}));
    const first = await stage.server.peer();
    await first.next();
    first.send(started(1, 'e1.41'), RECONNECT);
    await clock.timer(0);
    first.close(1001);
    const lost = new Promise<ConnectionState>((resolve) => {
      gateway.$connection.subscribe(resolve);
    });
    expect(await lost).toMatchObject({ status: 'offline', attempt: 2, retryInMs: 0 });
    clock.advance(0);
    const second = await stage.server.peer();
    expect((await nextFrame(second)).params.lastEventId).toBe('e1.41');
    second.send(started(1, 'e1.41'), event(1, 'e1.42'));
    expect(await take(events, 1)).toEqual(['e1.42']);
  });
});
