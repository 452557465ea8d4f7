import { describe, expect, it } from 'vitest';
import type { ConnectionState } from '../connection-state.js';
import { failure } from '../failure.js';
import { type MemoryPeer, memoryStage, methods, numbered, pushed, startedGw, synced } from './memory-socket.fixture.js';
import { data, iterate, RECONNECT, take } from './socket-client.fixture.js';

const stage = memoryStage();
const OVER = { over: 'socket', timeoutMs: 2_000_000 } as const;

describe('the page', () => {
  it.each(['offline', 'pagehide'])('closes the connection with 1000 at %s, and makes no attempt until it is back', async (type) => {
    const { gateway, events, peer } = await stage.following();
    stage.page.tell(type);
    expect(peer.closedWith).toBe(1000);
    expect(gateway.$connection.state).toEqual({ status: 'offline', attempt: 1, retryInMs: Number.POSITIVE_INFINITY, reason: type });
    expect(stage.clock.pending).toEqual([]);
    iterate(gateway.documents.changes.subscribe({}));
    await stage.pass(600_000);
    expect(stage.peers).toHaveLength(1);
    stage.page.tell(type === 'offline' ? 'online' : 'pageshow');
    const second = await stage.opened();
    expect((await second.sent()).map(({ params }) => params.lastEventId)).toEqual(['e1.10', undefined]);
    second.send(startedGw(1, 'e1.10', 'e1.11', numbered('e1', 11)));
    expect(await take(events, 1)).toEqual(['e1.11']);
  });

  it('that becomes visible does not wait for the next attempt', async () => {
    const { gateway, peer } = await stage.following();
    peer.close(1006);
    await stage.pass(0);
    (stage.peers[1] as MemoryPeer).close(1006);
    expect(gateway.$connection.state).toMatchObject({ status: 'offline', retryInMs: 500 });
    stage.page.tell('visibilitychange');
    await stage.pass(0);
    expect(stage.peers).toHaveLength(3);
  });

  it('is not listened to without requests', async () => {
    const { gateway, events } = await stage.following();
    await events.return?.();
    await stage.pass(1_000);
    stage.page.tell('offline');
    expect(gateway.$connection.state).toEqual({ status: 'idle' });
    expect(stage.clock.pending).toEqual([]);
  });
});

describe('moving to another connection', () => {
  it('P3.21 begins five to ten minutes before the connection is cut', async () => {
    const { peer } = await stage.following();
    await stage.pass(30_000);
    peer.send(synced(1, [], 7_000_000));
    // random() is 0.5: seven and a half minutes before.
    const movesInMs = 7_000_000 - 450_000;
    for (let ms = 0, n = 2; ms < movesInMs - 30_000; ms += 30_000, n += 1) {
      await stage.pass(30_000);
      peer.send(synced(n, [], 7_000_000 - ms - 30_000));
    }
    expect(stage.peers).toHaveLength(1);
    await stage.pass(30_000);
    expect(stage.peers.length).toBeGreaterThan(1);
  });

  it('leaves the first connection only when every subscription has started on the second and its calls are answered', async () => {
    const { gateway, events, peer } = await stage.following();
    const call = gateway.documents.folders.query(undefined, OVER);
    await peer.sent();
    peer.send(RECONNECT);
    const second = await stage.opened();
    peer.send(pushed('e1', 11));
    expect(await take(events, 1)).toEqual(['e1.11']);
    expect(gateway.$connection.state).toEqual({ status: 'live' });
    expect((await second.sent())[0]?.params.lastEventId).toBe('e1.10');
    second.send(startedGw(1, 'e1.10', 'e1.12', numbered('e1', 11, 12)));
    expect(await take(events, 1)).toEqual(['e1.12']);
    expect([await methods(peer), peer.closedWith]).toEqual([['subscription.stop'], undefined]);
    peer.send(data(2, { folders: [] }));
    expect(await call).toEqual({ folders: [] });
    expect(peer.closedWith).toBe(1000);
  });

  it('goes back to the first when the second breaks before that', async () => {
    const { events, peer } = await stage.following();
    peer.send(RECONNECT);
    const second = await stage.opened();
    second.close(1006);
    peer.send(pushed('e1', 11));
    expect(await take(events, 1)).toEqual(['e1.11']);
    await stage.pass(500);
    const third = await stage.opened();
    third.send(startedGw(1, 'e1.11', 'e1.11'));
    expect(peer.closedWith).toBe(1000);
    expect(stage.peers).toHaveLength(3);
  });

  it('goes on with the first while three attempts fail', async () => {
    const { gateway, events, peer } = await stage.following();
    peer.send(RECONNECT);
    for (const waitMs of [0, 500, 1_000]) {
      await stage.pass(waitMs);
      (stage.peers.at(-1) as MemoryPeer).close(1006);
      peer.send(pushed('e1', 10 + stage.peers.length - 1));
    }
    expect(await take(events, 3)).toEqual(['e1.11', 'e1.12', 'e1.13']);
    expect(gateway.$connection.state).toEqual({ status: 'live' });
  });
});

