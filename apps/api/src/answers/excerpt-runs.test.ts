import { expect, test } from 'vitest';
import { excerptRuns } from './excerpt-runs.js';

test('cuts a text at what is marked', () => {
  expect(excerptRuns('one two three', [{ begin: 4, end: 7 }])).toEqual([
    { text: 'one ', match: false },
    { text: 'two', match: true },
    { text: ' three', match: false },
  ]);
});

test('a text without marks is one run, an empty one none', () => {
  expect(excerptRuns('one', [])).toEqual([{ text: 'one', match: false }]);
  expect(excerptRuns('', [])).toEqual([]);
});

test('marks may come in any order and overlap', () => {
  const marks = [
    { begin: 4, end: 7 },
    { begin: 0, end: 5 },
  ];
  expect(excerptRuns('one two three', marks)).toEqual([
    { text: 'one t', match: true },
    { text: 'wo', match: true },
    { text: ' three', match: false },
  ]);
});

test('marks outside of the text are left out, or end with it', () => {
  const marks = [
    { begin: 4, end: 99 },
    { begin: 50, end: 60 },
    { begin: 2, end: 2 },
  ];
  expect(excerptRuns('one two', marks)).toEqual([
    { text: 'one ', match: false },
    { text: 'two', match: true },
  ]);
});
