import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standard } from './analyzers.js';
import { inverseDocumentFrequency, storedLength, termWeight } from './bm25.js';
import { phraseOccurrences } from './phrases.js';
import { Postings } from './postings.js';
import { occurrencesOf, scoreOccurrences, TextField } from './text-field.js';

describe('BM25', () => {
  it('is what Lucene says of a term in 3 of 1,000 documents, twice in a field of 12 words where 20 are usual', () => {
    // idf = ln(1 + (1000 - 3 + 0.5) / (3 + 0.5)) = ln 286 = 5.655992
    // weight = 2 / (2 + 1.2 * (0.25 + 0.75 * 12 / 20)) = 2 / 2.84 = 0.704225
    expect(inverseDocumentFrequency(1_000, 3)).toBeCloseTo(5.655992, 6);
    expect(termWeight(2, 12, { documents: 1_000, terms: 20_000 })).toBeCloseTo(0.704225, 6);
  });

  it.each([
    [0, 0],
    [23, 23],
    [39, 39],
    [40, 40],
    [41, 40],
    [100, 96],
    [1_000, 984],
    [100_000, 98_328],
  ])('keeps a length of %i as %i, as in one byte', (length, stored) => {
    expect(storedLength(length)).toBe(stored);
  });
});

describe('a list of postings', () => {
  it('is read as it was written, however many lists grow at once', () => {
    const lists = fc.array(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 100_000 }), fc.array(fc.nat(5_000), { minLength: 1, maxLength: 30 }))),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(lists, (given) => {
        const postings = new Postings();
        const expected = given.map((list) => {
          let document = 0;
          return list.map(([step, positions]) => {
            document += step;
            return { document, positions: positions.toSorted((a, b) => a - b) };
          });
        });
        const numbers = expected.map(() => postings.create());
        const longest = Math.max(0, ...expected.map(({ length }) => length));
        for (let at = 0; at < longest; at++) {
          for (const [list, entries] of expected.entries()) {
            const entry = entries[at];
            if (entry !== undefined) postings.append(numbers[list]!, entry.document, entry.positions);
          }
        }
        for (const [list, entries] of expected.entries()) {
          const read = [];
          for (const cursor = postings.read(numbers[list]!); cursor.next(); )
            read.push({ document: cursor.document, positions: cursor.positions() });
          expect(read).toEqual(entries);
        }
      }),
    );
  });
});

describe('a text field', () => {
  const isVisible = (): boolean => true;

  it('finds phrases inside of a value, not from one value into the next', () => {
    const field = new TextField(standard);
    field.add(0, ['the quick brown fox', 'jumps']);
    field.reveal(0);
    const phrase = (...words: string[]) =>
      phraseOccurrences(
        { field, isVisible },
        words.map((term, offset) => ({ offset, terms: [term] })),
      ).documents;
    expect(phrase('brown', 'fox')).toEqual([0]);
    expect(phrase('fox', 'jumps')).toEqual([]);
  });

  it('counts and scores the same after it was compacted', () => {
    const field = new TextField(standard);
    const words = ['apple', 'banana', 'cherry', 'date'];
    for (let document = 0; document < 40; document++) field.add(document, [words.slice(document % 4).join(' ')]);
    for (let document = 0; document < 40; document++) field.reveal(document);
    for (let document = 0; document < 40; document += 2) field.hide(document);
    const scores = (visible: (document: number) => boolean): number[] => {
      const found: number[] = [];
      const searching = { field, isVisible: visible };
      scoreOccurrences(searching, occurrencesOf(searching, 'cherry'), { visit: (_document, score) => found.push(score) });
      return found;
    };
    const before = scores((document) => document % 2 === 1);
    field.compact((document) => (document % 2 === 1 ? (document - 1) / 2 : undefined));
    expect(scores(isVisible)).toEqual(before);
    expect(before).toHaveLength(10);
  });
});
