/** PROTOCOL.md sections 3.1 and 3.2, as far as reading a frame decides them. */

import { describe, expect, it } from 'vitest';
import { readFrame } from './codec.js';
import type { ReceivedMessage } from './received-message.js';

const read = (value: unknown): readonly ReceivedMessage[] => readFrame(JSON.stringify(value));
const badRequest = (id: number | string | null, text: string): ReceivedMessage => ({
  kind: 'invalid',
  id,
  code: 'BAD_REQUEST',
  message: `[BAD_REQUEST] ${text}`,
});

describe('P3.1 a frame', () => {
  it('P3.2 takes a path of 129 characters and refuses a longer one without repeating it', () => {
    const path = (length: number) => read({ id: 1, method: 'query', params: { path: `a.${'b'.repeat(length - 2)}` } });
    expect(path(129)).toMatchObject([{ kind: 'call' }]);
    expect(path(130)).toEqual([
      {
        kind: 'invalid',
        id: 1,
        code: 'BAD_REQUEST',
        message: `[BAD_REQUEST] params.path is too long: got "a.${'b'.repeat(38)}"… (130 characters), expected at most 129 characters`,
      },
    ]);
  });

  it('P3.1 is PING or PONG, to the letter', () => {
    expect(readFrame('PING')).toEqual([{ kind: 'ping' }]);
    expect(readFrame('PONG')).toEqual([{ kind: 'pong' }]);
    for (const text of ['ping', 'PING ', '\nPONG']) expect(readFrame(text)[0]).toMatchObject({ kind: 'invalid', code: 'PARSE_ERROR' });
  });

  it('P3.1 is one JSON message', () => {
    expect(read({ id: 1, method: 'query', params: { path: 'documents.get', input: { id: 'a' } } })).toEqual([
      { kind: 'call', frame: { id: 1, method: 'query', params: { path: 'documents.get', input: { id: 'a' } } } },
    ]);
  });

  it('P3.1 is an array of messages, read in its order', () => {
    expect(
      read([
        { id: 2, method: 'mutation', params: { path: 'documents.save', input: {} } },
        { id: 1, method: 'subscription.stop' },
      ]),
    ).toEqual([
      { kind: 'call', frame: { id: 2, method: 'mutation', params: { path: 'documents.save', input: {} } } },
      { kind: 'stop', frame: { id: 1, method: 'subscription.stop' } },
    ]);
  });

  it('P3.1 has at most 100 messages', () => {
    const messages = (count: number) =>
      Array.from({ length: count }, (_, id) => ({ id, method: 'query', params: { path: 'system.health' } }));
    expect(read(messages(100)).map(({ kind }) => kind)).toEqual(Array(100).fill('call'));
    expect(read(messages(101))).toEqual([
      {
        kind: 'invalid',
        id: null,
        code: 'PAYLOAD_TOO_LARGE',
        message: '[PAYLOAD_TOO_LARGE] frame has 101 messages, expected at most 100; send them in several frames',
      },
    ]);
  });

  it('P3.1 has at least one message', () => {
    expect(read([])).toEqual([badRequest(null, 'frame is an empty array: expected at least one message')]);
  });
});

