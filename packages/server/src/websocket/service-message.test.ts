import { GatewayError } from '@org/gateway-core/errors';
import { describe, expect, it } from 'vitest';
import { subscribersOf } from '../topics/subscription-store.test.suite.js';
import { createManualClock, START_MS } from './clock.fixture.js';
import { handleServiceMessage } from './service-message.js';
import { createSocketStage, lambda, messageEvent } from './socket.fixture.js';
import type { SocketRequestContext } from './socket-event.js';

function start() {
  const clock = createManualClock();
  const stage = createSocketStage(clock);
  const send = async (body: unknown, more: Partial<SocketRequestContext> = {}) => {
    const result = await handleServiceMessage(stage.parts, stage, messageEvent(body, more), lambda);
    expect(result.statusCode).toBe(200);
    return result.body;
  };
  return {
    ...stage,
    clock,
    send,
    read: async (body: unknown, more?: Partial<SocketRequestContext>) => JSON.parse((await send(body, more)) ?? 'null'),
  };
}

const call = (path: string, input?: unknown, more: object = {}) => ({
  id: 1,
  method: 'query',
  svc: 'notes',
  params: { path, input },
  ...more,
});
const subscription = (folder: string, more: object = {}) => ({
  id: 1,
  method: 'subscription',
  svc: 'notes',
  params: { path: 'notes.changes', input: { folder }, ...more },
});

