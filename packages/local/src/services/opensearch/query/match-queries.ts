/**
 * Full-text queries on one field: match, match_phrase, match_phrase_prefix, match_bool_prefix. Texts are analysed as the field's are, and
 * scored by BM25. Fuzziness, slop and synonyms are not served. https://docs.opensearch.org/latest/query-dsl/full-text/index/
 */
import { analyzerOf, termsOf } from '../../text-index/analyzers.js';
import { inverseDocumentFrequency } from '../../text-index/bm25.js';
import { type PhrasePart, phraseOccurrences } from '../../text-index/phrases.js';
import { scoreOccurrences } from '../../text-index/text-field.js';
import { illegalArgument, notServed, parsingError } from '../errors.js';
import type { FieldStore } from '../field-store.js';
import type { LeafField } from '../field-types.js';
import { allowMembers, describe, flagOf, isObject, type JsonObject, numberOf } from '../json.js';
import { exactTerm, singleField, textByTerm } from './exact-queries.js';
import { minimumShouldMatch } from './minimum-should-match.js';
import { matchNone, type Query, type QueryContext, type QueryParser } from './query.js';
import { atLeast, noScores, type Scores } from './scores.js';

/** What the kinds of match have in common, on one field or several. */
export interface MatchOptions {
  readonly text: unknown;
  readonly boost: number;
  readonly operator: 'and' | 'or';
  readonly minimumShouldMatch: unknown;
  readonly analyzer: string | undefined;
  /** A text without terms matches nothing, or everything. */
  readonly zeroTermsQuery: 'none' | 'all';
  readonly maxExpansions: number;
  /** A text that the field cannot have matches nothing instead of failing. */
  readonly lenient: boolean;
}

export const MATCH_PARAMETERS = [
  'query',
  'operator',
  'minimum_should_match',
  'analyzer',
  'zero_terms_query',
  'boost',
  'lenient',
  'auto_generate_synonyms_phrase_query',
];

/** Reads parameters that were checked for unknown ones. */
export function readMatchOptions(given: JsonObject): MatchOptions {
  const { query } = given;
  if (query === undefined || query === null) throw parsingError('No text specified for text query');
  if (typeof query === 'object')
    throw parsingError(`[match] unknown token [${Array.isArray(query) ? 'START_ARRAY' : 'START_OBJECT'}] after [query]`);
  const operator = String(given.operator ?? 'or').toLowerCase();
  if (operator !== 'and' && operator !== 'or')
    throw illegalArgument(`operator needs to be either AND or OR, but not [${describe(given.operator)}]`);
  const zeroTerms = String(given.zero_terms_query ?? 'none').toLowerCase();
  if (zeroTerms !== 'none' && zeroTerms !== 'all') throw parsingError(`Unsupported zero_terms_query value [${zeroTerms}]`);
  const analyzer = given.analyzer === undefined ? undefined : String(given.analyzer);
  if (analyzer !== undefined && analyzerOf(analyzer) === undefined) throw parsingError(`[match] analyzer [${analyzer}] not found`);
  if (numberOf(given.slop, 0, 'slop') !== 0) throw notServed('[slop] of phrases');
  return {
    text: query,
    boost: numberOf(given.boost, 1, 'boost'),
    operator,
    minimumShouldMatch: given.minimum_should_match,
    analyzer,
    zeroTermsQuery: zeroTerms,
    maxExpansions: numberOf(given.max_expansions, 50, 'max_expansions'),
    lenient: flagOf(given.lenient, false, 'lenient'),
  };
}

/** A query on one field with its options. */
export type FieldMatch = (leaf: LeafField, options: MatchOptions, context: QueryContext) => Query;

function singleFieldParser(what: string, parameters: readonly string[], run: FieldMatch): QueryParser {
  return (body, context) => {
    const { field, given } = singleField(body, what);
    const options: JsonObject = isObject(given) ? given : { query: given };
    allowMembers(options, parameters, what);
    const read = readMatchOptions(options);
    const leaf = context.leaf(field);
    return leaf === undefined ? matchNone : run(leaf, read, context);
  };
}

/** Terms of a text as the field is searched. */
export function searchTerms(leaf: LeafField, { text, analyzer }: MatchOptions): { readonly term: string; readonly position: number }[] {
  return termsOf(analyzerOf(analyzer ?? leaf.searchAnalyzer)!, String(text));
}

export const matchField: FieldMatch = (leaf, options, context) => {
  if (leaf.type !== 'text') return wholeValue(leaf, options, context);
  const clauses = searchTerms(leaf, options).map(({ term }) => exactTerm(leaf, term, options.boost, context));
  return anyOf(clauses, options);
};

/** The clauses of a match: all of them, some, or any. */
function anyOf(clauses: readonly Query[], options: MatchOptions): Query {
  if (clauses.length === 0) return options.zeroTermsQuery === 'all' ? everything(options.boost) : matchNone;
  const minimum = neededOf(clauses.length, options);
  return {
    run: (fields) => atLeast(runs(clauses, fields), minimum, fields.size),
    marks: clauses.flatMap(({ marks }) => marks),
  };
}

