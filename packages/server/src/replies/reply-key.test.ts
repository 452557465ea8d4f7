import { expect, it } from 'vitest';
import { inputHashOf, rowName } from './reply-key.js';

const row = { path: 'notes.add', userId: 'ann', key: 's9f:7' };

it('names another row for another procedure, caller or key, and none that says the key', () => {
  const names = [
    row,
    { ...row, path: 'notes.edit' },
    { ...row, userId: 'bob' },
    { ...row, userId: null },
    { ...row, userId: 'null' },
    { ...row, key: 's9f:8' },
    { ...row, userId: 'ann","s9f', key: '7' },
  ].map(rowName);
  expect(new Set(names).size).toBe(7);
  expect(names[0]).toBe(rowName({ ...row }));
  for (const name of names) expect(name).toMatch(/^K#[\w-]{43}$/);
});

it('takes inputs for the same that are the same JSON, whatever the order of their fields', () => {
  const hash = inputHashOf({ a: 1, b: { c: [1, 2], d: 'x' } });
  expect(inputHashOf({ b: { d: 'x', c: [1, 2] }, a: 1 })).toBe(hash);
  expect(inputHashOf(Object.assign(Object.create(null), { a: 1, b: { c: [1, 2], d: 'x' }, e: undefined }))).toBe(hash);
  for (const other of [{ a: 1, b: { c: [2, 1], d: 'x' } }, { a: '1', b: { c: [1, 2], d: 'x' } }, [1], null, undefined])
    expect(inputHashOf(other)).not.toBe(hash);
  expect(inputHashOf(undefined)).toBe(inputHashOf(null));
});
