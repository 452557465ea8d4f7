import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CursorScope, decodeCursor, encodeCursor } from './query-cursor.js';

const scope: CursorScope = {
  index: 'byFolder',
  descending: true,
  partition: ['folder', 'inbox'],
  attributes: ['id', 'folder', 'changeKey'],
};

test('leads back to the position it was made from, whatever characters it has', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ minLength: 1, unit: 'grapheme' }), (id, changeKey) => {
      const position = { id, folder: 'inbox', changeKey };
      expect(decodeCursor(scope, encodeCursor(scope, position))).toEqual(position);
    }),
  );
});

test('any other text is BAD_REQUEST, never another error', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json().map((text) => Buffer.from(text).toString('base64url')),
      ),
      (text) => {
        expect(() => decodeCursor(scope, text)).toThrow(/^\[BAD_REQUEST\] the cursor is not of this query/);
      },
    ),
  );
});

test('is text that fits into a URL as it is', () => {
  expect(encodeCursor(scope, { id: 'ä?&', folder: 'inbox', changeKey: '~~~' })).toMatch(/^[A-Za-z0-9_-]+$/);
});