function* runs(clauses: readonly Query[], fields: FieldStore): Generator<Scores> {
  for (const clause of clauses) yield clause.run(fields);
}

/** How many of a match's terms must be there. */
export function neededOf(clauses: number, { operator, minimumShouldMatch: given }: MatchOptions): number {
  if (operator === 'and') return clauses;
  return given === undefined ? 1 : minimumShouldMatch(given, clauses);
}

export function everything(score: number): Query {
  const run = (fields: FieldStore): Scores => {
    const scores = noScores(fields.size);
    for (let document = 0; document < fields.size; document++) if (fields.isVisible(document)) scores[document] = score;
    return scores;
  };
  return { run, marks: [] };
}

export const phraseField: FieldMatch = (leaf, options, context) => {
  if (leaf.type !== 'text') return wholeValue(leaf, options, context);
  const terms = searchTerms(leaf, options);
  if (terms.length === 0) return anyOf([], options);
  const parts = terms.map(({ term, position }) => ({ offset: position, terms: [term] }));
  return { run: runPhrase(leaf, () => parts, options.boost * context.scoreFactor), marks: [{ field: leaf.path, phrase: parts }] };
};

/** A field without analysis is compared with the whole text. */
function wholeValue(leaf: LeafField, { text, boost, lenient }: MatchOptions, context: QueryContext): Query {
  try {
    return exactTerm(leaf, text, boost, context);
  } catch (error) {
    if (lenient) return matchNone;
    throw error;
  }
}

/** The last word of the phrase may go on. */
export const phrasePrefixField: FieldMatch = (leaf, options, context) => {
  if (leaf.type !== 'text') return prefixOf(leaf, String(options.text), options.boost);
  const terms = searchTerms(leaf, options);
  const last = terms.at(-1);
  if (last === undefined) return anyOf([], options);
  const fixed = terms.slice(0, -1).map(({ term, position }) => ({ offset: position, terms: [term] }));
  const parts = (fields: FieldStore): PhrasePart[] => {
    const expanded = [...(fields.text(leaf.path)?.terms() ?? [])].filter((term) => term.startsWith(last.term)).sort();
    return [...fixed, { offset: last.position, terms: expanded.slice(0, options.maxExpansions) }];
  };
  const marks = terms.map(({ term }, index) => ({
    field: leaf.path,
    term: (each: string) => (index === terms.length - 1 ? each.startsWith(term) : each === term),
  }));
  return { run: runPhrase(leaf, parts, options.boost * context.scoreFactor), marks };
};

function runPhrase(leaf: LeafField, partsOf: (fields: FieldStore) => readonly PhrasePart[], weight: number): Query['run'] {
  return (fields) => {
    const scores = noScores(fields.size);
    const field = fields.text(leaf.path);
    if (field === undefined) return scores;
    const searching = { field, isVisible: fields.isVisible };
    const parts = partsOf(fields);
    const idf = parts.flatMap(({ terms }) => terms).reduce((sum, term) => sum + rarityOf(fields, leaf.path, term), 0);
    scoreOccurrences(searching, phraseOccurrences(searching, parts), {
      idf,
      visit: (document, score) => (scores[document] = score * weight),
    });
    return scores;
  };
}

/** How rare a term is among the visible documents. */
function rarityOf(fields: FieldStore, path: string, term: string): number {
  const field = fields.text(path);
  const cursor = field?.cursor(term);
  if (field === undefined || cursor === undefined) return 0;
  let documents = 0;
  while (cursor.next()) if (fields.isVisible(cursor.document)) documents++;
  return inverseDocumentFrequency(field.statistics.documents, documents);
}

/** All words, in any order; the last may go on. */
export const boolPrefixField: FieldMatch = (leaf, options, context) => {
  if (leaf.type !== 'text') return prefixOf(leaf, String(options.text), options.boost);
  const terms = searchTerms(leaf, options);
  const clauses = terms.map(({ term }, index) =>
    index < terms.length - 1 ? exactTerm(leaf, term, options.boost, context) : prefixOf(leaf, term, options.boost),
  );
  return anyOf(clauses, options);
};

function prefixOf(leaf: LeafField, text: string, boost: number): Query {
  return leaf.type === 'text' ? textByTerm(leaf, (term) => term.startsWith(text), boost) : matchNone;
}

export const matchQuery = singleFieldParser('match', MATCH_PARAMETERS, matchField);
export const matchPhraseQuery = singleFieldParser('match_phrase', ['query', 'analyzer', 'boost', 'slop', 'zero_terms_query'], phraseField);
export const matchPhrasePrefixQuery = singleFieldParser(
  'match_phrase_prefix',
  ['query', 'analyzer', 'boost', 'slop', 'zero_terms_query', 'max_expansions'],
  phrasePrefixField,
);
export const matchBoolPrefixQuery = singleFieldParser(
  'match_bool_prefix',
  ['query', 'analyzer', 'boost', 'operator', 'minimum_should_match', 'max_expansions'],
  boolPrefixField,
);