describe('P3.2 a call', () => {
  it.each(['query', 'mutation', 'subscription'] as const)('P3.2 may be a %s', (method) => {
    expect(read({ id: 'a', method, params: { path: 'documents.list' } })).toEqual([
      { kind: 'call', frame: { id: 'a', method, params: { path: 'documents.list' } } },
    ]);
  });

  it('P3.2 carries svc, input and lastEventId when they are there', () => {
    const frame = {
      id: 7,
      method: 'subscription',
      svc: 'documents',
      params: { path: 'documents.changes', input: null, lastEventId: 'e1.42' },
    };
    expect(read(frame)).toStrictEqual([{ kind: 'call', frame }]);
  });

  it('P3.2 drops what the protocol does not name, jsonrpc among it', () => {
    expect(read({ jsonrpc: '2.0', id: 1, method: 'query', svc: 4, params: { path: 'a.b', more: 1 } })).toStrictEqual([
      { kind: 'call', frame: { id: 1, method: 'query', params: { path: 'a.b' } } },
    ]);
  });

  it('P3.2 names another method', () => {
    expect(read({ id: 1, method: 'subscribe' })).toEqual([
      badRequest(1, 'unknown method: got "subscribe", expected query, mutation, subscription or subscription.stop'),
    ]);
    expect(read({ id: 'x', params: {} })).toEqual([
      badRequest('x', 'unknown method: got nothing, expected query, mutation, subscription or subscription.stop'),
    ]);
  });

  it.each([
    [undefined, 'nothing'],
    [null, 'null'],
    ['documents.get', '"documents.get"'],
    [[], 'an array'],
    [{}, 'nothing'],
    [{ path: '' }, '""'],
    [{ path: 12 }, '12'],
    [{ path: { a: 1 } }, 'an object'],
  ])('P3.2 needs params.path: %o', (params, got) => {
    expect(read({ id: 1, method: 'query', params })).toEqual([
      badRequest(1, `message has no params.path: got ${got}, expected "service.procedure"`),
    ]);
  });

  it.each([
    [1, '1'],
    [null, 'null'],
    [{}, 'an object'],
  ])('P3.2 takes only a text as lastEventId: %o', (lastEventId, got) => {
    expect(read({ id: 1, method: 'subscription', params: { path: 'a.b', lastEventId } })).toEqual([
      badRequest(1, `params.lastEventId is not a text: got ${got}`),
    ]);
  });
});

describe('P3.4 a frame that cannot be read', () => {
  it('P3.4 is a PARSE_ERROR when it is no JSON', () => {
    expect(readFrame('{"id":1')).toEqual([
      {
        kind: 'invalid',
        id: null,
        code: 'PARSE_ERROR',
        message: '[PARSE_ERROR] frame is not JSON: got "{\\"id\\":1", expected one message or an array of messages',
      },
    ]);
  });

  it('P3.4 is quoted up to 40 characters, whatever they are', () => {
    const message = (text: string) => (readFrame(text)[0] as { message: string }).message;
    expect(message('x'.repeat(40))).toContain(`got "${'x'.repeat(40)}", expected`);
    expect(message('x'.repeat(41))).toContain(`got "${'x'.repeat(40)}"… (41 characters), expected`);
    expect(message(`${'x'.repeat(39)}\u{1f600}`)).toContain(`got "${'x'.repeat(39)}\\ud83d"… (41 characters), expected`);
    expect(message('')).toContain('got "", expected');
  });

  it.each([
    [null, 'null'],
    [true, 'true'],
    [3.5, '3.5'],
    ['PING', '"PING"'],
  ])('P3.4 is a BAD_REQUEST when it is no message: %o', (value, got) => {
    expect(read(value)).toEqual([badRequest(null, `message is not an object: got ${got}`)]);
  });

  it('P3.4 costs the other messages of its frame nothing', () => {
    expect(read([[], { id: 1, method: 'query', params: { path: 'a.b' } }, { id: 2, method: 'x' }])).toEqual([
      badRequest(null, 'message is not an object: got an array'),
      { kind: 'call', frame: { id: 1, method: 'query', params: { path: 'a.b' } } },
      badRequest(2, 'unknown method: got "x", expected query, mutation, subscription or subscription.stop'),
    ]);
  });
});

