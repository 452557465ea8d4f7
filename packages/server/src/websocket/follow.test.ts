import { describe, expect, it } from 'vitest';
import { subscribersOf } from '../topics/subscription-store.test.suite.js';
import { createManualClock } from './clock.fixture.js';
import { handleServiceMessage } from './service-message.js';
import { createSocketStage, lambda, messageEvent } from './socket.fixture.js';

const TOPIC = 'notes.changes/a';
const CONNECTION = 'L0SM9cOFvHcCIhw=';

function start() {
  const stage = createSocketStage(createManualClock());
  const send = async (body: unknown, over: object = {}) =>
    (await handleServiceMessage(stage.parts, { ...stage, ...over }, messageEvent(body), lambda)).body;
  const publish = async (...events: readonly unknown[]) => {
    for (const event of events) await stage.topics.append(TOPIC, JSON.stringify(event), 3600);
  };
  return { ...stage, send, publish, read: async (body: unknown, over?: object) => JSON.parse((await send(body, over)) ?? 'null') };
}

const subscription = (id: number | string, lastEventId?: string, folder = 'a') => ({
  id,
  method: 'subscription',
  svc: 'notes',
  gw: 2,
  params: { path: 'notes.changes', input: { folder }, ...(lastEventId === undefined ? {} : { lastEventId }) },
});
const stop = (id: number) => ({ id, method: 'subscription.stop', svc: 'notes' });

