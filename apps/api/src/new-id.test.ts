import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { changeKey } from './change-key.js';
import { newId } from './new-id.js';

test('is the time and sixteen random letters', () => {
  const bytes = Uint8Array.from({ length: 16 }, (_, place) => 31 - place);
  // ULID's own example time, 1469918176385, is 01ARYZ6S41.
  expect(newId(1_469_918_176_385, () => bytes)).toBe('01aryz6s41zyxwvtsrqpnmkjhg');
});

test('sorts by time', () => {
  const ids = [1_699_999_999_999, 1_700_000_000_000, 1_700_000_000_031, 1_700_000_000_032].map((nowMs) => newId(nowMs, randomBytes));
  expect([...ids].sort()).toEqual(ids);
});

test('fits what the contract takes for ids of documents and keys of files', () => {
  expect(newId(1_700_000_000_123, randomBytes)).toMatch(/^[a-z0-9]{26}$/);
});

test('change keys sort by time, whatever the id', () => {
  const keys = [changeKey(999_999_999_999, 'z'), changeKey(1_000_000_000_000, 'a'), changeKey(1_000_000_000_000, 'b')];
  expect(keys).toEqual(['000999999999999-z', '001000000000000-a', '001000000000000-b']);
  expect([...keys].sort()).toEqual(keys);
});
