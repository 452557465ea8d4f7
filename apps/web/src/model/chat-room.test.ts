import { describe, expect, it } from 'vitest';
import { addLines, byName, directLine, roomLine } from './chat-room.js';

const said = (text: string, atMs: number) => ({ from: 'u:ann', name: 'Ann', text, atMs });

describe('lines', () => {
  it('are there once and by time, whichever way they came', () => {
    const live = addLines([], [roomLine('e1.2', said('two', 1_700_000_000_002)), roomLine('e1.3', said('three', 1_700_000_000_003))]);
    const all = addLines(live, [roomLine('e1.1', said('one', 1_700_000_000_001)), roomLine('e1.2', said('two', 1_700_000_000_002))]);
    expect(all.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
  });

  it('of the room and of the inbox have ids of their own', () => {
    const all = addLines([roomLine('e1.1', said('to all', 1))], [directLine('e1.1', { ...said('to one', 2), to: 'u:bob' })]);
    expect(all.map(({ text, to }) => [text, to])).toEqual([
      ['to all', undefined],
      ['to one', 'u:bob'],
    ]);
  });

  it('are the newest 200', () => {
    const many = Array.from({ length: 201 }, (_, at) => roomLine(`e1.${at}`, said(`${at}`, at)));
    expect(addLines([], many)[0]?.text).toBe('1');
  });
});

describe('members', () => {
  it('are listed by name', () => {
    const ann = { member: 'u:ann', name: 'Ann', sinceMs: 1_700_000_000_002 };
    const bob = { member: 'u:bob', name: 'Bob', sinceMs: 1_700_000_000_001 };
    const otherAnn = { member: 's:ann', name: 'Ann', sinceMs: 1_700_000_000_003 };
    expect(byName([bob, ann, otherAnn])).toEqual([otherAnn, ann, bob]);
  });
});
