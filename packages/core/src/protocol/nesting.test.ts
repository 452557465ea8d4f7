import { expect, it } from 'vitest';
import { isNestedDeeper } from './nesting.js';

it.each([
  ['7', 0, false],
  ['[]', 0, true],
  ['[{"a":[]}]', 3, false],
  ['[{"a":[]}]', 2, true],
  ['[[],[],[]]', 2, false],
  ['"[[[["', 0, false],
  ['"\\"[["', 0, false],
  ['["\\\\",[]]', 1, true],
  ['{"[":"{","b":{}}', 1, true],
])('%s lies more than %i deep: %s', (json, levels, expected) => {
  expect(isNestedDeeper(json, levels)).toBe(expected);
});

it('looks through 6 MB of text, and 15,000 levels', () => {
  expect(isNestedDeeper(JSON.stringify('\\"['.repeat(1_000_000)), 0)).toBe(false);
  expect(isNestedDeeper('['.repeat(15_000) + ']'.repeat(15_000), 14_999)).toBe(true);
});