describe('calls over the socket', () => {
  it('answers a call with one data frame (P3.3)', async () => {
    expect(await start().send(call('notes.get', { id: '3' }))).toBe('{"id":1,"result":{"type":"data","data":{"text":"xxx"}}}');
  });

  it.each([
    ['an unknown procedure', call('notes.nope'), 'NOT_FOUND'],
    ['a prototype property', call('notes.constructor'), 'NOT_FOUND'],
    ['a procedure of another service', call('files.get'), 'NOT_FOUND'],
    ['a mutation sent as query', call('notes.save', { text: 'a' }), 'METHOD_NOT_SUPPORTED'],
    ['a subscription sent as query', call('notes.changes', { folder: 'a' }), 'METHOD_NOT_SUPPORTED'],
    ['input that does not fit', call('notes.get', { id: 3 }), 'BAD_REQUEST'],
    ['an anonymous caller', call('notes.save', { text: 'a' }, { method: 'mutation' }), 'UNAUTHORIZED'],
  ])('answers %s with a typed error under its id (P3.3)', async (_, frame, code) => {
    expect(await start().read(frame)).toMatchObject({ id: 1, error: { data: { code } } });
  });

  it('believes the authorizer of the handshake', async () => {
    const frame = call('notes.save', { text: 'a' }, { method: 'mutation' });
    expect(await start().read(frame, { authorizer: { principalId: 'u1' } })).toEqual({
      id: 1,
      result: { type: 'data', data: { by: 'u1' } },
    });
  });

  it('looks the caller up when the event does not say who it is', async () => {
    const { connections, read } = start();
    await connections.open({ id: 'L0SM9cOFvHcCIhw=', connectedAtMs: START_MS, user: { id: 'u2', claims: {} }, params: {} });
    expect(await read(call('notes.save', { text: 'a' }, { method: 'mutation' }))).toMatchObject({ result: { data: { by: 'u2' } } });
  });

  it('waits for connection parameters and never runs without (P3.6)', async () => {
    const { clock, connections, send } = start();
    await connections.open({ id: 'L0SM9cOFvHcCIhw=', connectedAtMs: START_MS, user: null, params: undefined });
    const answer = send(call('notes.tenant'));
    while (clock.sleepers < 2) await new Promise(setImmediate);
    await connections.setParams('L0SM9cOFvHcCIhw=', { tenant: 'a' });
    clock.advance(25);
    expect(await answer).toBe('{"id":1,"result":{"type":"data","data":{"tenant":"a"}}}');
  });

  it('refuses a call of an unknown connection that needs its parameters', async () => {
    expect(await start().read(call('notes.tenant'))).toMatchObject({ id: 1, error: { data: { code: 'UNAUTHORIZED' } } });
  });

  it('answers TIMEOUT before API Gateway gives up (P3.3)', async () => {
    const { clock, send } = start();
    const answer = send(call('notes.hang'));
    while (clock.sleepers < 1) await new Promise(setImmediate);
    clock.advance(28_000);
    expect(JSON.parse((await answer) ?? '')).toMatchObject({ id: 1, error: { code: -32008, data: { code: 'TIMEOUT' } } });
    expect(clock.sleepers).toBe(0);
  });

  it('answers TIMEOUT before its own function is stopped', async () => {
    const { clock, parts, ...stage } = start();
    const event = messageEvent(call('notes.hang'));
    const answer = handleServiceMessage(parts, { ...stage, clock }, event, { getRemainingTimeInMillis: () => 3_000 });
    while (clock.sleepers < 1) await new Promise(setImmediate);
    clock.advance(2_500);
    expect((await answer).body).toContain('TIMEOUT');
  });

  it('logs no error for a call that was in time', async () => {
    const { parts, clock, ...stage } = start();
    const errors: string[] = [];
    const log = { ...parts.log, error: (message: string) => errors.push(message) };
    await handleServiceMessage({ ...parts, log }, { ...stage, clock }, messageEvent(call('notes.get', { id: '1' })), lambda);
    await new Promise(setImmediate);
    expect(errors).toEqual([]);
  });

  it('answers a path of 100 KB with a frame that API Gateway can carry (P3.3)', async () => {
    const text = (await start().send(call(`notes.${'x'.repeat(100_000)}`))) ?? '';
    expect(JSON.parse(text)).toMatchObject({ id: 1, error: { data: { code: 'BAD_REQUEST' } } });
    expect(text.length).toBeLessThan(1_000);
  });

  it('leaves no timer behind', async () => {
    const { clock, send } = start();
    await send(call('notes.get', { id: '1' }));
    expect(clock.sleepers).toBe(0);
  });

  it('sends an answer of 33 KB as it is, and refuses one over 128 KB (P3.1)', async () => {
    const { send, read } = start();
    expect(await send(call('notes.get', { id: '33000' }))).toHaveLength(33_052);
    expect(await send(call('notes.get', { id: '131020' }))).toHaveLength(131_072);
    expect(await read(call('notes.get', { id: '131021' }))).toMatchObject({ id: 1, error: { data: { code: 'PAYLOAD_TOO_LARGE' } } });
  });

  it.each([
    ['PING', 'PONG'],
    ['PONG', undefined],
  ])('answers %s (P3.4)', async (text, expected) => {
    expect(await start().send(text)).toBe(expected);
  });

  it.each([
    ['no JSON', '{"id":1,', null, 'PARSE_ERROR'],
    ['no object', '7', null, 'BAD_REQUEST'],
    ['no id', '{"method":"query","params":{"path":"notes.get"}}', null, 'BAD_REQUEST'],
    ['no path', '{"id":"a","method":"query"}', 'a', 'BAD_REQUEST'],
    ['several messages', '[{"id":1},{"id":2}]', null, 'BAD_REQUEST'],
    ['connection parameters', '{"method":"connectionParams","data":null,"svc":"notes"}', null, 'BAD_REQUEST'],
    ['nothing', '', null, 'PARSE_ERROR'],
  ])('answers a frame with %s and keeps the connection (P3.4)', async (_, text, id, code) => {
    expect(await start().read(text)).toMatchObject({ id, error: { data: { code } } });
  });

  it('answers an array of one', async () => {
    expect(await start().read([call('notes.get', { id: '1' })])).toMatchObject({ id: 1, result: { type: 'data' } });
  });

  it('says nothing of what went wrong inside (P4.2)', async () => {
    const { parts, ...stage } = start();
    const save = call('notes.save', { text: 'a' }, { method: 'mutation' });
    const connections = { ...stage.connections, get: () => Promise.reject(new Error('secret host')) };
    const { body } = await handleServiceMessage(parts, { ...stage, connections }, messageEvent(save), lambda);
    expect(JSON.parse(body ?? '')).toMatchObject({ id: 1, error: { message: 'Internal server error' } });
    expect(body).not.toContain('secret');
  });
});

