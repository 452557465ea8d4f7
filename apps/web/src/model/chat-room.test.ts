import { describe, expect, it } from 'vitest';
import { addLines, directLine, membersAfter, roomLine } from './chat-room.js';

const said = (text: string, atMs: number) => ({ from: 'u:ann', name: 'Ann', text, atMs });
const change = (kind: 'joined' | 'changed' | 'left', member: string, name: string, atMs = 1_700_000_000_500) => ({
  kind,
  member,
  data: { name },
  atMs,
});

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
  const ann = { member: 'u:ann', name: 'Ann', sinceMs: 1_700_000_000_001 };
  const bob = { member: 'u:bob', name: 'Bob', sinceMs: 1_700_000_000_002 };

  it('are those of the list with every change since', () => {
    const changes = [change('left', 'u:ann', 'Ann'), change('joined', 'u:cid', 'Cid'), change('changed', 'u:bob', 'Anton')];
    expect(membersAfter([ann, bob], changes)).toEqual([
      { member: 'u:bob', name: 'Anton', sinceMs: 1_700_000_000_002 },
      { member: 'u:cid', name: 'Cid', sinceMs: 1_700_000_000_500 },
    ]);
  });

  it('a list that has a change already is not changed by it', () => {
    expect(membersAfter([ann, bob], [change('left', 'u:bob', 'Bob'), change('joined', 'u:bob', 'Bob')])).toHaveLength(2);
    expect(membersAfter([ann], [change('left', 'u:bob', 'Bob')])).toEqual([ann]);
  });
});
