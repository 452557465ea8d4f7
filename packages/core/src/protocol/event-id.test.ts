import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatEventId, parseEventId } from './event-id.js';

describe('P3.13 an event id', () => {
  it('P3.13 is the epoch, a dot and the offset', () => {
    expect(formatEventId({ epoch: 'k3Xq', offset: 42 })).toBe('k3Xq.42');
    expect(parseEventId('k3Xq.42')).toEqual({ epoch: 'k3Xq', offset: 42 });
  });

  it('P3.13 is read up to the largest whole number', () => {
    expect(parseEventId('e.9007199254740991')).toEqual({ epoch: 'e', offset: 9_007_199_254_740_991 });
    expect(parseEventId('e.9007199254740992')).toBeUndefined();
  });

  it('P3.13 with offset 0 is the position before the first event', () => {
    expect(parseEventId('e.0')).toEqual({ epoch: 'e', offset: 0 });
  });

  it.each([
    '',
    'e',
    'e.',
    '.1',
    'e.01',
    'e.-1',
    'e.1.0',
    'e.1e3',
    'e. 1',
    'e.1\n',
    'e-1.1',
    '\u00e9.1',
    `${'e'.repeat(33)}.1`,
    'e.12345678901234567',
  ])('P3.13 is not %j', (id) => {
    expect(parseEventId(id)).toBeUndefined();
  });

  it('P3.13 survives the way there and back', () => {
    const epoch = fc.stringMatching(/^[A-Za-z0-9]{1,32}$/);
    fc.assert(
      fc.property(epoch, fc.maxSafeNat(), (name, offset) => {
        expect(parseEventId(formatEventId({ epoch: name, offset }))).toEqual({ epoch: name, offset });
      }),
    );
  });

  it('P3.13 is never read from another text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9.]{0,12}$/)), (text) => {
        const position = parseEventId(text);
        if (position) expect(formatEventId(position)).toBe(text);
      }),
    );
  });
});
