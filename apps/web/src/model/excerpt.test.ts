import { describe, expect, it } from 'vitest';
import { startAtMatch } from './excerpt.js';

const match = { text: 'parse', match: true };
const plain = (text: string) => ({ text, match: false });

describe('startAtMatch', () => {
  it('leaves a match that is near as it is', () => {
    const runs = [plain('functions that '), match, plain(' dates')];
    expect(startAtMatch(runs)).toBe(runs);
  });

  it('cuts what is before a match that is far away, at a word', () => {
    const runs = [plain('The quick brown fox jumps over the lazy dog and then it wants to '), match, plain(' dates')];
    expect(startAtMatch(runs)).toEqual([plain('… over the lazy dog and then it wants to '), match, plain(' dates')]);
  });

  it('cuts through a word that is longer than the lead', () => {
    expect(startAtMatch([plain('x'.repeat(100)), match])).toEqual([plain(`… ${'x'.repeat(40)}`), match]);
  });

  it('leaves a text without a match as it is', () => {
    const runs = [plain('x'.repeat(100))];
    expect(startAtMatch(runs)).toBe(runs);
  });
});
