/**
 * From a text to the terms that are searched: the analyzers of Lucene that have a name and no settings.
 * https://docs.opensearch.org/latest/analyzers/supported-analyzers/index/
 */
import { stem } from './porter-stemmer.js';
import { tokenize, tokenizeByWhitespace, tokenizeLetters } from './tokenizer.js';

/** A term, its place among the terms, and where it stands in the text. Words that are left out leave a gap in the positions. */
export type VisitTerm = (term: string, position: number, start: number, end: number) => void;

/** Visits the terms of a text in order. */
export type Analyzer = (text: string, visit: VisitTerm) => void;

/** A term with its place. */
export interface Term {
  readonly term: string;
  readonly position: number;
  readonly start: number;
  readonly end: number;
}

/** Lucene's English stop words. */
const STOP_WORDS = new Set(
  'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with'.split(
    ' ',
  ),
);

/** Words in lower case: OpenSearch's default. */
export const standard: Analyzer = (text, visit) => {
  let position = 0;
  tokenize(text, (token, start, end) => visit(token.toLowerCase(), position++, start, end));
};

/** Words in lower case without `'s`, without stop words, reduced to stems. */
export const english: Analyzer = (text, visit) => {
  let position = 0;
  tokenize(text, (token, start, end) => {
    const word = token.toLowerCase().replace(/['’＇]s$/, '');
    if (!STOP_WORDS.has(word)) visit(cachedStem(word), position, start, end);
    position++;
  });
};

/** A text says the same words again and again. */
const stems = new Map<string, string>();
const MAX_STEMS = 20_000;

function cachedStem(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) return known;
  if (stems.size >= MAX_STEMS) stems.clear();
  const stemmed = stem(word);
  stems.set(word, stemmed);
  return stemmed;
}

const simple: Analyzer = (text, visit) => {
  let position = 0;
  tokenizeLetters(text, (token, start, end) => visit(token.toLowerCase(), position++, start, end));
};

const whitespace: Analyzer = (text, visit) => {
  let position = 0;
  tokenizeByWhitespace(text, (token, start, end) => visit(token, position++, start, end));
};

const keyword: Analyzer = (text, visit) => visit(text, 0, 0, text.length);

const analyzers: Readonly<Record<string, Analyzer>> = { standard, english, simple, whitespace, keyword };

/** The analyzer of a name, `undefined` for one that is not here. */
export function analyzerOf(name: string): Analyzer | undefined {
  return Object.hasOwn(analyzers, name) ? analyzers[name] : undefined;
}

/** All terms of a text. */
export function termsOf(analyzer: Analyzer, text: string): Term[] {
  const terms: Term[] = [];
  analyzer(text, (term, position, start, end) => terms.push({ term, position, start, end }));
  return terms;
}
