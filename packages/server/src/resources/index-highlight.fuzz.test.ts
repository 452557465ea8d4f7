import fc from 'fast-check';
import { expect, test } from 'vitest';
import { highlightedPiece, MATCH_END, MATCH_START } from './index-highlight.js';

const text = fc.string({ unit: 'grapheme' }).map((each) => each.replaceAll(/[\uE000\uE001]/g, ''));

test('runs hold the whole text in order, without the marks, none empty and no two of a kind side by side', () => {
  const parts = fc.array(fc.oneof(text, fc.constantFrom(MATCH_START, MATCH_END)));
  fc.assert(
    fc.property(parts, (each) => {
      const runs = highlightedPiece(each.join(''));
      expect(runs.map((run) => run.text).join('')).toBe(each.filter((part) => part !== MATCH_START && part !== MATCH_END).join(''));
      expect(runs.every((run) => run.text !== '')).toBe(true);
      expect(runs.every((run, place) => run.match !== runs[place + 1]?.match)).toBe(true);
    }),
  );
});

test('marks what is between the two marks', () => {
  expect(highlightedPiece(`a ${MATCH_START}b${MATCH_END} c`)).toEqual([
    { text: 'a ', match: false },
    { text: 'b', match: true },
    { text: ' c', match: false },
  ]);
  expect(highlightedPiece(`${MATCH_START}b`)).toEqual([{ text: 'b', match: true }]);
  expect(highlightedPiece('')).toEqual([]);
});
