import { describe, expect, it } from 'vitest';
import { createManualClock, START_MS } from './clock.fixture.js';
import { handleServiceMessage } from './service-message.js';
import { createSocketStage, lambda, messageEvent } from './socket.fixture.js';
import type { SocketEvent, SocketRequestContext } from './socket-event.js';
import { createSocketHandler } from './socket-function.js';

const ID = 'L0SM9cOFvHcCIhw=';

function start(invokeMore: { invoke?: (service: string, event: SocketEvent) => Promise<{ statusCode: number; body?: string }> } = {}) {
  const clock = createManualClock();
  const stage = createSocketStage(clock);
  const passedOn: { readonly service: string; readonly frame: unknown }[] = [];
  const handler = createSocketHandler({
    ...stage,
    services: {
      has: (service) => service === 'notes',
      invoke: async (service, event) => {
        passedOn.push({ service, frame: JSON.parse(event.body ?? '') });
        return (invokeMore.invoke ?? (() => handleServiceMessage(stage.parts, stage, event, lambda)))(service, event);
      },
    },
  });
  const send = async (body: unknown, more?: Partial<SocketRequestContext>) => (await handler(messageEvent(body, more), lambda)).body;
  const connect = (query?: Record<string, string>, authorizer?: unknown) =>
    handler(
      { ...messageEvent('', { eventType: 'CONNECT', routeKey: '$connect', authorizer }), queryStringParameters: query ?? null },
      lambda,
    );
  const received = () => (stage.sender.frames.get(ID) ?? []).map((text) => JSON.parse(text));
  return { ...stage, clock, handler, send, connect, passedOn, received };
}

const call = (id: number | string, path: string, input?: unknown) => ({ id, method: 'query', params: { path, input } });

describe('$connect and $disconnect', () => {
  it('remembers who connected', async () => {
    const { connect, connections } = start();
    expect(await connect({}, { principalId: 'u1', scope: 'read' })).toEqual({ statusCode: 200 });
    expect(await connections.get(ID)).toEqual({
      id: ID,
      connectedAtMs: START_MS,
      user: { id: 'u1', claims: { principalId: 'u1', scope: 'read' } },
      params: {},
    });
  });

  it('waits for parameters only when the URL announces them (P3.6)', async () => {
    const { connect, connections } = start();
    await connect({ connectionParams: '1' });
    expect((await connections.get(ID))?.params).toBeUndefined();
    await connect({ connectionParams: '0' });
    expect((await connections.get(ID))?.params).toEqual({});
  });

  it('refuses the handshake when the connection cannot be stored', async () => {
    const { connect, connections } = start();
    connections.open = () => Promise.reject(new Error('throttled'));
    await expect(connect()).rejects.toThrow('throttled');
  });

  it('deletes everything of a closed connection, and survives when it cannot', async () => {
    const { connect, connections, handler, send, subscriptions } = start();
    await connect();
    await send({ id: 1, method: 'subscription', params: { path: 'notes.changes', input: { folder: 'a' } } });
    expect(subscriptions.size).toBe(2);
    const event = messageEvent('', { eventType: 'DISCONNECT', routeKey: '$disconnect', disconnectStatusCode: 1001, disconnectReason: '' });
    expect(await handler(event, lambda)).toEqual({ statusCode: 200 });
    expect(subscriptions.size).toBe(0);
    expect(await connections.get(ID)).toBeUndefined();
    connections.close = () => Promise.reject(new Error('throttled'));
    expect(await handler(event, lambda)).toEqual({ statusCode: 200 });
  });
});

