/** Queries made of queries: bool, constant_score, dis_max. https://docs.opensearch.org/latest/query-dsl/compound/index/ */
import { illegalArgument, parsingError } from '../errors.js';
import type { FieldStore } from '../field-store.js';
import { allowMembers, numberOf, objectOf } from '../json.js';
import { minimumShouldMatch } from './minimum-should-match.js';
import type { Query, QueryContext, QueryParser } from './query.js';
import { boosted, disjunctionMax, matches, noScores, type Scores } from './scores.js';

export const boolQuery: QueryParser = (body, context) => {
  const given = objectOf(body, 'bool');
  allowMembers(given, ['must', 'should', 'filter', 'must_not', 'minimum_should_match', 'boost', 'adjust_pure_negative'], 'bool');
  const [must, should, filter, mustNot] = ['must', 'should', 'filter', 'must_not'].map((name) => clausesOf(given[name], context)) as [
    Query[],
    Query[],
    Query[],
    Query[],
  ];
  const boost = numberOf(given.boost, 1, 'boost');
  const optional = must.length + filter.length > 0 || should.length === 0;
  const minimum =
    given.minimum_should_match === undefined ? (optional ? 0 : 1) : minimumShouldMatch(given.minimum_should_match, should.length);
  const run = (fields: FieldStore): Scores => {
    const [required, shown, filters, excluded] = [must, should, filter, mustNot].map((list) => list.map((query) => query.run(fields))) as [
      Scores[],
      Scores[],
      Scores[],
      Scores[],
    ];
    const scores = noScores(fields.size);
    for (let document = 0; document < fields.size; document++) {
      if (!fields.isVisible(document) || excluded.some((list) => matches(list, document))) continue;
      if (!filters.every((list) => matches(list, document)) || !required.every((list) => matches(list, document))) continue;
      const hits = shown.filter((list) => matches(list, document));
      if (hits.length < minimum) continue;
      scores[document] = [...required, ...hits].reduce((sum, list) => sum + list[document]!, 0) * boost;
    }
    return scores;
  };
  return { run, marks: [...must, ...should, ...filter].flatMap(({ marks }) => marks) };
};

function clausesOf(given: unknown, context: QueryContext): Query[] {
  if (given === undefined) return [];
  return (Array.isArray(given) ? given : [given]).map(context.parse);
}

export const constantScoreQuery: QueryParser = (body, context) => {
  const { filter, boost, ...others } = objectOf(body, 'constant_score');
  allowMembers(others, [], 'constant_score');
  if (filter === undefined) throw parsingError('[constant_score] requires a [filter] element');
  const query = context.parse(filter);
  const score = numberOf(boost, 1, 'boost');
  return { run: (fields) => query.run(fields).map((each) => (Number.isNaN(each) ? each : score)), marks: query.marks };
};

export const disMaxQuery: QueryParser = (body, context) => {
  const { queries, tie_breaker: tieBreaker, boost, ...others } = objectOf(body, 'dis_max');
  allowMembers(others, [], 'dis_max');
  if (!Array.isArray(queries) || queries.length === 0) throw illegalArgument("[dis_max] requires 'queries' field with at least one clause");
  const parsed = queries.map(context.parse);
  const [tie, weight] = [numberOf(tieBreaker, 0, 'tie_breaker'), numberOf(boost, 1, 'boost')];
  return {
    run: (fields) =>
      boosted(
        disjunctionMax(
          parsed.map((query) => query.run(fields)),
          tie,
          fields.size,
        ),
        weight,
      ),
    marks: parsed.flatMap(({ marks }) => marks),
  };
};
