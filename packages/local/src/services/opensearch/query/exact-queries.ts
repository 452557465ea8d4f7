/**
 * Queries that compare values as they are: term, terms, range, prefix, wildcard, exists, ids. On a text field they look at its terms.
 * https://docs.opensearch.org/latest/query-dsl/term/index/
 */
import { inverseDocumentFrequency, termWeight } from '../../text-index/bm25.js';
import { occurrencesOf, scoreOccurrences } from '../../text-index/text-field.js';
import { parseDateMath } from '../dates.js';
import { illegalArgument, OpenSearchError, parsingError } from '../errors.js';
import type { FieldStore } from '../field-store.js';
import { type FieldValue, isNumeric, isWhole, type LeafField, readValue } from '../field-types.js';
import { allowMembers, describe, flagOf, isObject, type JsonObject, numberOf, objectOf } from '../json.js';
import { matchNone, type Query, type QueryContext, type QueryParser } from './query.js';
import { noScores, type Scores } from './scores.js';

/** `{ field: parameters }`, with exactly one field. */
export function singleField(body: unknown, what: string): { readonly field: string; readonly given: unknown } {
  const entries = Object.entries(objectOf(body, what));
  const [entry] = entries;
  if (entry === undefined) throw illegalArgument(`field name is null or empty`);
  if (entries.length > 1)
    throw parsingError(`[${what}] query doesn't support multiple fields, found [${entries[0]![0]}] and [${entries[1]![0]}]`);
  return { field: entry[0], given: entry[1] };
}

export const termQuery: QueryParser = (body, context) => {
  const { field, given } = singleField(body, 'term');
  const parameters: JsonObject = isObject(given) ? given : { value: given };
  allowMembers(parameters, ['value', 'boost', 'case_insensitive'], 'term');
  const { value } = parameters;
  if (value === undefined || value === null) throw illegalArgument('value cannot be null');
  if (Array.isArray(given)) throw parsingError('[term] query does not support array of values');
  const boost = numberOf(parameters.boost, 1, 'boost');
  if (field === '_id') return idsOf([String(value)], boost);
  const leaf = context.leaf(field);
  if (leaf === undefined) return matchNone;
  if (flagOf(parameters.case_insensitive, false, 'case_insensitive')) {
    const wanted = String(value).toLowerCase();
    return byText(leaf, (text) => text.toLowerCase() === wanted, boost);
  }
  return exactTerm(leaf, value, boost, context);
};

/** Documents with a value, scored by how rare it is. */
export function exactTerm(leaf: LeafField, value: unknown, boost: number, context: QueryContext): Query {
  if (leaf.type === 'text') return textTerm(leaf, String(value), boost * context.scoreFactor);
  const wanted = queryValue(leaf, value, context);
  if (wanted === undefined) return matchNone;
  if (isNumeric(leaf.type) || leaf.type === 'date') return constant(leaf, (each) => each === wanted, boost);
  const run = (fields: FieldStore): Scores =>
    rarity(fields, constant(leaf, (each) => each === wanted, 1).run(fields), leaf.path, boost * context.scoreFactor);
  return { run, marks: typeof wanted === 'string' ? [{ field: leaf.path, term: (term) => term === wanted }] : [] };
}

function textTerm(leaf: LeafField, term: string, weight: number): Query {
  const run = (fields: FieldStore): Scores => {
    const scores = noScores(fields.size);
    const field = fields.text(leaf.path);
    if (field === undefined) return scores;
    const searching = { field, isVisible: fields.isVisible };
    scoreOccurrences(searching, occurrencesOf(searching, term), { visit: (document, score) => (scores[document] = score * weight) });
    return scores;
  };
  return { run, marks: [{ field: leaf.path, term: (each) => each === term }] };
}

/** Keywords have no length: every match of a term scores the same. */
function rarity(fields: FieldStore, matched: Scores, path: string, weight: number): Scores {
  const column = fields.column(path);
  let documents = 0;
  let withField = 0;
  for (let document = 0; document < matched.length; document++) {
    if (!fields.isVisible(document)) continue;
    if (!Number.isNaN(matched[document]!)) documents++;
    if (column !== undefined && column.get(document).length > 0) withField++;
  }
  const score = weight * inverseDocumentFrequency(withField, documents) * termWeight(1, 1);
  return matched.map((each) => (Number.isNaN(each) ? each : score));
}

