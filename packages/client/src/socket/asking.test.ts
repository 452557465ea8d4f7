import { describe, expect, it } from 'vitest';
import { memoryStage, methods, numbered, pushed, startedGw, synced } from './memory-socket.fixture.js';
import { data, iterate, take } from './socket-client.fixture.js';

const stage = memoryStage();
const OVER = { over: 'socket', timeoutMs: 2_000_000 } as const;

describe('gw.sync', () => {
  it('P3.19 is sent every 30 s while the page is visible and subscribed, also when events come', async () => {
    const { peer } = await stage.following();
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
    const { peer } = await stage.following();
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
    const { gateway, events, peer } = await stage.following();
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
    const { gateway, peer } = await stage.following();
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
    const { peer } = await stage.following();
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
    const { gateway, peer } = await stage.following();
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
    const { gateway, peer } = await stage.following();
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
    const { gateway, events, peer } = await stage.following();
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
    const { peer } = await stage.following();
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
    const { peer } = await stage.following();
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
    const { peer } = await stage.following();
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
    const { gateway, peer } = await stage.following();
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
    const { gateway, peer } = await stage.following();
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
