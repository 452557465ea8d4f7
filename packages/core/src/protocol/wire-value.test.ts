import { describe, expect, it } from 'vitest';
import { revive, wireForm } from './wire-value.js';

const NOON = new Date('2024-02-29T12:00:00Z');

describe('P2.16 values on the wire', () => {
  it('are texts, with the place of each', () => {
    const value = { at: NOON, list: [{ size: 12n }, { size: 3 }], bytes: Buffer.from([1, 2, 255]), title: 'a', none: null };
    expect(wireForm(value)).toEqual({
      data: { at: '2024-02-29T12:00:00.000Z', list: [{ size: '12' }, { size: 3 }], bytes: 'AQL/', title: 'a', none: null },
      codecs: [
        ['d', 'at'],
        ['n', 'list', 0, 'size'],
        ['b', 'bytes'],
      ],
    });
    expect(value.at).toBe(NOON);
    expect(wireForm(7n)).toEqual({ data: '7', codecs: [['n']] });
  });

  it('are made again where they were', () => {
    const data = { at: '2024-02-29T12:00:00.000Z', list: [{ size: '12' }, { size: null }, {}], by: { x: 'AQL/' } };
    const made = revive(data, [
      ['d', 'at'],
      ['n', 'list', null, 'size'],
      ['b', 'by', null],
      ['d', 'absent', null, 'at'],
    ]);
    expect(made).toEqual({ at: NOON, list: [{ size: 12n }, { size: null }, {}], by: { x: new Uint8Array([1, 2, 255]) } });
    expect(revive('7', [['n']])).toBe(7n);
    expect(revive({ a: 1 })).toEqual({ a: 1 });
  });

  it('reach no prototype, and stay texts under a kind of a later version', () => {
    expect(revive({ a: 'x' }, [['d', '__proto__', 'toString'], JSON.parse('["z","a"]')])).toEqual({ a: 'x' });
    expect(String({})).toBe('[object Object]');
  });
});
