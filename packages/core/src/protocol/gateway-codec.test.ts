/** PROTOCOL.md section 3.6, as far as reading a frame decides it. */

import { describe, expect, it } from 'vitest';
import { readFrame } from './codec.js';

const read = (value: unknown) => readFrame(JSON.stringify(value))[0];
const refused = (id: number | string | null, text: string) => ({
  kind: 'invalid',
  id,
  code: 'BAD_REQUEST',
  message: `[BAD_REQUEST] ${text}`,
});

const HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('what our client adds to a call', () => {
  const call = { id: 7, method: 'mutation', params: { path: 'chat.send' } };

  it('P3.16, P3.23 and P3.24: version, key and deadline are read', () => {
    const frame = { id: 7, method: 'mutation', svc: 'chat', gw: 2, k: 's9f:7', dl: 9_000, params: { path: 'chat.send', input: 1 } };
    expect(read(frame)).toStrictEqual({ kind: 'call', frame });
  });

  it('P3.16: a version that is not ours is a stock client', () => {
    expect(read({ ...call, gw: 3 })).toStrictEqual({ kind: 'call', frame: call });
  });

  it.each([[''], ['k'.repeat(129)], [7], [null]])('P3.23: %j is no key', (k) => {
    expect(read({ ...call, k })).toMatchObject({
      kind: 'invalid',
      id: 7,
      message: expect.stringMatching(/k is no idempotency key: got .*, expected a text of 1 to 128 characters/),
    });
    expect(read({ ...call, k: 'k'.repeat(128) })).toMatchObject({ kind: 'call' });
  });

  it.each([[-1], ['9'], [null]])('P3.24: %j is no deadline', (dl) => {
    expect(read({ ...call, dl })).toMatchObject({ kind: 'invalid', id: 7, message: expect.stringContaining('dl is no deadline') });
    expect(read({ ...call, dl: 0 })).toMatchObject({ kind: 'call', frame: { dl: 0 } });
  });
});

describe('P3.19 gw.sync', () => {
  const sync = (params: unknown) => ({ id: null, method: 'gw.sync', svc: 'gw', params });

  it('P3.19 carries a number and cursors, forged ones too', () => {
    const frame = sync({
      n: 12,
      c: [
        [8, 'e1.45'],
        ['tab:9', 'no event id'],
      ],
    });
    expect(read(frame)).toStrictEqual({ kind: 'sync', frame });
  });

  it.each([
    ['no params', undefined, 'gw.sync has no params: got nothing, expected an object'],
    ['no number', { c: [] }, 'gw.sync has no n: got nothing, expected a whole number from 0'],
    ['a fraction', { n: 1.5, c: [] }, 'gw.sync has no n: got 1.5, expected a whole number from 0'],
    ['no cursors', { n: 1 }, 'gw.sync has no c: got nothing, expected at most 200 pairs of a request id and an event id'],
    [
      'a cursor without a position',
      { n: 1, c: [[8]] },
      'gw.sync has no c: got an array, expected at most 200 pairs of a request id and an event id',
    ],
    [
      'a cursor of a broken id',
      { n: 1, c: [[null, 'e1.4']] },
      'gw.sync has no c: got an array, expected at most 200 pairs of a request id and an event id',
    ],
  ])('P3.19 refuses %s', (_, params, text) => {
    expect(read(sync(params))).toEqual(refused(null, text));
  });

  it('P3.19 has at most 200 cursors', () => {
    const cursors = (count: number) => sync({ n: 1, c: Array.from({ length: count }, (_, id) => [id, 'e1.1']) });
    expect(read(cursors(200))).toMatchObject({ kind: 'sync' });
    expect(read(cursors(201))).toMatchObject({ kind: 'invalid', code: 'BAD_REQUEST' });
  });
});

describe('P3.26 gw.part', () => {
  const part = (params: object) => ({ id: null, method: 'gw.part', svc: 'chat', params: { k: 'm1', i: 0, n: 3, d: '{"id":1', ...params } });

  it('P3.26 carries the message it belongs to, its place and its text', () => {
    expect(read(part({}))).toStrictEqual({ kind: 'part', frame: part({}) });
    expect(read(part({ i: 7, n: 8 }))).toMatchObject({ kind: 'part' });
  });

  it.each([
    [{ k: '' }, 'k: got "", expected a text of 1 to 64 characters'],
    [{ n: 1 }, 'n: got 1, expected a whole number from 2 to 8; upload a larger message'],
    [{ n: 9 }, 'n: got 9, expected a whole number from 2 to 8; upload a larger message'],
    [{ i: 3 }, 'i: got 3, expected a whole number from 0 to 2'],
    [{ i: -1 }, 'i: got -1, expected a whole number from 0 to 2'],
    [{ d: 4 }, 'd: got 4, expected a text'],
  ])('P3.26 refuses %j', (params, text) => {
    expect(read(part(params))).toEqual(refused(null, `gw.part has no ${text}`));
  });
});

describe('P3.27 messages by reference', () => {
  it('P3.27 asks for a place with length and hash', () => {
    const frame = { id: 5, method: 'gw.upload', svc: 'gw', params: { bytes: 734_003, sha256: HASH } };
    expect(read(frame)).toStrictEqual({ kind: 'upload', frame });
    expect(read({ ...frame, id: null })).toEqual(
      refused(null, 'gw.upload has no id: got null, expected a number or a text of 1 to 128 characters'),
    );
    expect(read({ ...frame, params: { bytes: 0, sha256: HASH } })).toEqual(
      refused(5, 'gw.upload has no bytes: got 0, expected a whole number from 1'),
    );
    expect(read({ ...frame, params: { bytes: 1, sha256: HASH.toUpperCase() } })).toMatchObject({ kind: 'invalid', id: 5 });
  });

  it('P3.27 names what was uploaded', () => {
    const frame = { id: null, method: 'gw.ref', svc: 'chat', params: { key: 'in/abc', bytes: 734_003, sha256: HASH } };
    expect(read(frame)).toStrictEqual({ kind: 'uploaded', frame });
    expect(read({ ...frame, params: { key: '', bytes: 1, sha256: HASH } })).toEqual(
      refused(null, 'gw.ref has no key: got "", expected the key that gw.upload gave'),
    );
    expect(read({ ...frame, params: { key: 'k'.repeat(257), bytes: 1, sha256: HASH } })).toMatchObject({ kind: 'invalid' });
  });
});

describe('P5.9 gw.auth', () => {
  it.each(['abc', 'x'.repeat(16_384), null])('is read with a token, or with null', (token) => {
    const frame = { id: null, method: 'gw.auth', svc: 'gw', params: { token } };
    expect(read(frame)).toStrictEqual({ kind: 'auth', frame });
  });

  it.each(['', 'x'.repeat(16_385), undefined, { secret: 's3cret' }])('is refused without one, and repeats nothing of it', (token) => {
    expect(read({ id: 5, method: 'gw.auth', svc: 'gw', params: { token } })).toEqual(
      refused(5, 'gw.auth has no token: expected a text of 1 to 16384 characters, or null'),
    );
  });
});

it('names another gateway method', () => {
  expect(read({ id: 4, method: 'gw.dance', params: {} })).toEqual(
    refused(4, 'unknown method: got "gw.dance", expected gw.sync, gw.part, gw.upload, gw.ref or gw.auth'),
  );
});
