import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excerptOf, marksIn, PassageIndex } from './passage-index.js';
import { passagesOf } from './passages.js';
import { htmlToText, markdownToText } from './plain-text.js';
import { questionTerms } from './question.js';

describe('passages', () => {
  it('are whole paragraphs as long as they fit, and long ones are cut between sentences', () => {
    const text = 'One two three.\n\nFour five six.\n\nSeven eight nine. Ten eleven twelve. Thirteen fourteen.';
    expect(passagesOf(text, 40).map(({ start, end }) => text.slice(start, end))).toEqual([
      'One two three.\n\nFour five six.',
      'Seven eight nine. Ten eleven twelve.',
      'Thirteen fourteen.',
    ]);
  });

  it('of any text have all of its words, in order, and are no longer than asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('word', 'longerword', '.', '\n', '\n\n', ' ', 'é🦊'), { maxLength: 200 }), (parts) => {
        const text = parts.join(' ');
        const passages = passagesOf(text, 30).map(({ start, end }) => text.slice(start, end));
        expect(passages.join(' ').split(/\s+/).join('')).toBe(text.split(/\s+/).join(''));
        for (const passage of passages) expect(passage.length).toBeLessThanOrEqual(30);
      }),
    );
  });
});

describe('a question', () => {
  it.each([
    ['How do I install the package?', ['instal', 'packag']],
    ['What is it?', ['what']],
  ])('%s is about %j', (question, terms) => {
    expect(questionTerms(question)).toEqual(terms);
  });

  it('marks other forms of its words', () => {
    const text = 'Installed packages are listed.';
    expect(marksIn(text, 'How is a package installed?').map(({ begin, end }) => text.slice(begin, end))).toEqual(['Installed', 'packages']);
  });

  it('has the part of a passage with most of its words as excerpt', () => {
    const text = 'Nothing of interest stands here.\n\nThe timeout is given in milliseconds.\n\nA timeout.';
    const { start, end } = excerptOf(text, { start: 0, end: text.length }, 'timeout in milliseconds', 45);
    expect(text.slice(start, end)).toBe('The timeout is given in milliseconds.');
  });
});

describe('an index of passages', () => {
  it('ranks by rarer words and forgets what was replaced', () => {
    const index = new PassageIndex();
    for (let n = 0; n < 600; n++) index.put({ id: `${n % 200}`, title: `Title ${n}`, text: `common words number ${n}` });
    expect(index.rank('common words').length).toBe(200);
    expect(index.rank('17')).toEqual([]);
    expect(index.rank('words of number 417')[0]?.document.id).toBe('17');
    index.remove('17');
    expect(index.rank('417')).toEqual([]);
  });
});

describe('text', () => {
  it('of Markdown has no marks and addresses, and keeps code', () => {
    const markdown =
      '# Title #\n\n[![badge](https://a/b.svg)](https://a)\n\nSee **the** [docs](https://x/y) and `npm i`.\n\n```js\nimport x from "x";\n```\n\n[ref]: https://z\n';
    expect(markdownToText(markdown).replace(/\s+/g, ' ')).toBe('Title See the docs and `npm i`. import x from "x";');
  });

  it('of HTML has no tags and scripts', () => {
    expect(htmlToText('<p>a &lt; b</p><script>x()</script><!-- c --><br>d&#33;').replace(/\s+/g, ' ').trim()).toBe('a < b d!');
  });

  it('of megabytes of openings without an end is found in time', () => {
    for (const opening of ['<!--', '<script>', '<p']) expect(htmlToText(opening.repeat(500_000)).trim().length).toBeLessThan(5_000_000);
  });

  it('of anything is text', () => {
    const nasty = ['<', '[', '!', '](', ')', '*', '`', '#', '&#x', '<script', '\n', '_', ' '];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...nasty), { maxLength: 2_000 }), (parts) => typeof markdownToText(parts.join('')) === 'string'),
    );
  });
});
