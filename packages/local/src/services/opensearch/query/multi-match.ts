/**
 * multi_match: one text on several fields. `best_fields` counts the best field, `most_fields` and `bool_prefix` count all, `cross_fields` treats
 * the fields as one, `phrase` and `phrase_prefix` look for the words in order. https://docs.opensearch.org/latest/query-dsl/full-text/multi-match/
 */

import { inverseDocumentFrequency } from '../../text-index/bm25.js';
import { occurrencesOf, scoreOccurrences } from '../../text-index/text-field.js';
import { illegalArgument, parsingError } from '../errors.js';
import type { FieldStore } from '../field-store.js';
import type { LeafField } from '../field-types.js';
import { allowMembers, describe, numberOf, objectOf, stringsOf } from '../json.js';
import { exactTerm, wildcard } from './exact-queries.js';
import {
  boolPrefixField,
  type FieldMatch,
  MATCH_PARAMETERS,
  type MatchOptions,
  matchField,
  neededOf,
  phraseField,
  phrasePrefixField,
  readMatchOptions,
  searchTerms,
} from './match-queries.js';
import { matchNone, type Query, type QueryContext, type QueryParser } from './query.js';
import { atLeast, disjunctionMax, noScores, type Scores } from './scores.js';

interface WeightedField {
  readonly leaf: LeafField;
  readonly boost: number;
}

/** How the fields of each type are matched and put together. */
const TYPES: Readonly<Record<string, { readonly match: FieldMatch; readonly tieBreaker: number }>> = {
  best_fields: { match: matchField, tieBreaker: 0 },
  most_fields: { match: matchField, tieBreaker: 1 },
  phrase: { match: phraseField, tieBreaker: 0 },
  phrase_prefix: { match: phrasePrefixField, tieBreaker: 0 },
  bool_prefix: { match: boolPrefixField, tieBreaker: 1 },
};

export const multiMatchQuery: QueryParser = (body, context) => {
  const given = objectOf(body, 'multi_match');
  allowMembers(given, [...MATCH_PARAMETERS, 'fields', 'type', 'tie_breaker', 'slop', 'max_expansions'], 'multi_match');
  const options = readMatchOptions(given);
  const fields = weightedFields(given.fields, context);
  const type = String(given.type ?? 'best_fields');
  const tieBreaker = given.tie_breaker === undefined ? undefined : numberOf(given.tie_breaker, 0, 'tie_breaker');
  if (type === 'cross_fields') return crossFields(fields, options, { context, tieBreaker: tieBreaker ?? 0 });
  const kind = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (kind === undefined) throw parsingError(`failed to parse [multi_match] query type [${describe(given.type)}]. unknown type.`);
  const queries = fields.map(({ leaf, boost }) => kind.match(leaf, { ...options, boost: options.boost * boost }, context));
  return best(queries, tieBreaker ?? kind.tieBreaker);
};

/** `title^3`, with wildcards. Without fields: every text and keyword field. */
function weightedFields(given: unknown, context: QueryContext): WeightedField[] {
  const patterns = given === undefined ? ['*'] : stringsOf(given, 'fields');
  const fields = new Map<string, WeightedField>();
  for (const pattern of patterns) {
    const [, name, boost = '1'] = /^(.*?)(?:\^(.*))?$/.exec(pattern) ?? [];
    if (!Number.isFinite(Number(boost))) throw illegalArgument(`For input string: "${boost}"`);
    for (const leaf of leavesOf(name!, context)) fields.set(leaf.path, { leaf, boost: Number(boost) });
  }
  return [...fields.values()];
}

function leavesOf(name: string, context: QueryContext): LeafField[] {
  if (!name.includes('*')) {
    const leaf = context.leaf(name);
    return leaf === undefined ? [] : [leaf];
  }
  const passes = wildcard(name);
  return [...context.leaves()].filter(({ path, type }) => (type === 'text' || type === 'keyword') && passes(path));
}

function best(queries: readonly Query[], tieBreaker: number): Query {
  return {
    run: (fields) =>
      disjunctionMax(
        queries.map((query) => query.run(fields)),
        tieBreaker,
        fields.size,
      ),
    marks: queries.flatMap(({ marks }) => marks),
  };
}

/** Each word may be in any field; it counts as rare as it is in the field that has it most often. */
function crossFields(
  fields: readonly WeightedField[],
  options: MatchOptions,
  { context, tieBreaker }: { readonly context: QueryContext; readonly tieBreaker: number },
): Query {
  const texts = fields.filter(({ leaf }) => leaf.type === 'text');
  const [first] = texts;
  if (first === undefined)
    return best(
      fields.map(({ leaf, boost }) => exactTerm(leaf, options.text, boost * options.boost, context)),
      tieBreaker,
    );
  const terms = searchTerms(first.leaf, options).map(({ term }) => term);
  if (terms.length === 0) return matchNone;
  const clauses = terms.map((term) => blendedTerm(texts, term, { boost: options.boost * context.scoreFactor, tieBreaker }));
  return {
    run: (store) =>
      atLeast(
        clauses.map((clause) => clause(store)),
        neededOf(clauses.length, options),
        store.size,
      ),
    marks: texts.flatMap(({ leaf }) => terms.map((term) => ({ field: leaf.path, term: (each: string) => each === term }))),
  };
}

function blendedTerm(
  fields: readonly WeightedField[],
  term: string,
  { boost, tieBreaker }: { readonly boost: number; readonly tieBreaker: number },
): (store: FieldStore) => Scores {
  return (store) => {
    const found = fields.flatMap(({ leaf, boost: weight }) => {
      const field = store.text(leaf.path);
      if (field === undefined) return [];
      const searching = { field, isVisible: store.isVisible };
      return [{ searching, weight, occurrences: occurrencesOf(searching, term), documents: field.statistics.documents }];
    });
    const frequency = Math.max(0, ...found.map(({ occurrences }) => occurrences.documents.length));
    const idf = inverseDocumentFrequency(Math.max(frequency, ...found.map(({ documents }) => documents)), frequency);
    const lists = found.map(({ searching, occurrences, weight }) => {
      const scores = noScores(store.size);
      scoreOccurrences(searching, occurrences, { idf, visit: (document, score) => (scores[document] = score * weight * boost) });
      return scores;
    });
    return disjunctionMax(lists, tieBreaker, store.size);
  };
}
