import { describe, expect, it } from 'vitest';
import { textLines, wholeText } from './text-lines.js';

describe('textLines', () => {
  it('leaves out empty lines and spaces around', () => {
    expect(textLines('  a parser \r\n\n \nlogs\n')).toEqual(['a parser', 'logs']);
  });

  it('takes no more than a call does', () => {
    expect(textLines('x\n'.repeat(40))).toHaveLength(32);
    expect(textLines('x'.repeat(10_001))[0]).toHaveLength(10_000);
  });
});

describe('wholeText', () => {
  it('is the text without spaces around, cut to what a call takes', () => {
    expect(wholeText(' a\nb ')).toBe('a\nb');
    expect(wholeText('x'.repeat(10_001))).toHaveLength(10_000);
  });

  it('is nothing for nothing', () => {
    expect(wholeText(' \n ')).toBeUndefined();
  });
});
