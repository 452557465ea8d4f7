import { describe, expect, it } from 'vitest';
import { reduceUploads, sentFraction, type UploadAction } from './uploads.js';

const after = (...actions: UploadAction[]) => actions.reduce(reduceUploads, []);
const began: UploadAction = { type: 'began', id: 'u1', name: 'a.iso', bytes: 20_000_000 };
const sent = (sentBytes: number): UploadAction => ({ type: 'sent', id: 'u1', sentBytes });

describe('uploads', () => {
  it('count what has left', () => {
    const [upload] = after(began, sent(8_000_000), sent(10_000_000));
    expect([upload?.phase, sentFraction(upload!)]).toEqual(['sending', 0.5]);
  });

  it('are checked when everything has left, and not while some of it is sent again', () => {
    expect(after(began, sent(20_000_000))[0]?.phase).toBe('finishing');
    expect(after(began, sent(20_000_000), sent(12_000_000))[0]?.phase).toBe('sending');
  });

  it('keep why they stopped until they go on', () => {
    const stopped = after(began, sent(5), { type: 'stopped', id: 'u1', failure: 'lost', waitsForNetwork: true });
    expect(stopped[0]).toMatchObject({ phase: 'stopped', failure: 'lost', waitsForNetwork: true });
    expect(reduceUploads(stopped, { type: 'resumed', id: 'u1' })).toEqual([
      { id: 'u1', name: 'a.iso', bytes: 20_000_000, phase: 'sending', sentBytes: 0 },
    ]);
  });

  it('are gone when they are done, and leave the others', () => {
    const other: UploadAction = { type: 'began', id: 'u2', name: 'a.iso', bytes: 1 };
    expect(after(began, other, { type: 'gone', id: 'u1' }).map(({ id }) => id)).toEqual(['u2']);
  });

  it('ignore what is told of one that is gone', () => {
    expect(after(began, { type: 'gone', id: 'u1' }, sent(5))).toEqual([]);
  });
});
