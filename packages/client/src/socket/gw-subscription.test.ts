import { describe, expect, it } from 'vitest';
import { memoryStage, numbered, pushed, startedGw, synced } from './memory-socket.fixture.js';
import { iterate, stopped, take } from './socket-client.fixture.js';

const stage = memoryStage();

describe('a subscription at a server that speaks gw', () => {
  it('P3.16 says so, takes the events that come with started, and asks at once for those that did not fit', async () => {
    const events = iterate(stage.client().documents.changes.subscribe({}, { lastEventId: 'e1.10' }));
    const peer = await stage.opened();
    expect(await peer.sent()).toEqual([
      { id: 1, method: 'subscription', svc: 'documents', gw: 2, params: { path: 'documents.changes', input: {}, lastEventId: 'e1.10' } },
    ]);
    peer.send(startedGw(1, 'e1.10', 'e1.14', numbered('e1', 11, 12)));
    expect(await peer.sent()).toEqual([{ id: null, method: 'gw.sync', svc: 'gw', params: { n: 1, c: [[1, 'e1.12']] } }]);
    peer.send(synced(1, [[1, 'e1.14', numbered('e1', 13)]]));
    expect((await peer.sent())[0]?.params).toEqual({ n: 2, c: [[1, 'e1.13']] });
    peer.send(synced(2, [[1, 'e1.14', numbered('e1', 14)]]));
    expect(await take(events, 4)).toEqual(['e1.11', 'e1.12', 'e1.13', 'e1.14']);
    expect(await peer.sent()).toEqual([]);
  });

  it('P2.16 makes dates of the texts that started tells of, in every event', async () => {
    const events = iterate(stage.client().documents.changes.subscribe({}));
    const peer = await stage.opened();
    await peer.sent();
    const gw = { t: 'documents', h: 'e1.11', x: [[11, { at: '2024-02-29T12:00:00.000Z' }]], c: [['d', 'at']] };
    peer.send(JSON.stringify({ id: 1, result: { type: 'started', id: 'e1.10', gw } }));
    peer.send(
      JSON.stringify({ id: null, method: 'gw.ev', params: { t: 'documents', e: 'e1', x: [[12, { at: '2024-02-29T13:00:00.000Z' }]] } }),
    );
    expect(await take(events, 2)).toEqual([{ at: new Date('2024-02-29T12:00:00Z') }, { at: new Date('2024-02-29T13:00:00Z') }]);
  });

  it('P3.17 hands on what is pushed, drops what it has, and puts what came early into order', async () => {
    const { events, peer } = await stage.following();
    peer.send(pushed('e1', 11, 12), pushed('e1', 12), pushed('e1', 15), pushed('e1', 14), pushed('e1', 11), pushed('e1', 13));
    expect(await take(events, 5)).toEqual(['e1.11', 'e1.12', 'e1.13', 'e1.14', 'e1.15']);
    await stage.pass(1_000);
    expect(await peer.sent()).toEqual([]);
  });

  it('P3.28 is opened again when a busy server refuses it although it has a position, and misses nothing', async () => {
    const events = iterate(stage.client().documents.changes.subscribe({}, { lastEventId: 'e1.10' }));
    const peer = await stage.opened();
    await peer.sent();
    const refused = { message: 'busy', code: -32603, data: { code: 'SERVICE_UNAVAILABLE', httpStatus: 503, retryAfterMs: 3_000 } };
    peer.send(JSON.stringify({ id: 1, error: refused }));
    await stage.pass(2_999);
    expect(await peer.sent()).toEqual([]);
    await stage.pass(3_001);
    const [stop, again] = await peer.sent();
    expect([stop, again]).toMatchObject([
      { id: 1, method: 'subscription.stop' },
      { id: 2, method: 'subscription', params: { lastEventId: 'e1.10' } },
    ]);
    peer.send(startedGw(2, 'e1.10', 'e1.11', numbered('e1', 11)));
    expect(await take(events, 1)).toEqual(['e1.11']);
  });

  it('P3.28 ends with the error when it has no position yet, or when it will not pass', async () => {
    const gateway = stage.client();
    const fresh = iterate(gateway.documents.changes.subscribe({})).next();
    const resumed = iterate(gateway.documents.changes.subscribe({}, { lastEventId: 'e1.10' })).next();
    const peer = await stage.opened();
    const error = (id: number, code: string) =>
      JSON.stringify({ id, error: { message: 'no', code: -32603, data: { code, httpStatus: 503 } } });
    peer.send(error(1, 'SERVICE_UNAVAILABLE'), error(2, 'FORBIDDEN'));
    await expect(fresh).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await expect(resumed).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('P3.17 gives the events of a topic to every subscription to it', async () => {
    const gateway = stage.client();
    const loops = [1, 2].map(() => iterate(gateway.documents.changes.subscribe({})));
    const peer = await stage.opened();
    peer.send(startedGw(1, 'e1.10', 'e1.10'), startedGw(2, 'e1.11', 'e1.11'), pushed('e1', 11), pushed('e1', 12));
    expect(await take(loops[0]!, 2)).toEqual(['e1.11', 'e1.12']);
    expect(await take(loops[1]!, 1)).toEqual(['e1.12']);
  });

  it('P3.27 fetches an event that was too large to be sent, in its place', async () => {
    // printf '"large"' | sha256sum
    const reference = {
      url: 'https://bucket.test/1',
      bytes: 7,
      sha256: '8dd8c429f56aeaccae1c540f78a366e07f80c0a73bb128291b6bca3ba349abc9',
    };
    const asked: string[] = [];
    const fetch = async (url: string) => {
      asked.push(url);
      return new Response('"large"');
    };
    const events = iterate(stage.client({ fetch }).documents.changes.subscribe({}) as AsyncIterable<unknown, undefined>);
    const peer = await stage.opened();
    peer.send(
      startedGw(1, 'e1.10', 'e1.10', [
        [11, 'small'],
        [12, { '$gw.ref': reference }],
        [13, 'last'],
      ]),
    );
    expect(await take(events, 3)).toEqual(['small', 'large', 'last']);
    expect(asked).toEqual(['https://bucket.test/1']);
  });

  it('P3.27 ends with NETWORK_ERROR when such an event cannot be had, and has handed on the one before', async () => {
    const reference = {
      url: 'https://bucket.test/1',
      bytes: 7,
      sha256: '8dd8c429f56aeaccae1c540f78a366e07f80c0a73bb128291b6bca3ba349abc9',
    };
    const fetch = async () => new Response('expired', { status: 403 });
    const events = iterate(stage.client({ fetch }).documents.changes.subscribe({}) as AsyncIterable<unknown, undefined>);
    const peer = await stage.opened();
    peer.send(
      startedGw(1, 'e1.10', 'e1.10', [
        [11, 'small'],
        [12, { '$gw.ref': reference }],
      ]),
    );
    expect(await take(events, 1)).toEqual(['small']);
    await expect(events.next()).rejects.toMatchObject({ code: 'NETWORK_ERROR' });
  });

  it('P3.17 asks for a hole that stays open for 200 ms', async () => {
    const { events, peer } = await stage.following();
    peer.send(pushed('e1', 12));
    await stage.pass(199);
    expect(await peer.sent()).toEqual([]);
    await stage.pass(1);
    expect((await peer.sent())[0]?.params).toEqual({ n: 1, c: [[1, 'e1.10']] });
    peer.send(synced(1, [[1, 'e1.12', numbered('e1', 11, 12)]]));
    expect(await take(events, 2)).toEqual(['e1.11', 'e1.12']);
  });

  it('P3.17 keeps at most 256 early events, and asks for the others', async () => {
    const { events, peer } = await stage.following({ maxQueuedEvents: 10_000 });
    for (let offset = 12; offset <= 400; offset += 1) peer.send(pushed('e1', offset));
    await stage.pass(200);
    expect((await peer.sent())[0]?.params.c).toEqual([[1, 'e1.10']]);
    peer.send(synced(1, [[1, 'e1.400', numbered('e1', 11)]]));
    expect((await peer.sent())[0]?.params.c).toEqual([[1, 'e1.267']]);
    expect(await take(events, 257)).toHaveLength(257);
  });

  it('P3.17 asks when events of an epoch come that it does not know', async () => {
    const { peer } = await stage.following();
    peer.send(pushed('e2', 1));
    await stage.pass(200);
    expect((await peer.sent())[0]?.params.c).toEqual([[1, 'e1.10']]);
  });

  it('asks at once when events came before its topic was known', async () => {
    iterate(stage.client().documents.changes.subscribe({}));
    const peer = await stage.opened();
    await peer.sent();
    peer.send(pushed('e1', 11), startedGw(1, 'e1.10', 'e1.10'));
    expect((await peer.sent())[0]?.params.c).toEqual([[1, 'e1.10']]);
  });

  it('does not ask in circles for what an answer does not bring', async () => {
    const { peer } = await stage.following();
    peer.send(pushed('e1', 12));
    for (const waitMs of [200, 200, 400, 800]) {
      await stage.pass(waitMs - 1);
      expect(await peer.sent()).toEqual([]);
      await stage.pass(1);
      const [{ params } = {}] = await peer.sent();
      peer.send(synced(params?.n as number, [[1, 'e1.12']]));
    }
  });

  it('P3.18 throws PRECONDITION_FAILED after the events before when it was reset', async () => {
    const { events, peer } = await stage.following();
    peer.send(pushed('e1', 11), pushed('e1', 14));
    await stage.pass(200);
    peer.send(synced(1, [[1, 'e1.9000', [], 'far']]));
    expect(await take(events, 1)).toEqual(['e1.11']);
    await expect(events.next()).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
      message: '[PRECONDITION_FAILED] documents.changes missed events for good (far): load anew, or pass onReset',
    });
    expect((await peer.sent()).map(({ method }) => method)).toEqual(['gw.sync', 'subscription.stop']);
  });

  it('P3.18 calls onReset in its place among the events, and goes on after the position', async () => {
    const seen: unknown[] = [];
    const { events, peer } = await stage.following({ onReset: (notice) => seen.push(notice) });
    peer.send(pushed('e1', 11), pushed('e1', 14));
    await stage.pass(200);
    peer.send(synced(1, [[1, 'e2.7', [], 'epoch']]), pushed('e2', 8));
    expect(await take(events, 1)).toEqual(['e1.11']);
    expect(seen).toEqual([]);
    expect(await take(events, 1)).toEqual(['e2.8']);
    expect(seen).toEqual([{ reason: 'epoch', position: 'e2.7' }]);
  });

  it('P3.18 is reset by started too', async () => {
    const events = iterate(stage.client().documents.changes.subscribe({}, { lastEventId: 'e1.3' }));
    const peer = await stage.opened();
    peer.send(startedGw(1, 'e1.90', 'e1.90', [], 'trimmed'));
    await expect(events.next()).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
  });

  it('P3.18 ignores a reset of a place it has left', async () => {
    const { events, peer } = await stage.following();
    peer.send(pushed('e1', 12));
    await stage.pass(200);
    peer.send(pushed('e1', 11), synced(1, [[1, 'e1.12', [], 'trimmed']]), pushed('e1', 13));
    expect(await take(events, 3)).toEqual(['e1.11', 'e1.12', 'e1.13']);
  });

  it('P3.20 opens a subscription again that the connection does not have, at its place', async () => {
    const { events, peer } = await stage.following();
    await stage.pass(30_000);
    await peer.sent();
    peer.send(synced(1, [[1, null]]));
    expect((await peer.sent()).at(-1)).toMatchObject({ id: 2, method: 'subscription', params: { lastEventId: 'e1.10' } });
    peer.send(startedGw(2, 'e1.10', 'e1.11', numbered('e1', 11)));
    expect(await take(events, 1)).toEqual(['e1.11']);
  });

  it('takes nothing while its loop is slow, and fetches the rest when that has caught up', async () => {
    const { events, peer } = await stage.following({ maxQueuedEvents: 2 });
    peer.send(pushed('e1', 11, 12, 13), pushed('e1', 14));
    await stage.pass(20_000);
    expect(await peer.sent()).toEqual([]);
    expect(await take(events, 2)).toEqual(['e1.11', 'e1.12']);
    expect((await peer.sent())[0]?.params.c).toEqual([[1, 'e1.12']]);
    peer.send(synced(1, [[1, 'e1.14', numbered('e1', 13, 14)]]));
    expect(await take(events, 2)).toEqual(['e1.13', 'e1.14']);
  });

  it('ignores events after stopped, and malformed ones', async () => {
    const { events, peer } = await stage.following();
    peer.send(
      '{"id":null,"method":"gw.ev"}',
      '{"id":null,"method":"gw.ev","params":null}',
      '{"id":null,"method":"gw.ev","params":{"t":"documents","e":"e1","x":[null,7,[],["11",1],[11.5,1]]}}',
      '{"id":null,"method":"gw.sync","params":{"n":1,"s":[[1]]}}',
      '{"id":null,"method":"toString","params":{}}',
      pushed('e1', 11),
      stopped(1),
      pushed('e1', 12),
    );
    expect(await take(events, 5)).toEqual(['e1.11']);
  });

  it('tells how it is doing, and since when it may be behind', async () => {
    const { subscription, peer } = await stage.following();
    expect([subscription.state, subscription.stalenessMs]).toEqual(['live', 0]);
    await stage.pass(5_000);
    expect([subscription.state, subscription.stalenessMs]).toEqual(['live', 5_000]);
    peer.send(pushed('e1', 12));
    expect([subscription.state, subscription.stalenessMs]).toEqual(['recovering', 5_000]);
    peer.send(pushed('e1', 11));
    expect([subscription.state, subscription.stalenessMs]).toEqual(['live', 0]);
    peer.close(1006);
    expect(subscription.state).toBe('recovering');
    const second = await stage.opened();
    expect(subscription.state).toBe('recovering');
    second.send(startedGw(1, 'e1.12', 'e1.12'));
    expect(subscription.state).toBe('live');
  });

  it('says whenever its state is another', async () => {
    const states: (string | undefined)[] = [];
    let view: { readonly state: string } | undefined;
    const { subscription, peer } = await stage.following({ onState: () => states.push(view?.state) });
    view = subscription;
    peer.send(pushed('e1', 12), pushed('e1', 11));
    peer.close(1006);
    expect(states).toEqual([undefined, 'recovering', 'live', 'recovering']);
  });
});
