import { describe, expect, it } from 'vitest';
import type { ConnectionState } from '../connection-state.js';
import { failure } from '../failure.js';
import { type MemoryPeer, memoryStage, numbered, pushed, startedGw, synced } from './memory-socket.fixture.js';
import { data, iterate, RECONNECT, take } from './socket-client.fixture.js';

const stage = memoryStage();
const OVER = { over: 'socket', timeoutMs: 2_000_000 } as const;

/** A client with one subscription that has started after `e1.10`, and its socket with nothing unread. */
async function following() {
  const gateway = stage.client();
  const events = iterate(gateway.documents.changes.subscribe({}));
  const peer = await stage.opened();
  await peer.sent();
  peer.send(startedGw(1, 'e1.10', 'e1.10'));
  return { gateway, events, peer };
}

const methods = async (peer: MemoryPeer) => (await peer.sent()).map(({ method }) => method);

describe('gw.sync', () => {
  it('P3.19 is sent every 30 s while the page is visible and subscribed, also when events come', async () => {
    const { peer } = await following();
    for (const n of [1, 2]) {
      await stage.pass(29_999);
      peer.send(pushed('e1', 10 + n));
      expect(await peer.sent()).toEqual([]);
      await stage.pass(1);
      expect((await peer.sent())[0]?.params).toEqual({ n, c: [[1, `e1.${10 + n}`]] });
      peer.send(synced(n));
    }
  });

  it('P3.19 is sent every 240 s while the page is hidden', async () => {
    const { peer } = await following();
    stage.page.document.hidden = true;
    await stage.pass(239_999);
    expect(await peer.sent()).toEqual([]);
    await stage.pass(1);
    expect(await methods(peer)).toEqual(['gw.sync']);
  });

  it('P3.19 is sent every 540 s without subscriptions', async () => {
    void stage.client().documents.folders.query(undefined, OVER);
    const peer = await stage.opened();
    await peer.sent();
    await stage.pass(4_000);
    expect((await peer.sent())[0]?.params).toEqual({ n: 1, c: [] });
    peer.send(synced(1));
    await stage.pass(539_999);
    expect(await peer.sent()).toEqual([]);
    await stage.pass(1);
    expect((await peer.sent())[0]?.params).toEqual({ n: 2, c: [] });
    peer.send(synced(2), data(1, {}));
  });

  it('P3.19 is sent again after 5 s, and after 5 s more the connection is left for a new one, whatever else comes', async () => {
    const { gateway, events, peer } = await following();
    await stage.pass(30_000);
    await peer.sent();
    await stage.pass(4_999);
    expect([await peer.sent(), gateway.$connection.state]).toEqual([[], { status: 'live' }]);
    await stage.pass(1);
    expect((await peer.sent())[0]?.params).toEqual({ n: 1, c: [[1, 'e1.10']] });
    expect(gateway.$connection.state).toEqual({ status: 'degraded' });
    peer.send(pushed('e1', 11));
    await stage.pass(5_000);
    expect(peer.closedWith).toBe(1000);
    const second = await stage.opened();
    expect((await second.sent())[0]?.params.lastEventId).toBe('e1.11');
    peer.send(pushed('e1', 12));
    second.send(startedGw(1, 'e1.11', 'e1.12', [[12, 'by the second']]));
    expect(await take(events, 2)).toEqual(['e1.11', 'by the second']);
  });

  it('is answered in time by a slow server: the answer to the first counts', async () => {
    const { gateway, peer } = await following();
    await stage.pass(36_000);
    peer.send(synced(1));
    await stage.pass(20_000);
    expect(peer.closedWith).toBeUndefined();
    expect(gateway.$connection.state).toEqual({ status: 'live' });
  });

  it('has at most 200 cursors, and goes round', async () => {
    const gateway = stage.client();
    for (let count = 0; count < 201; count += 1) iterate(gateway.documents.changes.subscribe({}));
    const peer = await stage.opened();
    await stage.pass(11_000);
    for (let id = 1; id <= 201; id += 1) peer.send(startedGw(id, 'e1.10', 'e1.10'));
    await peer.sent();
    await stage.pass(19_000);
    expect((await peer.sent()).map(({ params }) => params.c.length)).toEqual([200]);
    peer.send(synced(1));
    expect((await peer.sent()).map(({ params }) => params.c)).toEqual([[[201, 'e1.10']]]);
  });

  it('is sent at once when the page comes back after 10 s of silence, and not before', async () => {
    const { peer } = await following();
    await stage.pass(10_000);
    stage.page.tell('visibilitychange');
    expect(await peer.sent()).toEqual([]);
    await stage.pass(1);
    stage.page.document.hidden = true;
    stage.page.tell('visibilitychange');
    expect(await peer.sent()).toEqual([]);
    stage.page.tell('resume');
    expect(await methods(peer)).toEqual(['gw.sync']);
  });

  it('P3.19 is sent when a call got no answer for 4 s and nothing else came, and after 5 s more the connection is left', async () => {
    const { gateway, peer } = await following();
    await stage.pass(12_000);
    const call = gateway.documents.folders.query(undefined, OVER);
    expect(await methods(peer)).toEqual(['query']);
    await stage.pass(3_999);
    expect(await peer.sent()).toEqual([]);
    await stage.pass(1);
    expect((await peer.sent())[0]?.params).toEqual({ n: 1, c: [[1, 'e1.10']] });
    expect(gateway.$connection.state).toEqual({ status: 'degraded' });
    await stage.pass(5_000);
    expect(peer.closedWith).toBe(1000);
    const second = await stage.opened();
    expect(await methods(second)).toEqual(['subscription', 'query']);
    second.send(data(2, 'by the second'));
    expect(await call).toBe('by the second');
  });

  it('is not sent for a call while other things come, and once for a call that takes long', async () => {
    const { gateway, peer } = await following();
    void gateway.documents.folders.query(undefined, OVER).catch(() => {});
    await peer.sent();
    await stage.pass(3_500);
    peer.send(pushed('e1', 11));
    await stage.pass(6_000);
    expect(await peer.sent()).toEqual([]);
    void gateway.documents.folders.query(undefined, OVER).catch(() => {});
    await peer.sent();
    await stage.pass(4_000);
    expect(await methods(peer)).toEqual(['gw.sync']);
    peer.send(synced(1));
    await stage.pass(29_999);
    expect(await peer.sent()).toEqual([]);
  });

  it('P3.19 is sent 4 s after the last of events that followed each other closely, and 5 s later the connection is left', async () => {
    const { gateway, events, peer } = await following();
    for (const offset of [11, 12, 13, 14]) {
      await stage.pass(3_900);
      peer.send(pushed('e1', offset));
    }
    await stage.pass(3_999);
    expect(await peer.sent()).toEqual([]);
    await stage.pass(1);
    expect((await peer.sent())[0]?.params).toEqual({ n: 1, c: [[1, 'e1.14']] });
    expect(gateway.$connection.state).toEqual({ status: 'live' });
    await stage.pass(4_999);
    expect(peer.closedWith).toBeUndefined();
    await stage.pass(1);
    expect(peer.closedWith).toBe(1000);
    const second = await stage.opened();
    second.send(startedGw(1, 'e1.14', 'e1.15', numbered('e1', 15)));
    expect(await take(events, 5)).toEqual(['e1.11', 'e1.12', 'e1.13', 'e1.14', 'e1.15']);
  });

  it('P3.19 is sent once per silence, and keeps its rhythm then', async () => {
    const { peer } = await following();
    for (const n of [1, 2]) {
      peer.send(...[1, 2, 3, 4].map((step) => pushed('e1', n * 4 + 6 + step)));
      await stage.pass(4_000);
      expect((await peer.sent())[0]?.params).toEqual({ n, c: [[1, `e1.${n * 4 + 10}`]] });
      // A cold start.
      await stage.pass(3_000);
      peer.send(synced(n));
      await stage.pass(20_000);
      expect(await peer.sent()).toEqual([]);
    }
    await stage.pass(7_000);
    expect(await methods(peer)).toEqual(['gw.sync']);
  });

  it('P3.19 is not sent early for a burst of three, for events more than 4 s apart, and while the page is hidden', async () => {
    const { peer } = await following();
    peer.send(pushed('e1', 11), pushed('e1', 12), pushed('e1', 13));
    for (const offset of [14, 15, 16, 17, 18]) {
      await stage.pass(4_001);
      peer.send(pushed('e1', offset));
    }
    expect(await peer.sent()).toEqual([]);
    stage.page.document.hidden = true;
    peer.send(pushed('e1', 19), pushed('e1', 20), pushed('e1', 21));
    await stage.pass(60_000);
    expect(await peer.sent()).toEqual([]);
  });

  it('P3.19 is sent again, and not given up after the first, when something comes after a question that silence asked', async () => {
    const { peer } = await following();
    peer.send(...[11, 12, 13, 14].map((offset) => pushed('e1', offset)));
    await stage.pass(4_000);
    await peer.sent();
    await stage.pass(1_000);
    peer.send('{"message":"Limit exceeded","connectionId":"c","requestId":"r"}');
    await stage.pass(4_000);
    expect([await methods(peer), peer.closedWith]).toEqual([['gw.sync'], undefined]);
    peer.send(synced(1));
  });

  it('P3.20 is sent again after the time its answer says, and who it did not speak of still lacks what it lacked', async () => {
    const { gateway, peer } = await following();
    peer.send(pushed('e1', 12));
    await stage.pass(200);
    expect((await peer.sent())[0]?.params).toEqual({ n: 1, c: [[1, 'e1.10']] });
    peer.send('{"id":null,"method":"gw.sync","params":{"n":1,"s":[],"exp":7000000,"again":1000}}');
    expect(gateway.$connection.state).toEqual({ status: 'catching-up' });
    await stage.pass(999);
    expect(await peer.sent()).toEqual([]);
    await stage.pass(1);
    expect((await peer.sent())[0]?.params).toEqual({ n: 2, c: [[1, 'e1.10']] });
    peer.send(synced(2, [[1, 'e1.12', numbered('e1', 11, 12)]]));
    expect(gateway.$connection.state).toEqual({ status: 'live' });
  });

  it('is sent when a call waited in vain', async () => {
    const { gateway, peer } = await following();
    await stage.pass(12_000);
    const call = gateway.documents.folders.query(undefined, { over: 'socket', timeoutMs: 3_000 });
    await peer.sent();
    const failed = expect(call).rejects.toMatchObject({ code: 'TIMEOUT' });
    await stage.pass(3_000);
    await failed;
    expect(await methods(peer)).toEqual(['gw.sync']);
  });
});