describe('subscriptions over the socket', () => {
  it('answers nothing itself: the fan-out is the one sender (P3.8)', async () => {
    const { send, topics } = start();
    await topics.append('notes.changes/a', '{"n":1}', 3600);
    expect(await send(subscription('a'))).toBeUndefined();
    expect(topics.stream.slice(1)).toEqual([
      {
        kind: 'wake',
        topic: 'notes.changes/a',
        wake: {
          kind: 'start',
          key: { topic: 'notes.changes/a', connectionId: 'L0SM9cOFvHcCIhw=', requestId: 1, token: expect.stringMatching(/^Zt/) },
          from: { epoch: 'e1', offset: 1 },
          resumed: false,
        },
      },
    ]);
  });

  it('starts after lastEventId (P3.9)', async () => {
    const { send, topics } = start();
    for (let n = 1; n <= 3; n++) await topics.append('notes.changes/a', '{"n":1}', 3600);
    expect(await send(subscription('a', { lastEventId: 'e1.2' }))).toBeUndefined();
    expect(topics.stream[3]).toMatchObject({ wake: { from: { epoch: 'e1', offset: 2 } } });
  });

  it('starts after the position that a stock client sends inside the input, and rather after the one beside it (P3.9)', async () => {
    const { send, topics } = start();
    for (let n = 1; n <= 3; n++) await topics.append('notes.changes/a', '{"n":1}', 3600);
    const params = { path: 'notes.changes', input: { folder: 'a', lastEventId: 'e1.1' } };
    expect(await send({ id: 1, method: 'subscription', svc: 'notes', params })).toBeUndefined();
    expect(await send({ id: 2, method: 'subscription', svc: 'notes', params: { ...params, lastEventId: 'e1.3' } })).toBeUndefined();
    expect(topics.stream.slice(3)).toMatchObject([{ wake: { from: { offset: 1 } } }, { wake: { from: { offset: 3 } } }]);
  });

  it.each(['e1.1', 'e2.0', 'e1.9007199254740991'])('refuses the position %s that the log never had (P3.9)', async (lastEventId) => {
    const { read, subscriptions } = start();
    expect(await read(subscription('a', { lastEventId }))).toMatchObject({ id: 1, error: { data: { code: 'PRECONDITION_FAILED' } } });
    expect(subscriptions.size).toBe(0);
  });

  it.each(['', 'e1', 'e1.-1', 'e1.1.1', 'e1.1e3', 'é.1', `${'e'.repeat(33)}.1`, 'e1.99999999999999999', 'x'.repeat(20_000)])(
    'refuses the forged event id %j and enters nothing (P3.9, P3.13)',
    async (lastEventId) => {
      const { read, subscriptions, topics } = start();
      const answer = await read(subscription('a', { lastEventId }));
      expect(answer).toMatchObject({ id: 1, error: { data: { code: 'PRECONDITION_FAILED', path: 'notes.changes' } } });
      expect(subscriptions.size).toBe(0);
      expect(topics.stream).toEqual([]);
    },
  );

  it('refuses an id in use and leaves the first one alone (P3.5)', async () => {
    const { send, read, subscriptions } = start();
    await send(subscription('a'));
    expect(await read(subscription('b'))).toMatchObject({ id: 1, error: { data: { code: 'BAD_REQUEST' } } });
    expect(await subscribersOf(subscriptions, 'notes.changes/a')).toHaveLength(1);
    expect(await subscribersOf(subscriptions, 'notes.changes/b')).toHaveLength(0);
  });

  it('ends a refused subscription with its error and enters nothing', async () => {
    const { read, subscriptions } = start();
    expect(await read(subscription('secret'))).toMatchObject({ id: 1, error: { data: { code: 'FORBIDDEN' } } });
    expect(subscriptions.size).toBe(0);
  });

  it.each([
    ['empty', ''],
    ['10,000 characters', 'x'.repeat(10_000)],
  ])('answers a topic key of %s with an internal error', async (_, folder) => {
    const { read, subscriptions } = start();
    expect(await read(subscription(folder))).toMatchObject({ id: 1, error: { message: 'Internal server error' } });
    expect(subscriptions.size).toBe(0);
  });

  it('has the fan-out answer the stop of a subscription (P3.10)', async () => {
    const { send, topics } = start();
    await send(subscription('a'));
    expect(await send({ id: 1, method: 'subscription.stop', svc: 'notes' })).toBeUndefined();
    expect(topics.stream[1]).toMatchObject({ kind: 'wake', topic: 'notes.changes/a', wake: { kind: 'stop' } });
  });

  it('answers the stop of an unknown subscription, and a subscription that its stop overtook (P3.10)', async () => {
    const { send, subscriptions, topics } = start();
    expect(await send({ id: 1, method: 'subscription.stop', svc: 'notes' })).toBe('{"id":1,"result":{"type":"stopped"}}');
    expect(await send(subscription('a'))).toBe('{"id":1,"result":{"type":"stopped"}}');
    expect(topics.stream).toEqual([]);
    expect(subscriptions.size).toBe(0);
  });

  it('is silent after an error: a subscription whose start may or may not have been stored is taken back (P3.3)', async () => {
    const { parts, topics, subscriptions, ...stage } = start();
    const wake = async (...args: Parameters<typeof topics.wake>) => {
      await topics.wake(...args);
      throw new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] the answer was lost');
    };
    const realtime = { ...stage, subscriptions, topics: { ...topics, wake } };
    const { body } = await handleServiceMessage(parts, realtime, messageEvent(subscription('a')), lambda);
    expect(JSON.parse(body ?? '')).toMatchObject({ id: 1, error: { data: { code: 'SERVICE_UNAVAILABLE' } } });
    expect(subscriptions.size).toBe(0);
  });

  it('is silent after TIMEOUT: a subscription that is woken too late is taken back (P3.3)', async () => {
    const { clock, parts, topics, subscriptions, ...stage } = start();
    let finish = () => {};
    const wake = async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
    };
    const realtime = { ...stage, clock, subscriptions, topics: { ...topics, wake } };
    const answer = handleServiceMessage(parts, realtime, messageEvent(subscription('a')), lambda);
    while (subscriptions.size === 0) await new Promise(setImmediate);
    clock.advance(28_000);
    expect((await answer).body).toContain('TIMEOUT');
    finish();
    await new Promise(setImmediate);
    expect(subscriptions.size).toBe(0);
  });

  it('is silent after TIMEOUT: a subscription that is entered too late is taken back (P3.3)', async () => {
    const { clock, parts, topics, subscriptions, ...stage } = start();
    let enter = () => {};
    const slow = {
      ...subscriptions,
      claim: async (...args: Parameters<typeof subscriptions.claim>) => {
        await new Promise<void>((resolve) => {
          enter = resolve;
        });
        return subscriptions.claim(...args);
      },
    };
    const answer = handleServiceMessage(parts, { ...stage, clock, topics, subscriptions: slow }, messageEvent(subscription('a')), lambda);
    while (clock.sleepers < 1) await new Promise(setImmediate);
    await new Promise(setImmediate);
    clock.advance(28_000);
    expect((await answer).body).toContain('TIMEOUT');
    enter();
    await new Promise(setImmediate);
    expect(topics.stream).toEqual([]);
    expect(subscriptions.size).toBe(0);
  });
});
