import { describe, expect, it } from 'vitest';
import type { Summary } from './document-types.js';
import { addPage, applyChange } from './live-list.js';

const item = (id: string, updatedAtMs: number, more: Partial<Summary> = {}): Summary => ({
  id,
  folder: 'f',
  title: id,
  bytes: 1,
  version: 1,
  createdAtMs: 1_700_000_000_000,
  updatedAtMs,
  ...more,
});
const ids = (items: readonly Summary[]) => items.map(({ id }) => id);
const list = [item('b', 1_700_000_000_200), item('a', 1_700_000_000_100)];

describe('applyChange', () => {
  it('puts a new document first', () => {
    expect(ids(applyChange(list, { change: 'saved', document: item('c', 1_700_000_000_300) }, undefined))).toEqual(['c', 'b', 'a']);
  });

  it('moves an edited document to its place and keeps it once', () => {
    const edited = item('a', 1_700_000_000_300, { version: 2, title: 'new' });
    const after = applyChange(list, { change: 'edited', document: edited }, 'f');
    expect(ids(after)).toEqual(['a', 'b']);
    expect(after[0]?.title).toBe('new');
  });

  it('takes a removed document out', () => {
    expect(ids(applyChange(list, { change: 'removed', document: item('b', 1_700_000_000_300, { version: 1 }) }, undefined))).toEqual(['a']);
  });

  it('ignores a change of another folder', () => {
    expect(applyChange(list, { change: 'saved', document: item('z', 1_700_000_000_300, { folder: 'other' }) }, 'f')).toBe(list);
  });

  it('never goes back to an older version', () => {
    const newer = [item('a', 1_700_000_000_300, { version: 3 })];
    expect(applyChange(newer, { change: 'edited', document: item('a', 1_700_000_000_100, { version: 2 }) }, undefined)).toBe(newer);
  });

  it('is the same after a repeated change', () => {
    const change = { change: 'saved' as const, document: item('c', 1_700_000_000_300) };
    const once = applyChange(list, change, undefined);
    expect(applyChange(once, change, undefined)).toEqual(once);
  });
});

describe('addPage', () => {
  it('adds what is not there yet, in order', () => {
    expect(ids(addPage(list, [item('a', 1_700_000_000_100), item('0', 1_700_000_000_000)]))).toEqual(['b', 'a', '0']);
  });

  it('keeps the newer version when a change overtook the page', () => {
    const live = [item('a', 1_700_000_000_300, { version: 2, title: 'live' })];
    expect(addPage(live, [item('a', 1_700_000_000_100)])[0]?.title).toBe('live');
  });
});