/** A value as the field would keep it. `undefined` when no document can have it. */
function queryValue(leaf: LeafField, value: unknown, context: QueryContext): FieldValue | undefined {
  try {
    if (leaf.type === 'date') return parseDateMath(value, leaf.format, { nowMs: context.nowMs, roundUp: false });
    if (isWhole(leaf.type) && !Number.isInteger(Number(value)) && Number.isFinite(Number(value))) return undefined;
    return readValue(leaf, value);
  } catch (error) {
    const cause = { type: leaf.type === 'date' ? 'parse_exception' : 'number_format_exception', reason: (error as Error).message };
    throw new OpenSearchError('query_shard_exception', `failed to create query: ${cause.reason}`, { caused_by: cause });
  }
}

/** Every document with a value that passes, with one score for all. */
function constant(leaf: LeafField, passes: (value: FieldValue) => boolean, score: number): Query {
  const run = (fields: FieldStore): Scores => {
    const scores = noScores(fields.size);
    const column = fields.column(leaf.path);
    if (column === undefined) return scores;
    for (let document = 0; document < fields.size; document++) {
      if (fields.isVisible(document) && column.get(document).some(passes)) scores[document] = score;
    }
    return scores;
  };
  return { run, marks: [] };
}

export const termsQuery: QueryParser = (body, context) => {
  const { boost: givenBoost, ...rest } = objectOf(body, 'terms');
  const { field, given } = singleField(rest, 'terms');
  const boost = numberOf(givenBoost, 1, 'boost');
  if (!Array.isArray(given)) throw parsingError(`[terms] query does not support [${field}] (the local stage serves lists of values)`);
  if (given.length > 65_536)
    throw illegalArgument(
      `The number of terms [${given.length}] used in the Terms Query request has exceeded the allowed maximum of [65536]`,
    );
  if (field === '_id') return idsOf(given.map(String), boost);
  const leaf = context.leaf(field);
  if (leaf === undefined) return matchNone;
  if (leaf.type === 'text') {
    const wanted = new Set(given.map(String));
    return textByTerm(leaf, (term) => wanted.has(term), boost);
  }
  const values = new Set(given.map((value) => queryValue(leaf, value, context)));
  return { ...constant(leaf, (each) => values.has(each), boost), marks: [{ field, term: (term) => values.has(term) }] };
};

export const rangeQuery: QueryParser = (body, context) => {
  const { field, given } = singleField(body, 'range');
  const bounds = objectOf(given, 'range');
  allowMembers(bounds, ['gt', 'gte', 'lt', 'lte', 'boost', 'format', 'relation'], 'range');
  const leaf = context.leaf(field);
  if (leaf === undefined) return matchNone;
  const boost = numberOf(bounds.boost, 1, 'boost');
  const bound = (name: string, roundUp: boolean): FieldValue | undefined => {
    const value = bounds[name];
    if (value === undefined || value === null) return undefined;
    if (leaf.type === 'date') return parseDateMath(value, String(bounds.format ?? leaf.format), { nowMs: context.nowMs, roundUp });
    return isNumeric(leaf.type) ? numberOf(value, 0, name) : readValue(leaf, value);
  };
  const [gt, gte, lt, lte] = [bound('gt', true), bound('gte', false), bound('lt', false), bound('lte', true)];
  const passes = (value: FieldValue): boolean =>
    (gt === undefined || value > gt) &&
    (gte === undefined || value >= gte) &&
    (lt === undefined || value < lt) &&
    (lte === undefined || value <= lte);
  return leaf.type === 'text' ? textByTerm(leaf, passes, boost) : constant(leaf, passes, boost);
};

export const prefixQuery: QueryParser = (body, context) =>
  textPattern(body, 'prefix', context, (text) => (value) => value.startsWith(text));

export const wildcardQuery: QueryParser = (body, context) => textPattern(body, 'wildcard', context, wildcard);

