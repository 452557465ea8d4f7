import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCsv, writeCsv } from './csv.js';

test('reads what RFC 4180 says', () => {
  expect(readCsv('a,"b, c","say ""hi"""\r\n1,-2.5e3,"7"\n"two\nlines",,\n\nlast')).toEqual([
    ['a', 'b, c', 'say "hi"'],
    [1, -2500, '7'],
    ['two\nlines', '', ''],
    ['last'],
  ]);
  expect(readCsv('a,')).toEqual([['a', '']]);
  expect(readCsv('""')).toEqual([['']]);
  expect(readCsv('')).toEqual([]);
});

test('refuses quotes out of place', () => {
  for (const text of ['a"b', '"a', '"a"b,c']) expect(() => readCsv(text)).toThrow('not CSV');
});

test('reads what it wrote, texts as texts and numbers as numbers', () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
  const cell = fc.oneof(fc.string({ unit: 'grapheme' }), number, number.map(String));
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 1 })), (rows) => {
      expect(readCsv(writeCsv(rows))).toEqual(rows);
    }),
  );
});