describe('a subscription of our own client', () => {
  it('is answered at once with its topic and the newest event, and wakes nobody (P3.16)', async () => {
    const { send, publish, topics, subscriptions } = start();
    await publish({ n: 1 });
    expect(await send(subscription(7))).toBe(
      '{"id":7,"result":{"type":"started","id":"e1.1","gw":{"t":"notes.changes/a","h":"e1.1","x":[]}}}',
    );
    expect(topics.stream).toHaveLength(1);
    expect(await subscribersOf(subscriptions, TOPIC, 0)).toHaveLength(1);
    expect(await subscribersOf(subscriptions, TOPIC)).toEqual([]);
  });

  it('gets the events right after its position with the answer (P3.16)', async () => {
    const { read, publish } = start();
    await publish({ n: 1 }, { n: 2 }, { n: 3 });
    expect((await read(subscription(1, 'e1.1'))).result).toEqual({
      type: 'started',
      id: 'e1.1',
      gw: {
        t: TOPIC,
        h: 'e1.3',
        x: [
          [2, { n: 2 }],
          [3, { n: 3 }],
        ],
      },
    });
  });

  it('is answered in one frame of 32,000 bytes, with as many events as it holds (P3.16)', async () => {
    const { send, publish } = start();
    await publish(...Array.from({ length: 40 }, () => 'ü'.repeat(1_000)));
    const text = (await send(subscription(1, 'e1.0'))) ?? '';
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(32_000);
    const { gw } = JSON.parse(text).result;
    expect(gw.h).toBe('e1.40');
    expect(gw.x.map(([offset]: [number]) => offset)).toEqual(Array.from({ length: 15 }, (_, at) => at + 1));
  });

  it('gets an event that no frame of 32,000 bytes holds in one of its own', async () => {
    const { read, publish } = start();
    await publish('x'.repeat(100_000), 'small');
    expect((await read(subscription(1, 'e1.0'))).result.gw.x.map(([offset]: [number]) => offset)).toEqual([1]);
  });

  it.each([
    ['of a lost epoch', 'e9.1', 'epoch'],
    ['ahead of the log', 'e1.4', 'ahead'],
    ['of the largest number', 'e1.9007199254740991', 'ahead'],
  ])('is reset from a position %s and goes on after the newest event (P3.18)', async (_, position, reset) => {
    const { read, publish } = start();
    await publish({ n: 1 }, { n: 2 }, { n: 3 });
    const started = { type: 'started', id: 'e1.3', gw: { t: TOPIC, h: 'e1.3', x: [], reset } };
    expect((await read(subscription(1, position))).result).toEqual(started);
  });

  it('is reset when more than 5,000 events were missed (P3.18)', async () => {
    const { read, topics } = start();
    topics.head = async () => ({ epoch: 'e1', offset: 5_001, delivered: 5_001 });
    expect((await read(subscription(1, 'e1.0'))).result.gw.reset).toBe('far');
    topics.read = async (_, after) => [{ epoch: 'e1', offset: after + 1, data: '1', expiresAtMs: Number.MAX_SAFE_INTEGER }];
    expect((await read(subscription(2, 'e1.1'))).result.gw.reset).toBeUndefined();
  });

  it.each([
    ['the first', 2],
    ['one in the middle', 3],
    ['the last', 4],
  ])('is reset when %s of the missed events has expired, whatever is deleted first: never a partial replay (P3.18)', async (_, offset) => {
    const { read, publish, topics } = start();
    await publish({ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }, { n: 5 });
    topics.expire(TOPIC, offset);
    expect((await read(subscription(1, 'e1.1'))).result.gw).toEqual({ t: TOPIC, h: 'e1.5', x: [], reset: 'trimmed' });
  });

  it('is reset when what was missed is past its time, deleted or not (P3.18)', async () => {
    const { read, publish, clock } = start();
    await publish({ n: 1 }, { n: 2 });
    (clock as ReturnType<typeof createManualClock>).advance(3_601_000);
    expect((await read(subscription(1, 'e1.1'))).result.gw.reset).toBe('trimmed');
  });

  it.each(['', 'e1', 'e1.-1', 'é.1', 'e1.99999999999999999'])(
    'is refused with %j, which is no event id, and enters nothing (P3.13)',
    async (id) => {
      const { read, subscriptions } = start();
      expect(await read(subscription(1, id))).toMatchObject({ id: 1, error: { data: { code: 'PRECONDITION_FAILED' } } });
      expect(subscriptions.size).toBe(0);
    },
  );

  it('is entered before the head is read, so that no event lies between replay and push (row 28)', async () => {
    const { read, publish, topics, subscriptions } = start();
    const { head } = topics;
    const seen: number[] = [];
    topics.head = async (topic) => {
      seen.push((await subscribersOf(subscriptions, TOPIC, 0)).length);
      await publish({ n: 1 });
      return head(topic);
    };
    expect((await read(subscription(1))).result.gw.h).toBe('e1.1');
    expect(seen).toEqual([1]);
  });

  it('leaves the first one under its id alone (P3.5)', async () => {
    const { send, read, subscriptions } = start();
    await send(subscription(1));
    expect(await read(subscription(1, undefined, 'b'))).toMatchObject({ id: 1, error: { data: { code: 'BAD_REQUEST' } } });
    expect(await subscribersOf(subscriptions, 'notes.changes/b', 0)).toEqual([]);
    expect(await subscribersOf(subscriptions, TOPIC, 0)).toHaveLength(1);
  });

  it('is stopped by the service, at once and for good (P3.16, P3.10)', async () => {
    const { send, topics, subscriptions } = start();
    await send(subscription(1));
    expect(await send(stop(1))).toBe('{"id":1,"result":{"type":"stopped"}}');
    expect(subscriptions.size).toBe(0);
    expect(topics.stream).toEqual([]);
  });

  it('loses against a stop that overtook it (P3.10)', async () => {
    const { send, subscriptions } = start();
    await send(stop(1));
    expect(await send(subscription(1))).toBe('{"id":1,"result":{"type":"stopped"}}');
    expect(subscriptions.size).toBe(0);
  });

  it('leaves nothing behind when the log cannot be read', async () => {
    const { read, topics, subscriptions } = start();
    topics.head = () => Promise.reject(new Error('throttled'));
    expect(await read(subscription(1))).toMatchObject({ id: 1, error: { data: { code: 'INTERNAL_SERVER_ERROR' } } });
    expect(subscriptions.size).toBe(0);
  });

  it('leaves nothing behind when its answer came too late', async () => {
    const { send, topics, subscriptions, clock } = start();
    let answer = () => {};
    topics.head = () =>
      new Promise((resolve) => {
        answer = () => resolve({ epoch: 'e1', offset: 0, delivered: 0 });
      });
    const sent = send(subscription(1));
    while (subscriptions.size === 0) await new Promise(setImmediate);
    await new Promise(setImmediate);
    (clock as ReturnType<typeof createManualClock>).advance(28_000);
    expect(await sent).toContain('TIMEOUT');
    answer();
    await new Promise(setImmediate);
    expect(subscriptions.size).toBe(0);
  });

  it('churns a thousand times and leaks nothing (row 45)', async () => {
    const { send, subscriptions } = start();
    for (let round = 0; round < 1_000; round++) {
      await send(subscription(round % 7));
      await send(stop(round % 7));
    }
    expect(subscriptions.size).toBe(0);
  });

  it('is one of 1,000 at most on its connection; more are refused by number, 10,000 of them too (P3.25)', async () => {
    const { read, send, subscriptions } = start();
    for (let id = 0; id < 1_000; id++) {
      const key = { topic: `notes.changes/${id}`, connectionId: CONNECTION, requestId: id, token: `Zt${id}`, shard: 0 };
      await subscriptions.claim({ key, path: 'notes.changes' });
    }
    for (const id of [1_000, 9_999, 'text', -1]) {
      expect(await read(subscription(id))).toMatchObject({
        id,
        error: { message: expect.stringContaining('1000'), data: { code: 'TOO_MANY_REQUESTS' } },
      });
    }
    const { gw: _, ...stock } = subscription(10_000);
    expect(await read(stock)).toMatchObject({ error: { data: { code: 'TOO_MANY_REQUESTS' } } });
    expect(await subscriptions.ofConnection(CONNECTION)).toHaveLength(1_000);
    await send(stop(0));
    expect(await read(subscription(1_000))).toMatchObject({ result: { type: 'started' } });
  });
});