function textPattern(body: unknown, what: string, context: QueryContext, compile: (text: string) => (value: string) => boolean): Query {
  const { field, given } = singleField(body, what);
  const parameters: JsonObject = isObject(given) ? given : { value: given };
  allowMembers(parameters, ['value', 'wildcard', 'boost', 'case_insensitive', 'rewrite'], what);
  const pattern = parameters.value ?? parameters.wildcard;
  if (typeof pattern !== 'string') throw illegalArgument(`value cannot be null or other than text: [${describe(pattern)}]`);
  const leaf = context.leaf(field);
  if (leaf === undefined) return matchNone;
  if (leaf.type !== 'text' && leaf.type !== 'keyword') {
    throw new OpenSearchError(
      'query_shard_exception',
      `Can only use ${what} queries on keyword, text and wildcard fields - not on [${field}] which is of type [${leaf.type}]`,
    );
  }
  const ignoreCase = flagOf(parameters.case_insensitive, false, 'case_insensitive');
  const passes = compile(ignoreCase ? pattern.toLowerCase() : pattern);
  return byText(leaf, ignoreCase ? (value) => passes(value.toLowerCase()) : passes, numberOf(parameters.boost, 1, 'boost'));
}

/** `*` for any characters, `?` for one. Walks back to the last `*` only, so that no pattern takes long. */
export function wildcard(pattern: string): (value: string) => boolean {
  return (value) => {
    let at = 0;
    let in_ = 0;
    let star = -1;
    let resume = 0;
    while (at < value.length) {
      if (pattern[in_] === '*') {
        star = in_++;
        resume = at;
      } else if (in_ < pattern.length && (pattern[in_] === '?' || pattern[in_] === value[at])) {
        in_++;
        at++;
      } else if (star >= 0) {
        in_ = star + 1;
        at = ++resume;
      } else return false;
    }
    while (pattern[in_] === '*') in_++;
    return in_ === pattern.length;
  };
}

function byText(leaf: LeafField, passes: (value: string) => boolean, boost: number): Query {
  if (leaf.type === 'text') return textByTerm(leaf, passes, boost);
  return { ...constant(leaf, (value) => passes(String(value)), boost), marks: [{ field: leaf.path, term: passes }] };
}

/** Documents with any term that passes; all score the same. */
export function textByTerm(leaf: LeafField, passes: (term: string) => boolean, boost: number): Query {
  const run = (fields: FieldStore): Scores => {
    const scores = noScores(fields.size);
    const field = fields.text(leaf.path);
    if (field === undefined) return scores;
    for (const term of field.terms()) {
      if (!passes(term)) continue;
      for (const document of occurrencesOf({ field, isVisible: fields.isVisible }, term).documents) scores[document] = boost;
    }
    return scores;
  };
  return { run, marks: [{ field: leaf.path, term: passes }] };
}

export const existsQuery: QueryParser = (body, context) => {
  const { field, boost: given, ...others } = objectOf(body, 'exists');
  allowMembers(others, [], 'exists');
  if (typeof field !== 'string' || field === '') throw illegalArgument('[exists] must be provided with a [field]');
  const boost = numberOf(given, 1, 'boost');
  const within = [...context.leaves()].filter(({ path }) => path === field || path.startsWith(`${field}.`));
  const run = (fields: FieldStore): Scores => {
    const scores = noScores(fields.size);
    for (let document = 0; document < fields.size; document++) {
      if (fields.isVisible(document) && within.some((leaf) => has(fields, leaf, document))) scores[document] = boost;
    }
    return scores;
  };
  return { run, marks: [] };
};

function has(fields: FieldStore, { path, type }: LeafField, document: number): boolean {
  if (type === 'text') return (fields.text(path)?.lengthOf(document) ?? 0) > 0;
  return (fields.column(path)?.get(document).length ?? 0) > 0;
}

export const idsQuery: QueryParser = (body) => {
  const { values, boost, ...others } = objectOf(body, 'ids');
  allowMembers(others, [], 'ids');
  if (!Array.isArray(values)) throw parsingError('[ids] requires providing [values] as an array');
  return idsOf(values.map(String), numberOf(boost, 1, 'boost'));
};

function idsOf(ids: readonly string[], boost: number): Query {
  const wanted = new Set(ids);
  const run = (fields: FieldStore): Scores => {
    const scores = noScores(fields.size);
    for (let document = 0; document < fields.size; document++) {
      if (fields.isVisible(document) && wanted.has(fields.document(document)!.id)) scores[document] = boost;
    }
    return scores;
  };
  return { run, marks: [] };
}
