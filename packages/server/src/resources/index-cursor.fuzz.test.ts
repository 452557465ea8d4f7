import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { searchIndex } from '../service/search-index.js';
import { decodeSearchCursor, encodeSearchCursor } from './index-cursor.js';
import type { AnySearchRequest } from './index-query.js';

const { resource } = searchIndex('DocumentsIndex', {
  document: () => z.object({ title: z.string(), folder: z.string(), bytes: z.number() }),
  fields: { title: { type: 'text' }, folder: { type: 'keyword' }, bytes: { type: 'number' } },
});

const request = fc.record({
  text: fc.string({ unit: 'grapheme' }),
  filter: fc.record({ folder: fc.string() }, { requiredKeys: [] }),
}) satisfies fc.Arbitrary<AnySearchRequest>;

test('a cursor leads back to its position, in its own search only', () => {
  const score = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
  fc.assert(
    fc.property(request, request, score, fc.string({ unit: 'grapheme' }), (own, other, value, id) => {
      const cursor = encodeSearchCursor(resource, own, [value, id]);
      expect(cursor).toMatch(/^[\w-]+$/);
      expect(decodeSearchCursor(resource, own, cursor)).toEqual([value, id]);
      if (JSON.stringify(own) !== JSON.stringify(other)) expect(() => decodeSearchCursor(resource, other, cursor)).toThrow('cursor');
    }),
  );
});

test('any other text is BAD_REQUEST and nothing worse', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json().map((text) => Buffer.from(text).toString('base64url')),
    fc.base64String(),
  );
  fc.assert(
    fc.property(texts, request, (cursor, own) => {
      expect(() => decodeSearchCursor(resource, own, cursor)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    }),
  );
});

test('a position of other types than the sort’s is BAD_REQUEST', () => {
  const own = { text: 'x' };
  const hash = JSON.parse(Buffer.from(encodeSearchCursor(resource, own, [1, 'a']), 'base64url').toString())[0] as string;
  const forged = (values: readonly unknown[]) => Buffer.from(JSON.stringify([hash, ...values])).toString('base64url');
  expect(decodeSearchCursor(resource, own, forged([2, 'b']))).toEqual([2, 'b']);
  for (const values of [[], [1], ['1', 'a'], [1, {}], [1, 'a', 'b'], [null, 'a'], [1, ['a']]])
    expect(() => decodeSearchCursor(resource, own, forged(values))).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
});
