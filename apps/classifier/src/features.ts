/**
 * Turns a text into numbers: the stems of its words and of its pairs of words, each hashed into one of 65,536 buckets, so that no list of
 * words has to be shipped. A bucket's value grows with the logarithm of how often it is hit, and the whole has length 1: long and short
 * texts weigh the same. Markup, links and code blocks are left out.
 */

/** How many buckets there are; a power of two. */
export const bucketCount = 2 ** 16;

/** Only the beginning of a text counts: a README says first what it is about. */
const maxWords = 400;

/** Value by bucket. */
export type Features = ReadonlyMap<number, number>;

/** The features of a text; empty for a text without words. Never throws. */
export function featuresOf(text: string): Features {
  const words = wordsOf(text);
  const counts = new Map<number, number>();
  const count = (term: string): void => {
    const bucket = hash(term) % bucketCount;
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  };
  words.forEach((word, index) => {
    count(word);
    const next = words[index + 1];
    if (next !== undefined) count(`${word} ${next}`);
  });
  return normalized(counts);
}

/** The stems of a text's first words, without those that say nothing. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [word] of withoutMarkup(text).matchAll(/[a-z][a-z0-9]*/g)) {
    if (word.length > 1 && !stopWords.has(word)) words.push(stem(word));
    if (words.length === maxWords) break;
  }
  return words;
}

/** What is long enough for the words that count; the rest of a large text is never looked at. */
const maxCharacters = 20_000;

function withoutMarkup(text: string): string {
  return text
    .slice(0, maxCharacters)
    .replace(/^(```|~~~)[\s\S]*?^\1/gm, ' ')
    .replace(/<[^<>]{0,500}>/g, ' ')
    .replace(/\bhttps?:\/\/[^\s)\]>"']+/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
}

/** Takes endings off, so that `parsers`, `parsing` and `parsed` are one. Rough: it only has to do the same to every text. */
function stem(word: string): string {
  if (word.length <= 4) return word.length === 4 && /[^s]s$/.test(word) ? word.slice(0, -1) : word;
  const base = word
    .replace(/ies$/, 'y')
    .replace(/([^s])s$/, '$1')
    .replace(/(?:ing|ers?|ed|ion|ly)$/, '');
  return base.length < 3 ? word : base.replace(/(.)\1$/, '$1').replace(/e$/, '');
}

function normalized(counts: ReadonlyMap<number, number>): Features {
  const values = [...counts].map(([bucket, count]) => [bucket, 1 + Math.log(count)] as const);
  const length = Math.sqrt(values.reduce((sum, [, value]) => sum + value * value, 0));
  return new Map(values.map(([bucket, value]) => [bucket, value / length]));
}

/** FNV-1a, 32 bits, over UTF-16 units. http://www.isthe.com/chongo/tech/comp/fnv/ */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  // Mixed once more, since the low bits of FNV-1a are weak for short texts.
  value ^= value >>> 15;
  return Math.imul(value, 0x2c1b3c6d) >>> 0;
}

const stopWords = new Set(
  (
    'the and for with you your this that are can not all any but has have from will was its it is in on of to as at by be or an if so we our ' +
    'which when then than also into out more most other some such only no yes use used uses using see get one two new how what why where who ' +
    'do does done may might must should would could been being there their they them these those very just like via per etc eg ie'
  ).split(' '),
);
