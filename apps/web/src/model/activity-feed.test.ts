import { describe, expect, it } from 'vitest';
import { addChange, addEntries } from './activity-feed.js';
import type { Change, Entry } from './document-types.js';

const NOW = 1_700_000_000_000;

const change = (id: string, document: string, kind: Change['change'], updatedAtMs: number) => ({
  id,
  data: {
    change: kind,
    document: { id: document, folder: 'f', title: `Title of ${document}`, bytes: 1, version: 1, createdAtMs: NOW, updatedAtMs },
  },
});
const entry = (id: string, subject: string, kind: Entry['kind'], atMs: number, text: string | null = null): Entry => ({
  id,
  kind,
  subject,
  title: `Title of ${subject}`,
  text,
  atMs,
});
const lines = (feed: readonly { readonly kind: string; readonly subject: string }[]) =>
  feed.map(({ kind, subject }) => `${kind} ${subject}`);

describe('the feed', () => {
  it('has the newest first, from whichever source', () => {
    const withChange = addChange([], change('e:1', 'a', 'saved', NOW), NOW);
    const feed = addEntries(withChange, [entry('m1', 'file', 'uploaded', NOW + 2_000), entry('m2', 'a', 'noted', NOW + 1_000, 'hi')], true);
    expect(lines(feed)).toEqual(['uploaded file', 'noted a', 'saved a']);
  });

  it('has what both sources tell of once, where it was', () => {
    const before = addChange([], change('e:1', 'a', 'edited', NOW), NOW);
    const after = addEntries(before, [entry('m1', 'a', 'saved', NOW + 900)], true);
    expect(lines(after)).toEqual(['edited a']);
    expect(after[0]).toMatchObject({ key: 'change-e:1', atMs: NOW, entryId: 'm1' });
  });

  it('has it once too when the entry is faster', () => {
    const before = addEntries([], [entry('m1', 'a', 'saved', NOW + 900)], true);
    const after = addChange(before, change('e:1', 'a', 'edited', NOW), NOW);
    expect(lines(after)).toEqual(['edited a']);
    expect(after[0]?.key).toBe('entry-m1');
  });

  it('gives each of several changes of a document its own entry', () => {
    const first = addChange([], change('e:1', 'a', 'saved', NOW), NOW);
    const second = addChange(first, change('e:2', 'a', 'edited', NOW + 100), NOW);
    const feed = addEntries(second, [entry('m1', 'a', 'saved', NOW + 500), entry('m2', 'a', 'saved', NOW + 600)], true);
    expect(feed.map(({ changeId, entryId }) => [changeId, entryId])).toEqual([
      ['e:2', 'm2'],
      ['e:1', 'm1'],
    ]);
  });

  it('does not take an old entry of the same document for the change', () => {
    const old = addEntries([], [entry('m1', 'a', 'saved', NOW - 3_600_000)], false);
    expect(lines(addChange(old, change('e:1', 'a', 'edited', NOW), NOW))).toEqual(['edited a', 'saved a']);
  });

  it('is the same after what is told again', () => {
    const once = addEntries(addChange([], change('e:1', 'a', 'saved', NOW), NOW), [entry('m1', 'a', 'saved', NOW + 1)], true);
    expect(addChange(once, change('e:1', 'a', 'saved', NOW), NOW)).toBe(once);
    expect(addEntries(once, [entry('m1', 'a', 'saved', NOW + 1)], true)).toBe(once);
  });

  it('dates a removal at the time it was seen', () => {
    const feed = addChange([], change('e:1', 'a', 'removed', NOW - 86_400_000), NOW);
    expect(feed[0]).toMatchObject({ kind: 'removed', atMs: NOW });
  });

  it('keeps fifty items', () => {
    const many = Array.from({ length: 60 }, (_, at) => entry(`m${at}`, `d${at}`, 'saved', NOW + at));
    const feed = addEntries([], many, false);
    expect(feed).toHaveLength(50);
    expect(feed.at(-1)?.subject).toBe('d10');
  });
});
