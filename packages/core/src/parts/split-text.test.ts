import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partFrames } from './split-text.js';

interface PartMessage {
  readonly id: null;
  readonly method: string;
  readonly params: { readonly k: string; readonly i: number; readonly n: number; readonly d: string };
}

const read = (frames: readonly string[] | undefined) => (frames ?? []).map((frame) => JSON.parse(frame) as PartMessage);

describe('P3.26 a message in parts', () => {
  it('P3.26 is its text again when they are put together', () => {
    const parts = read(partFrames('e1.7', `{"a":"${'x'.repeat(70_000)}"}`));
    expect(parts.map(({ method, params: { k, i, n } }) => [method, k, i, n])).toEqual([
      ['gw.part', 'e1.7', 0, 3],
      ['gw.part', 'e1.7', 1, 3],
      ['gw.part', 'e1.7', 2, 3],
    ]);
    expect(parts.map(({ params }) => params.d).join('')).toBe(`{"a":"${'x'.repeat(70_000)}"}`);
  });

  it('P3.1 has no frame over 32,000 bytes, whatever the text is made of', () => {
    const any = fc.string({
      unit: fc.constantFrom('a', '"', '\\', '\n', '\u0001', 'é', '漢', '😀', '\ud83d'),
      minLength: 20_000,
      maxLength: 40_000,
    });
    fc.assert(
      fc.property(any, (text) => {
        const frames = partFrames('k'.repeat(64), text, 's'.repeat(64)) ?? [];
        expect(Math.max(...frames.map((frame) => Buffer.byteLength(frame)))).toBeLessThanOrEqual(32_000);
        expect(
          read(frames)
            .map(({ params }) => params.d)
            .join(''),
        ).toBe(text);
      }),
      { numRuns: 20 },
    );
  });

  it('P3.26 names its service in every part, where there is one', () => {
    const frames = partFrames('m7', 'x'.repeat(32_000), 'documents') ?? [];
    expect(frames.map((frame) => JSON.parse(frame).svc)).toEqual(['documents', 'documents']);
  });

  it('P3.26 has at most eight: more is none', () => {
    expect(partFrames('k', 'x'.repeat(8 * 31_800))).toHaveLength(8);
    expect(partFrames('k', 'x'.repeat(8 * 31_800 + 1))).toBeUndefined();
  });
});
