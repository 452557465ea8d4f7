import { describe, expect, it } from 'vitest';
import { partRange, reduceUploads, sentFraction, type UploadAction } from './uploads.js';

const after = (...actions: UploadAction[]) => actions.reduce(reduceUploads, []);
const began: UploadAction = { type: 'began', id: 'u1', name: 'a.iso', bytes: 20_000_000 };
const sent = (part: number, bytes: number): UploadAction => ({ type: 'sent', id: 'u1', part, bytes });

describe('uploads', () => {
  it('count what has left of every part', () => {
    const [upload] = after(began, sent(1, 8_000_000), sent(3, 1_000_000), sent(3, 2_000_000));
    expect(sentFraction(upload!)).toBe(0.5);
  });

  it('count a part that is sent again from its beginning', () => {
    const [upload] = after(began, sent(1, 8_000_000), sent(1, 0));
    expect(sentFraction(upload!)).toBe(0);
  });

  it('keep why they stopped until they go on', () => {
    const stopped = after(began, sent(1, 5), { type: 'stopped', id: 'u1', failure: 'lost', waitsForNetwork: true });
    expect(stopped[0]).toMatchObject({ phase: 'stopped', failure: 'lost', waitsForNetwork: true });
    expect(reduceUploads(stopped, { type: 'resumed', id: 'u1' })).toEqual([
      { id: 'u1', name: 'a.iso', bytes: 20_000_000, phase: 'sending', sent: {} },
    ]);
  });

  it('are gone when they are done, and leave the others', () => {
    const other: UploadAction = { type: 'began', id: 'u2', name: 'a.iso', bytes: 1 };
    expect(after(began, other, { type: 'finishing', id: 'u1' }, { type: 'gone', id: 'u1' }).map(({ id }) => id)).toEqual(['u2']);
  });

  it('ignore what is told of one that is gone', () => {
    expect(after(began, { type: 'gone', id: 'u1' }, sent(1, 5))).toEqual([]);
  });
});

describe('partRange', () => {
  it.each([
    [1, 0, 8_388_608],
    [2, 8_388_608, 16_777_216],
    [3, 16_777_216, 20_000_000],
  ])('cuts part %i', (part, from, to) => {
    expect(partRange(part, 8_388_608, 20_000_000)).toEqual([from, to]);
  });
});