describe('$default', () => {
  it('answers PING with PONG (P3.4)', async () => {
    expect(await start().send('PING')).toBe('PONG');
  });

  it('stores connection parameters and answers nothing (P3.6)', async () => {
    const { connect, connections, send } = start();
    await connect({ connectionParams: '1' });
    expect(await send({ method: 'connectionParams', data: { tenant: 'a' } })).toBeUndefined();
    expect((await connections.get(ID))?.params).toEqual({ tenant: 'a' });
    await connect({ connectionParams: '1' });
    expect(await send({ method: 'connectionParams', data: null })).toBeUndefined();
    expect((await connections.get(ID))?.params).toEqual({});
  });

  it('refuses connection parameters of an unknown connection', async () => {
    expect(JSON.parse((await start().send({ method: 'connectionParams', data: {} })) ?? '')).toMatchObject({
      id: null,
      error: { data: { code: 'UNAUTHORIZED' } },
    });
  });

  it.each([
    ['that is no JSON', '{"id":', null, 'PARSE_ERROR'],
    ['that is an empty array', '[]', null, 'BAD_REQUEST'],
    ['with an unknown method', '{"id":1,"method":"nope"}', 1, 'BAD_REQUEST'],
    ['of 101 messages', JSON.stringify(Array.from({ length: 101 }, () => ({}))), null, 'PAYLOAD_TOO_LARGE'],
  ])('answers a frame %s (P3.1, P3.4)', async (_, text, id, code) => {
    expect(JSON.parse((await start().send(text)) ?? '')).toMatchObject({ id, error: { data: { code } } });
  });

  it('passes a call on to the service of its path and returns the answer (P3.2)', async () => {
    const { send, passedOn, received } = start();
    expect(await send(call(1, 'notes.get', { id: '1' }))).toBe('{"id":1,"result":{"type":"data","data":{"text":"x"}}}');
    expect(passedOn).toEqual([{ service: 'notes', frame: call(1, 'notes.get', { id: '1' }) }]);
    expect(received()).toEqual([]);
  });

  it.each(['nope.get', 'constructor.get', 'nope'])('answers a call of the unknown service %s', async (path) => {
    expect(JSON.parse((await start().send(call('a', path))) ?? '')).toMatchObject({ id: 'a', error: { data: { code: 'NOT_FOUND' } } });
  });

  it('answers each message of an array with a frame of its own, as they get done (P3.2)', async () => {
    let answerFirst = () => {};
    const first = new Promise<void>((resolve) => {
      answerFirst = resolve;
    });
    const { send, received } = start({
      invoke: async (_, event) => {
        const { id } = JSON.parse(event.body ?? '');
        if (id === 1) await first;
        else setImmediate(answerFirst);
        return { statusCode: 200, body: JSON.stringify({ id, result: { type: 'data' } }) };
      },
    });
    expect(await send([call(1, 'notes.get'), call('1', 'notes.get'), call(3, 'nope.get'), { id: 4 }])).toBeUndefined();
    const ids = received().map(({ id }) => id);
    expect(new Set(ids)).toEqual(new Set([1, '1', 3, 4]));
    expect(ids.indexOf('1')).toBeLessThan(ids.indexOf(1));
  });

  it('closes the connection when an answer of an array cannot be sent, so that no caller waits for ever', async () => {
    const { send, sender } = start();
    sender.onPost = () => {
      throw new Error('LimitExceededException');
    };
    expect(await send([call(1, 'notes.get', { id: '1' }), call(2, 'notes.get', { id: '1' })])).toBeUndefined();
    expect([...sender.closed]).toEqual([ID]);
  });

  it('answers for a service that fails, and says nothing of why (P4.2)', async () => {
    const { send } = start({ invoke: () => Promise.reject(new Error('function of service notes failed (Unhandled): secret')) });
    const text = (await send(call(7, 'notes.get'))) ?? '';
    expect(JSON.parse(text)).toMatchObject({ id: 7, error: { message: 'Internal server error', data: { path: 'notes.get' } } });
    expect(text).not.toContain('secret');
  });

  it('answers TIMEOUT for a service that does not come back (P3.3)', async () => {
    const { clock, send } = start({ invoke: () => new Promise(() => {}) });
    const answer = send(call(7, 'notes.get'));
    while (clock.sleepers < 1) await new Promise(setImmediate);
    clock.advance(28_000);
    expect(JSON.parse((await answer) ?? '')).toMatchObject({ id: 7, error: { data: { code: 'TIMEOUT' } } });
  });

  it('answers the stop of an unknown subscription itself (P3.10)', async () => {
    const { send, passedOn } = start();
    expect(await send({ id: 1, method: 'subscription.stop' })).toBe('{"id":1,"result":{"type":"stopped"}}');
    expect(passedOn).toEqual([]);
  });

  it('passes the stop of a subscription on to its service, which has the fan-out answer (P3.10)', async () => {
    const { send, topics } = start();
    await send({ id: 1, method: 'subscription', params: { path: 'notes.changes', input: { folder: 'a' } } });
    expect(await send({ id: 1, method: 'subscription.stop' })).toBeUndefined();
    expect(topics.stream.map((record) => record.kind === 'wake' && record.wake.kind)).toEqual(['start', 'stop']);
  });
});

describe('old connections (P3.11)', () => {
  it('are asked once to move, ten minutes before they are cut', async () => {
    const { clock, connect, send, received } = start();
    await connect();
    clock.advance(110 * 60_000 - 1);
    await send('PING');
    expect(received()).toEqual([]);
    clock.advance(1);
    expect(await Promise.all([send('PING'), send('PING')])).toEqual(['PONG', 'PONG']);
    await send('PING');
    expect(received()).toEqual([{ id: null, method: 'reconnect' }]);
  });

  it('are answered although asking fails', async () => {
    const { clock, connect, connections, send } = start();
    await connect();
    connections.claimReconnect = () => Promise.reject(new Error('throttled'));
    clock.advance(111 * 60_000);
    expect(await send('PING')).toBe('PONG');
  });
});
