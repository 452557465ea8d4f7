import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type LargeMessages, largeMessages } from './large-messages.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Large messages of a connection whose other side is this test. */
function connection(answer: (url: string, init: RequestInit) => Response = () => new Response('', { status: 404 })) {
  const sent: string[] = [];
  const accepted: string[] = [];
  const puts: RequestInit[] = [];
  const time = { ms: 1_700_000_000_123 };
  const messages: LargeMessages = largeMessages({
    now: () => time.ms,
    fetch: async (url, init) => {
      puts.push(init);
      return answer(url, init);
    },
    send: (text) => sent.push(text),
    ask(method, params, receive) {
      sent.push(JSON.stringify({ id: 8, method, svc: 'gw', params }));
      queueMicrotask(() =>
        receive({ result: { data: { url: 'https://bucket.example/up', headers: { 'x-amz-meta': 'a' }, key: 'in/7' } } }),
      );
    },
    accept: (text) => accepted.push(text),
  });
  const part = (k: string, i: number, n: number, d: string) => messages.read('gw.part', { k, i, n, d });
  return { sent, accepted, puts, time, messages, part };
}

/** The message that parts make, as a reader puts them together. */
const joined = (frames: readonly string[]) =>
  frames
    .map((frame) => JSON.parse(frame).params)
    .sort((a, b) => a.i - b.i)
    .map(({ d }) => d)
    .join('');

describe('a message in parts (P3.26)', () => {
  it('is read when the last part has come, in any order, each once', () => {
    const { part, accepted } = connection();
    part('s:1', 2, 3, '"c"}');
    part('s:1', 0, 3, '{"a":');
    part('s:1', 2, 3, '"c"}');
    part('s:2', 0, 2, 'other');
    expect(accepted).toEqual([]);
    part('s:1', 1, 3, '');
    expect(accepted).toEqual(['{"a":"c"}']);
  });

  it('is forgotten when its parts are not complete within 60 s', () => {
    const { part, accepted, time } = connection();
    part('s:1', 0, 2, 'a');
    time.ms += 60_001;
    part('s:2', 0, 2, 'b');
    part('s:1', 1, 2, 'c');
    expect(accepted).toEqual([]);
    part('s:2', 1, 2, 'd');
    expect(accepted).toEqual(['bd']);
  });

  it('is given up when 16 newer ones have begun, or 4 million characters', () => {
    const { part, accepted } = connection();
    for (let name = 0; name <= 16; name += 1) part(`s:${name}`, 0, 2, 'a');
    part('s:0', 1, 2, 'b');
    part('s:16', 1, 2, 'b');
    expect(accepted).toEqual(['ab']);
    part('t:1', 0, 2, 'a'.repeat(2_000_001));
    part('t:2', 0, 2, 'a'.repeat(2_000_000));
    part('t:1', 1, 2, 'b');
    expect(accepted).toHaveLength(1);
    part('t:2', 1, 2, 'b');
    expect(accepted).toHaveLength(2);
  });

  it.each([
    [{}],
    [null],
    [{ k: 7, i: 0, n: 2, d: 'a' }],
    [{ k: 's:1', i: 2, n: 2, d: 'a' }],
    [{ k: 's:1', i: -1, n: 2, d: 'a' }],
    [{ k: 's:1', i: 0, n: 1e9, d: 'a' }],
    [{ k: 's:1', i: 0.5, n: 2, d: 'a' }],
    [{ k: 's:1', i: 0, n: 2, d: {} }],
  ])('of the form %j answers nothing', (params) => {
    const { messages, part, accepted } = connection();
    messages.read('gw.part', params);
    part('s:1', 0, 2, 'a');
    part('s:1', 1, 2, 'b');
    expect(accepted).toEqual(['ab']);
  });

  it.each([
    ['ASCII', 'x'.repeat(100_000)],
    ['what JSON escapes', '"\\\n'.repeat(20_000)],
    ['characters of three and four bytes', '€😀'.repeat(12_000)],
    ['halves of characters', '\ud83d'.repeat(20_000)],
  ])('is written as at most 8 frames of at most 32,000 bytes: %s', async (_what, text) => {
    const { messages, sent } = connection();
    await messages.write('documents', 'm7', text);
    expect(sent.length).toBeGreaterThan(1);
    expect(sent.length).toBeLessThanOrEqual(8);
    for (const frame of sent) expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(32_000);
    expect(JSON.parse(sent[1] as string)).toMatchObject({
      id: null,
      method: 'gw.part',
      svc: 'documents',
      params: { k: 'm7', i: 1, n: sent.length },
    });
    expect(joined(sent)).toBe(text);
  });

  it('is never cut between the halves of a character, which a part alone could not keep', async () => {
    const { messages, sent } = connection();
    for (const text of ['😀'.repeat(20_000), `a${'😀'.repeat(20_000)}`]) {
      await messages.write('documents', 'm7', text);
      for (const frame of sent.splice(0)) expect(JSON.parse(frame).params.d).not.toMatch(/\p{Surrogate}/u);
    }
  });
});

describe('a message by reference (P3.27)', () => {
  it('is fetched, checked and read', async () => {
    const { messages, accepted } = connection(() => new Response('{"id":1}'));
    messages.read('gw.ref', { url: 'https://bucket.example/out/1', bytes: 8, sha256: sha256('{"id":1}') });
    await expect.poll(() => accepted).toEqual(['{"id":1}']);
  });

  it.each([
    ['another length', { bytes: 9, sha256: sha256('{"id":1}') }, 200],
    ['another hash', { bytes: 8, sha256: sha256('{"id":2}') }, 200],
    ['a failure', { bytes: 8, sha256: sha256('{"id":1}') }, 403],
    ['more than 50 MB', { bytes: 52_428_801, sha256: sha256('{"id":1}') }, 200],
  ])('of %s answers nothing', async (_what, about, status) => {
    const { messages, accepted } = connection(() => new Response('{"id":1}', { status }));
    messages.read('gw.ref', { url: 'https://bucket.example/out/1', ...about });
    for (let count = 0; count < 20; count += 1) await turn();
    expect(accepted).toEqual([]);
  });

  it('is stored where gw.upload says, when it would be more than 8 parts', async () => {
    const text = 'x'.repeat(300_000);
    const { messages, puts, sent } = connection(() => new Response(''));
    await messages.write('documents', 'm7', text);
    expect(puts).toMatchObject([{ method: 'PUT', headers: { 'x-amz-meta': 'a' } }]);
    expect(sent.map((frame) => JSON.parse(frame))).toEqual([
      { id: 8, method: 'gw.upload', svc: 'gw', params: { bytes: 300_000, sha256: sha256(text) } },
      { id: null, method: 'gw.ref', svc: 'documents', params: { key: 'in/7', bytes: 300_000, sha256: sha256(text) } },
    ]);
  });

  it('of more than 6 MB is refused', async () => {
    const { messages } = connection();
    await expect(messages.write('documents', 'm7', 'x'.repeat(6_291_457))).rejects.toThrow(
      new RangeError('it has 6291457 bytes, expected at most 6291456'),
    );
  });

  it('that cannot be stored says why', async () => {
    const { messages } = connection();
    await expect(messages.write('documents', 'm7', 'x'.repeat(300_000))).rejects.toThrow('storing it was answered with status 404');
  });
});
