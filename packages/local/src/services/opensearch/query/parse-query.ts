/** The query language: from JSON to a query for one index. Queries that are not in the table are refused by name. */
import { OpenSearchError, parsingError } from '../errors.js';
import { allowMembers, numberOf, objectOf } from '../json.js';
import { boolQuery, constantScoreQuery, disMaxQuery } from './compound-queries.js';
import { existsQuery, idsQuery, prefixQuery, rangeQuery, termQuery, termsQuery, wildcardQuery } from './exact-queries.js';
import { everything, matchBoolPrefixQuery, matchPhrasePrefixQuery, matchPhraseQuery, matchQuery } from './match-queries.js';
import { multiMatchQuery } from './multi-match.js';
import { matchNone, type Query, type QueryContext, type QueryParser } from './query.js';

const matchAllQuery: QueryParser = (body) => {
  const given = objectOf(body, 'match_all');
  allowMembers(given, ['boost'], 'match_all');
  return everything(numberOf(given.boost, 1, 'boost'));
};

const PARSERS: Readonly<Record<string, QueryParser>> = {
  match_all: matchAllQuery,
  match_none: () => matchNone,
  match: matchQuery,
  match_phrase: matchPhraseQuery,
  match_phrase_prefix: matchPhrasePrefixQuery,
  match_bool_prefix: matchBoolPrefixQuery,
  multi_match: multiMatchQuery,
  term: termQuery,
  terms: termsQuery,
  range: rangeQuery,
  prefix: prefixQuery,
  wildcard: wildcardQuery,
  exists: existsQuery,
  ids: idsQuery,
  bool: boolQuery,
  constant_score: constantScoreQuery,
  dis_max: disMaxQuery,
};

/** OpenSearch's `indices.query.max_nested_depth`. */
const MAX_DEPTH = 20;

/** @throws OpenSearchError `parsing_exception` and others */
export function parseQuery(query: unknown, context: Omit<QueryContext, 'parse'>): Query {
  return parse(query, context, 0);
}

function parse(query: unknown, context: Omit<QueryContext, 'parse'>, depth: number): Query {
  if (depth > MAX_DEPTH)
    throw new OpenSearchError(
      'illegal_argument_exception',
      `The nested depth of the query exceeds the maximum nested depth of [${MAX_DEPTH}]`,
    );
  const names = Object.keys(objectOf(query, 'query'));
  const [name] = names;
  if (name === undefined) throw new OpenSearchError('illegal_argument_exception', 'query malformed, empty clause found');
  if (names.length > 1) throw parsingError(`[${name}] malformed query, expected [END_OBJECT] but found [FIELD_NAME]`);
  const parser = Object.hasOwn(PARSERS, name) ? PARSERS[name] : undefined;
  if (parser === undefined) throw parsingError(`unknown query [${name}] (the local stage serves: ${Object.keys(PARSERS).join(', ')})`);
  const body = (query as Record<string, unknown>)[name];
  return parser(body, { ...context, parse: (inner) => parse(inner, context, depth + 1) });
}
