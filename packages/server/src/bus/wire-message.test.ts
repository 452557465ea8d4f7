import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMessage, type WireMessage, writeMessage } from './wire-message.js';

const message: WireMessage = { name: 'changed', id: 'm1', key: 'a', publishedAtMs: 1_700_000_000_123, data: { n: 1 } };

describe('writing', () => {
  test('writes the five fields and no others', () => {
    expect(writeMessage({ ...message, more: 1 } as WireMessage)).toBe(
      '{"name":"changed","id":"m1","key":"a","publishedAtMs":1700000000123,"data":{"n":1}}',
    );
  });

  test('a message without data has null', () => {
    expect(writeMessage({ ...message, data: undefined })).toContain('"data":null');
  });

  test('refuses what could not be read again', () => {
    const wrong: Partial<WireMessage>[] = [
      { name: '' },
      { id: '' },
      { key: 'ü'.repeat(513) },
      { publishedAtMs: 0.5 },
      { publishedAtMs: -1 },
    ];
    for (const more of wrong) expect(() => writeMessage({ ...message, ...more })).toThrow('cannot be published');
  });

  test('refuses more than 250,000 bytes, and says how many there are', () => {
    expect(() => writeMessage({ ...message, data: 'x'.repeat(250_000) })).toThrow('got 250078 bytes of JSON');
  });
});

describe('reading', () => {
  test('gives back what was written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme-composite' }), (data, id) => {
        const read = readMessage(writeMessage({ ...message, id, data }));
        expect(read).toEqual({ ...message, id, data: JSON.parse(JSON.stringify(data)) });
      }),
    );
  });

  test('leaves out fields it does not know', () => {
    expect(readMessage(JSON.stringify({ ...message, version: 2 }))).toEqual(message);
  });

  test('refuses any other text with an error that repeats nothing of it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(() => readMessage(text)).toThrow('[BUS] not a message');
      }),
    );
    expect(() => readMessage('private')).toThrow('[BUS] not a message: 7 characters that are no JSON');
    expect(() => readMessage(JSON.stringify({ ...message, id: 7 }))).toThrow('bad id');
    expect(() => readMessage('{"name":"a","id":"b","key":"c","publishedAtMs":1}')).toThrow('no data');
  });
});