describe('a clock that is set', () => {
  it('an hour back stops no gw.sync', async () => {
    let skewMs = 0;
    const { clock } = stage;
    const events = iterate(
      stage.client({ clock: { ...clock, after: clock.after, now: () => clock.now() + skewMs } }).documents.changes.subscribe({}),
    );
    void events;
    const peer = await stage.opened();
    peer.send(startedGw(1, 'e1.10', 'e1.10'));
    await peer.sent();
    skewMs = -3_600_000;
    await stage.pass(30_000);
    expect(await methods(peer)).toEqual(['gw.sync']);
  });
});

describe('the page', () => {
  it.each(['offline', 'pagehide'])('closes the connection with 1000 at %s, and makes no attempt until it is back', async (type) => {
    const { gateway, events, peer } = await following();
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
    const { gateway, peer } = await following();
    peer.close(1006);
    await stage.pass(0);
    (stage.peers[1] as MemoryPeer).close(1006);
    expect(gateway.$connection.state).toMatchObject({ status: 'offline', retryInMs: 500 });
    stage.page.tell('visibilitychange');
    await stage.pass(0);
    expect(stage.peers).toHaveLength(3);
  });

  it('is not listened to without requests', async () => {
    const { gateway, events } = await following();
    await events.return?.();
    await stage.pass(1_000);
    stage.page.tell('offline');
    expect(gateway.$connection.state).toEqual({ status: 'idle' });
    expect(stage.clock.pending).toEqual([]);
  });
});

describe('moving to another connection', () => {
  it('P3.21 begins five to ten minutes before the connection is cut', async () => {
    const { peer } = await following();
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
    const { gateway, events, peer } = await following();
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
    const { events, peer } = await following();
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
    const { gateway, events, peer } = await following();
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
    const { gateway, events, peer } = await following();
    peer.send('{"id":null,"method":"gw.bye","params":{"code":4401,"why":"the ticket has expired","retry":false}}');
    await expect(events.next()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect(gateway.$connection.state).toEqual({ status: 'closed', reason: 'the ticket has expired' });
    await stage.pass(600_000);
    expect(stage.peers).toHaveLength(1);
    iterate(gateway.documents.changes.subscribe({}));
    await stage.opened();
    expect(stage.peers).toHaveLength(2);
  });

  it('P3.22 is none when it does not', async () => {
    const { gateway, peer } = await following();
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
    const { gateway } = await following();
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