describe('many subscriptions', () => {
  it('are opened 20 at once and 20 every second', async () => {
    const gateway = stage.client();
    for (let count = 0; count < 45; count += 1) iterate(gateway.documents.changes.subscribe({}));
    const peer = await stage.opened();
    expect(await peer.sent()).toHaveLength(20);
    void gateway.documents.folders.query(undefined, OVER).catch(() => {});
    expect(await methods(peer)).toEqual(['query']);
    await stage.pass(1_000);
    expect(await peer.sent()).toHaveLength(20);
    await stage.pass(1_000);
    expect(await peer.sent()).toHaveLength(5);
  });
});

describe('many subscriptions on a connection that breaks before all are opened', () => {
  it('are opened on the next one, and none on the one that is gone', async () => {
    const gateway = stage.client();
    for (let count = 0; count < 45; count += 1) iterate(gateway.documents.changes.subscribe({}));
    const peer = await stage.opened();
    expect(await peer.sent()).toHaveLength(20);
    await stage.pass(500);
    peer.close(1006);
    await stage.pass(1_000);
    const second = stage.peers.at(-1) as MemoryPeer;
    expect([await peer.sent(), stage.peers.length]).toEqual([[], 2]);
    second.open();
    expect((await second.sent()).length).toBe(20);
    await stage.pass(2_000);
    expect(await second.sent()).toHaveLength(25);
  });
});

describe('the end', () => {
  it('P3.22 is for good when gw.bye says not to come back, until the application asks again', async () => {
    const { gateway, events, peer } = await stage.following();
    peer.send('{"id":null,"method":"gw.bye","params":{"code":4401,"why":"the ticket has expired","retry":false}}');
    await expect(events.next()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect(gateway.$connection.state).toEqual({ status: 'closed', reason: 'the ticket has expired', code: 'UNAUTHORIZED' });
    await stage.pass(600_000);
    expect(stage.peers).toHaveLength(1);
    iterate(gateway.documents.changes.subscribe({}));
    await stage.opened();
    expect(stage.peers).toHaveLength(2);
  });

  it('P3.22 is none when it does not', async () => {
    const { gateway, peer } = await stage.following();
    peer.send('{"id":null,"method":"gw.bye","params":{"code":4503,"why":"a new version","retry":true}}');
    expect(gateway.$connection.state).toEqual({ status: 'offline', attempt: 2, retryInMs: 0, reason: 'bye: a new version' });
  });

  it.each([
    ['NETWORK_ERROR', 'offline'],
    ['SERVICE_UNAVAILABLE', 'offline'],
    ['FORBIDDEN', 'closed'],
  ] as const)('comes with a %s of socketUrl: %s', async (code, status) => {
    const gateway = stage.client({ socketUrl: () => Promise.reject(failure(code, 'socketUrl', 'had no ticket')) });
    iterate(gateway.documents.changes.subscribe({}))
      .next()
      .catch(() => {});
    await stage.pass(0);
    expect(gateway.$connection.state.status).toBe(status);
  });

  it('leaves no timer', async () => {
    const { gateway } = await stage.following();
    await stage.pass(31_000);
    gateway.$close();
    expect(stage.clock.pending).toEqual([]);
  });
});

describe('the waits between attempts (P3.14)', () => {
  it('end at 2.5 s, and at 30 s when attempts have failed for half a minute, however many they were', async () => {
    const waits: number[] = [];
    let luck = 1;
    const gateway = stage.client({ random: () => luck });
    gateway.$connection.subscribe((state: ConnectionState) => state.status === 'offline' && waits.push(state.retryInMs));
    iterate(gateway.documents.changes.subscribe({}));
    const fail = async (times: number) => {
      for (let count = 0; count < times; count += 1) {
        await stage.pass(waits.at(-1) ?? 0);
        (stage.peers.at(-1) as MemoryPeer).close(1006);
      }
      return waits.splice(0);
    };
    expect(await fail(15)).toEqual([500, 1_000, 2_000, ...Array(11).fill(2_500), 30_000]);
    luck = 0.1;
    await stage.pass(30_000);
    const good = await stage.opened();
    await stage.pass(30_000);
    good.close(1006);
    expect(await fail(40)).toEqual([0, 100, 200, ...Array(38).fill(250)]);
  });

  it('are counted by the clock: a connection that lasted 30 s is good though its timers come late', async () => {
    const { clock } = stage;
    let sleptMs = 0;
    const gateway = stage.client({ clock: { after: clock.after, now: () => clock.now() + sleptMs } });
    iterate(gateway.documents.changes.subscribe({}));
    (await stage.opened()).close(1006);
    (await stage.opened()).close(1006);
    expect(gateway.$connection.state).toMatchObject({ status: 'offline', retryInMs: 500 });
    await stage.pass(500);
    const third = await stage.opened();
    sleptMs = 30_000;
    third.close(1001);
    expect(gateway.$connection.state).toMatchObject({ status: 'offline', attempt: 2, retryInMs: 0 });
  });
});
