import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenize } from './tokenizer.js';

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  tokenize(text, (token) => tokens.push(token));
  return tokens;
}

describe('words', () => {
  it.each([
    ["next.js isn't foo-bar", ['next.js', "isn't", 'foo', 'bar']],
    ['foo_bar __x__ _', ['foo_bar', '__x__']],
    ['3.14 1,000;5 v1.2.3 1a.2b', ['3.14', '1,000;5', 'v1.2.3', '1a', '2b']],
    ['a:b 1:2 a.1', ['a:b', '1', '2', 'a', '1']],
    ['@org/pkg@4.6.7', ['org', 'pkg', '4.6.7']],
    ['Ünïcode naïve’s', ['Ünïcode', 'naïve’s']],
    ['日本語 カタカナ', ['日', '本', '語', 'カタカナ']],
    ['ภาษาไทย 한국어', ['ภาษาไทย', '한국어']],
    ['fox 🦊 end', ['fox', '🦊', 'end']],
    ['', []],
  ])('of %s are %j', (text, tokens) => {
    expect(tokensOf(text)).toEqual(tokens);
  });

  it('of more than 255 characters are cut', () => {
    expect(tokensOf('x'.repeat(600)).map(({ length }) => length)).toEqual([255, 255, 90]);
  });

  it('of any text stand where they say, in order and without spaces', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        let last = 0;
        tokenize(text, (token, start, end) => {
          expect(text.slice(start, end)).toBe(token);
          expect(start).toBeGreaterThanOrEqual(last);
          expect(token).not.toMatch(/[\t\n ]/);
          last = end;
        });
      }),
    );
  });

  it('of ASCII are the same beside a word that is not ASCII', () => {
    const ascii = fc.string({ unit: 'grapheme-ascii', maxLength: 100 });
    fc.assert(
      fc.property(ascii, (text) => {
        expect(tokensOf(`${text} é`)).toEqual([...tokensOf(text), 'é']);
      }),
    );
  });
});
