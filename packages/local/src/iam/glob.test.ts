import { describe, expect, it } from 'vitest';
import { compileGlob, literalGlob, matchesGlob } from './glob.js';

describe('a pattern', () => {
  it.each([
    ['documents/*', 'documents/', true],
    ['documents/*', 'documents/a/b', true],
    ['documents/*', 'document', false],
    ['*', '', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['*/@connections/*', 'prod/POST/@connections/Abc=', true],
    ['a.c', 'abc', false],
    ['', '', true],
    ['', 'a', false],
    ['**a', 'bba', true],
  ])('%s matches %s: %s', (pattern, text, expected) => {
    expect(matchesGlob(compileGlob(pattern), text)).toBe(expected);
  });

  it('of a value takes stars as they are', () => {
    expect(matchesGlob(literalGlob('a*'), 'a*')).toBe(true);
    expect(matchesGlob(literalGlob('a*'), 'ab')).toBe(false);
  });
});
