import { describe, expect, it } from 'vitest';
import { addLabels, inGroups, type VersionLabel } from './label-book.js';

const label = (id: string, version: number, name: string): VersionLabel => ({ id, version, label: name, probability: 0.87 });
const book = new Map([['a', label('a', 2, 'parser')]]);

describe('addLabels', () => {
  it('adds a label, and leaves the book before as it was', () => {
    expect(addLabels(book, [label('b', 1, 'logging')]).get('b')?.label).toBe('logging');
    expect(book.has('b')).toBe(false);
  });

  it('replaces the label of an older version', () => {
    expect(addLabels(book, [label('a', 3, 'testing')]).get('a')?.label).toBe('testing');
  });

  it('ignores what is known or older', () => {
    expect(addLabels(book, [label('a', 2, 'other'), label('a', 1, 'old')])).toBe(book);
  });

  it('takes the newest of several', () => {
    expect(addLabels(book, [label('b', 5, 'new'), label('b', 4, 'old')]).get('b')?.label).toBe('new');
  });
});

describe('inGroups', () => {
  it('has the rest in the last group', () => {
    expect(inGroups(['a', 'b', 'c'], 2)).toEqual([['a', 'b'], ['c']]);
  });

  it('has no group of nothing', () => {
    expect(inGroups([], 50)).toEqual([]);
  });
});
