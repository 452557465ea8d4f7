/**
 * Porter's stemmer for English, which Lucene's `english` analyzer ends with: `installing`, `installed` and `installs` become `instal`.
 * https://tartarus.org/martin/PorterStemmer/def.txt - with its two departures (`bli` and `logi`), as in Lucene. Takes lower case.
 */

const C = '[^aeiou]';
const V = '[aeiouy]';
const CONSONANTS = `${C}[^aeiouy]*`;
const VOWELS = `${V}[aeiou]*`;
/** A stem of measure greater than 0, equal to 1, greater than 1. */
const M_GT_0 = new RegExp(`^(?:${CONSONANTS})?${VOWELS}${CONSONANTS}`);
const M_EQ_1 = new RegExp(`^(?:${CONSONANTS})?${VOWELS}${CONSONANTS}(?:${VOWELS})?$`);
const M_GT_1 = new RegExp(`^(?:${CONSONANTS})?${VOWELS}${CONSONANTS}${VOWELS}${CONSONANTS}`);
const HAS_VOWEL = new RegExp(`^(?:${CONSONANTS})?${V}`);
/** Consonant, vowel, consonant that is no w, x or y. */
const ENDS_CVC = new RegExp(`^${CONSONANTS}${V}[^aeiouwxy]$`);

const STEP_2: Readonly<Record<string, string>> = {
  ational: 'ate',
  tional: 'tion',
  enci: 'ence',
  anci: 'ance',
  izer: 'ize',
  bli: 'ble',
  alli: 'al',
  entli: 'ent',
  eli: 'e',
  ousli: 'ous',
  ization: 'ize',
  ation: 'ate',
  ator: 'ate',
  alism: 'al',
  iveness: 'ive',
  fulness: 'ful',
  ousness: 'ous',
  aliti: 'al',
  iviti: 'ive',
  biliti: 'ble',
  logi: 'log',
};
const STEP_3: Readonly<Record<string, string>> = { icate: 'ic', ative: '', alize: 'al', iciti: 'ic', ical: 'ic', ful: '', ness: '' };
const SUFFIX_2 =
  /(ational|tional|enci|anci|izer|bli|alli|entli|eli|ousli|ization|ation|ator|alism|iveness|fulness|ousness|aliti|iviti|biliti|logi)$/;
const SUFFIX_3 = /(icate|ative|alize|iciti|ical|ful|ness)$/;
const SUFFIX_4 = /(?:al|ance|ence|er|ic|able|ible|ant|ement|ment|ent|ou|ism|ate|iti|ous|ive|ize|(?<=[st])ion)$/;

/** The stem of a word. Words of one or two letters, and words that are not of `a` to `z`, come back as they are. */
export function stem(word: string): string {
  if (word.length < 3 || !/^[a-z]+$/.test(word)) return word;
  const marked = word.startsWith('y') ? `Y${word.slice(1)}` : word;
  const stemmed = step5(step4(suffixed(suffixed(step1c(step1b(step1a(marked))), SUFFIX_2, STEP_2), SUFFIX_3, STEP_3)));
  return stemmed.startsWith('Y') ? `y${stemmed.slice(1)}` : stemmed;
}

/** Plurals. */
function step1a(word: string): string {
  if (/(?:ss|i)es$/.test(word)) return word.slice(0, -2);
  return /[^s]s$/.test(word) ? word.slice(0, -1) : word;
}

/** Past and continuous forms. */
function step1b(word: string): string {
  if (word.endsWith('eed')) return M_GT_0.test(word.slice(0, -3)) ? word.slice(0, -1) : word;
  const [, start] = /^(.+?)(?:ed|ing)$/.exec(word) ?? [];
  if (start === undefined || !HAS_VOWEL.test(start)) return word;
  if (/(?:at|bl|iz)$/.test(start)) return `${start}e`;
  if (/([^aeiouylsz])\1$/.test(start)) return start.slice(0, -1);
  return ENDS_CVC.test(start) ? `${start}e` : start;
}

function step1c(word: string): string {
  return word.endsWith('y') && HAS_VOWEL.test(word.slice(0, -1)) ? `${word.slice(0, -1)}i` : word;
}

function suffixed(word: string, pattern: RegExp, replacements: Readonly<Record<string, string>>): string {
  const suffix = pattern.exec(word)?.[1];
  if (suffix === undefined) return word;
  const start = word.slice(0, -suffix.length);
  return M_GT_0.test(start) ? start + replacements[suffix]! : word;
}

function step4(word: string): string {
  const suffix = SUFFIX_4.exec(word)?.[0];
  if (suffix === undefined) return word;
  const start = word.slice(0, -suffix.length);
  return M_GT_1.test(start) ? start : word;
}

function step5(word: string): string {
  let result = word;
  if (result.endsWith('e')) {
    const start = result.slice(0, -1);
    if (M_GT_1.test(start) || (M_EQ_1.test(start) && !ENDS_CVC.test(start))) result = start;
  }
  return result.endsWith('ll') && M_GT_1.test(result) ? result.slice(0, -1) : result;
}