describe('P3.5 an id', () => {
  it.each([0, -1, 1.5, 'a', ' ', 'x'.repeat(128)])('P3.5 may be %o', (id) => {
    expect(read({ id, method: 'subscription.stop' })).toEqual([{ kind: 'stop', frame: { id, method: 'subscription.stop' } }]);
  });

  it.each([
    ['{}', 'nothing'],
    ['{"id":null}', 'null'],
    ['{"id":true}', 'true'],
    ['{"id":""}', '""'],
    ['{"id":{}}', 'an object'],
    ['{"id":[1]}', 'an array'],
    ['{"id":1e999}', 'Infinity'],
    [`{"id":"${'x'.repeat(129)}"}`, `"${'x'.repeat(40)}"… (129 characters)`],
  ])('P3.5 may not be otherwise: %s', (text, got) => {
    expect(readFrame(text)).toEqual([
      badRequest(null, `message has no id: got ${got}, expected a number or a text of 1 to 128 characters`),
    ]);
  });
});

describe('P3.4 depth', () => {
  const call = (depth: number) => `{"id":7,"method":"query","params":{"path":"a.b","input":${'['.repeat(depth)}${']'.repeat(depth)}}}`;

  it('P3.4 is 500 at most, what is deeper is refused by its id', () => {
    expect(readFrame(call(498))[0]).toMatchObject({ kind: 'call' });
    expect(readFrame(call(499))).toEqual([
      badRequest(7, 'frame has arrays and objects more than 500 deep in each other, expected less; send it flatter'),
    ]);
    expect(readFrame('['.repeat(15_000) + ']'.repeat(15_000))[0]).toMatchObject({ kind: 'invalid', id: null, code: 'BAD_REQUEST' });
  });
});

describe('P3.6 connection parameters', () => {
  it.each([null, {}, { token: 'abc', '': '' }])('P3.6 are null or texts: %o', (data) => {
    expect(read({ method: 'connectionParams', data })).toEqual([{ kind: 'connectionParams', frame: { method: 'connectionParams', data } }]);
  });

  it.each([
    [undefined, 'nothing'],
    ['token', '"token"'],
    [['token'], 'an array'],
    [12, '12'],
  ])('P3.6 are not %o', (data, got) => {
    expect(read({ method: 'connectionParams', data })).toEqual([
      badRequest(null, `connectionParams.data is ${got}, expected null or an object of texts`),
    ]);
  });

  it.each([
    [5, '5'],
    [null, 'null'],
    [['a'], 'an array'],
  ])('P3.6 hold texts only, and the other one is named: %o', (value, got) => {
    expect(read({ method: 'connectionParams', data: { token: 'abc', tenant: value } })).toEqual([
      badRequest(null, `connectionParams.data["tenant"] is ${got}, expected a text`),
    ]);
  });

  it('P3.6 need no id, and one that is there does not matter', () => {
    expect(read({ id: {}, method: 'connectionParams', data: null })[0]?.kind).toBe('connectionParams');
  });
});

describe('P3.10 subscription.stop', () => {
  it('P3.10 carries id and svc', () => {
    expect(read({ id: 3, method: 'subscription.stop', svc: 'documents', params: {} })).toStrictEqual([
      { kind: 'stop', frame: { id: 3, method: 'subscription.stop', svc: 'documents' } },
    ]);
  });
});

describe('prototype keys', () => {
  it('are data in an input', () => {
    const [message] = readFrame(
      '{"id":1,"method":"mutation","params":{"path":"a.b","input":{"__proto__":{"admin":true},"constructor":1}}}',
    );
    const input = (message as { frame: { params: { input: Record<string, unknown> } } }).frame.params.input;
    expect(Object.keys(input)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(input)).toBe(Object.prototype);
    expect(input.admin).toBeUndefined();
  });

  it('are data in connection parameters', () => {
    const [message] = readFrame('{"method":"connectionParams","data":{"__proto__":"x"}}');
    expect(Object.entries((message as { frame: { data: object } }).frame.data)).toEqual([['__proto__', 'x']]);
  });

  it('do not stand for fields that are missing', () => {
    expect(readFrame('{"__proto__":{"id":1,"method":"subscription.stop"}}')[0]).toMatchObject({ kind: 'invalid', id: null });
  });
});
