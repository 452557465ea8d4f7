import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob, matchesGlob } from './glob.js';

/** The same rules by regular expression. */
function byExpression(pattern: string, text: string): boolean {
  const source = [...pattern]
    .map((character) => (character === '*' ? '[^]*' : character === '?' ? '[^]' : `\\u${hex(character)}`))
    .join('');
  return new RegExp(`^${source}$`).test(text);
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, '0');
}

const few = fc.constantFrom('a', 'b', '/', '.', '*', '?');
const patterns = fc.string({ unit: few, maxLength: 12 });
const texts = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.'), maxLength: 16 });

describe('patterns', () => {
  it('mean the same as regular expressions', () => {
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        expect(matchesGlob(compileGlob(pattern), text)).toBe(byExpression(pattern, text));
      }),
      { numRuns: 5000 },
    );
  });

  it('match what they were made from, with anything in place of the wildcards', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 8 }), { maxLength: 6 }), fc.string({ maxLength: 20 }), (parts, filling) => {
        const plain = parts.map((part) => part.replace(/[*?]/g, '-'));
        expect(matchesGlob(compileGlob(plain.join('*')), plain.join(filling))).toBe(true);
      }),
    );
  });

  it('take time in proportion to the lengths, however many stars they have', () => {
    const steps = { count: 0 };
    const text = 'a'.repeat(2000);
    const charCodeAt = (index: number): number => {
      steps.count += 1;
      return text.charCodeAt(index);
    };
    const counting = { length: text.length, charCodeAt };
    expect(matchesGlob(compileGlob(`${'a*'.repeat(40)}b`), counting as unknown as string)).toBe(false);
    expect(steps.count).toBeLessThan(2 * 2000 * 80);
  });
});
