/**
 * Highlights: pieces of a hit's fields with the matching words between tags, as the `unified` highlighter gives them. Pieces are made of
 * sentences up to `fragment_size` characters, the best ones in the order of the text. https://docs.opensearch.org/latest/search-plugins/searching-data/highlight/
 */
import { analyzerOf, type Term, termsOf } from '../../text-index/analyzers.js';
import { illegalArgument, notServed, parsingError } from '../errors.js';
import { allowMembers, flagOf, isObject, type JsonObject, numberOf, objectOf, stringsOf } from '../json.js';
import type { Mapping } from '../mapping.js';
import { wildcard } from '../query/exact-queries.js';
import type { Mark } from '../query/query.js';

/** How one field is highlighted. */
interface FieldHighlight {
  readonly pattern: string;
  readonly preTag: string;
  readonly postTag: string;
  readonly fragmentSize: number;
  readonly numberOfFragments: number;
  readonly noMatchSize: number;
  readonly byScore: boolean;
  readonly escapeHtml: boolean;
  /** Words of queries on other fields count too. */
  readonly anyField: boolean;
}

/** Highlights of one hit by field; fields without a match are left out. */
export type Highlighter = (source: JsonObject, marks: readonly Mark[], mapping: Mapping) => Record<string, string[]>;

const OPTIONS = [
  'pre_tags',
  'post_tags',
  'fragment_size',
  'number_of_fragments',
  'no_match_size',
  'order',
  'encoder',
  'require_field_match',
  'type',
];

/** @throws OpenSearchError `parsing_exception` */
export function readHighlight(given: unknown): Highlighter | undefined {
  if (given === undefined) return undefined;
  const { fields, ...shared } = objectOf(given, 'highlight');
  allowMembers(shared, OPTIONS, 'highlight');
  const list = Array.isArray(fields) ? fields.map((each) => objectOf(each, 'highlight')) : [objectOf(fields ?? {}, 'highlight')];
  const read = list
    .flatMap((each) => Object.entries(each))
    .map(([pattern, options]) => readField(pattern, shared, objectOf(options, pattern)));
  return (source, marks, mapping) =>
    Object.assign({}, ...read.map((field) => highlightFields(field, { source, marks, mapping }))) as Record<string, string[]>;
}

function readField(pattern: string, shared: JsonObject, own: JsonObject): FieldHighlight {
  allowMembers(own, OPTIONS, 'highlight');
  const options = { ...shared, ...own };
  const type = options.type ?? 'unified';
  if (type !== 'unified' && type !== 'plain') throw notServed(`the highlighter [${String(type)}]`);
  const encoder = options.encoder ?? 'default';
  if (encoder !== 'default' && encoder !== 'html') throw parsingError(`unknown encoder [${String(encoder)}]`);
  const order = options.order ?? 'none';
  if (order !== 'none' && order !== 'score') throw parsingError(`unknown highlight order [${String(order)}]`);
  const tags = (value: unknown, fallback: string): string => (value === undefined ? fallback : (stringsOf(value, 'tags')[0] ?? fallback));
  const fragmentSize = numberOf(options.fragment_size, 100, 'fragment_size');
  if (fragmentSize < 0) throw illegalArgument('[fragment_size] must not be negative');
  return {
    pattern,
    preTag: tags(options.pre_tags, '<em>'),
    postTag: tags(options.post_tags, '</em>'),
    fragmentSize,
    numberOfFragments: numberOf(options.number_of_fragments, 5, 'number_of_fragments'),
    noMatchSize: numberOf(options.no_match_size, 0, 'no_match_size'),
    byScore: order === 'score',
    escapeHtml: encoder === 'html',
    anyField: !flagOf(options.require_field_match, true, 'require_field_match'),
  };
}

interface HighlightedHit {
  readonly source: JsonObject;
  readonly marks: readonly Mark[];
  readonly mapping: Mapping;
}

function highlightFields(field: FieldHighlight, hit: HighlightedHit): Record<string, string[]> {
  const passes = wildcard(field.pattern);
  const found: Record<string, string[]> = {};
  for (const { path, type, analyzer } of hit.mapping.leaves()) {
    if (!passes(path) || (type !== 'text' && type !== 'keyword')) continue;
    const marks = hit.marks.filter((mark) => field.anyField || mark.field === path);
    const analyze = analyzerOf(type === 'text' ? analyzer : 'keyword')!;
    const values = textsAt(hit.source, sourcePath(path, hit.mapping));
    const pieces = values.flatMap((text) => highlightText(text, markedTerms(termsOf(analyze, text), marks), field));
    const shown = field.numberOfFragments === 0 ? pieces : pieces.slice(0, field.numberOfFragments);
    if (shown.length > 0) found[path] = shown;
  }
  return found;
}

/** A multi-field has the text of the field it belongs to. */
function sourcePath(path: string, mapping: Mapping): string {
  const parent = path.slice(0, path.lastIndexOf('.'));
  return parent !== '' && mapping.leaf(parent) !== undefined ? parent : path;
}

function textsAt(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => textsAt(item, path));
  if (path === '') return value === null || value === undefined || isObject(value) ? [] : [String(value)];
  if (!isObject(value)) return [];
  if (Object.hasOwn(value, path)) return textsAt(value[path], '');
  const dot = path.indexOf('.');
  return dot < 0 ? [] : textsAt(Object.hasOwn(value, path.slice(0, dot)) ? value[path.slice(0, dot)] : undefined, path.slice(dot + 1));
}

/** Where the words stand that are to be marked, in order. */
function markedTerms(terms: readonly Term[], marks: readonly Mark[]): Term[] {
  const marked = new Set<Term>();
  for (const mark of marks) {
    if (mark.term !== undefined) for (const term of terms) if (mark.term(term.term)) marked.add(term);
    if (mark.phrase !== undefined) for (const term of phraseTerms(terms, mark.phrase)) marked.add(term);
  }
  return terms.filter((term) => marked.has(term));
}

function phraseTerms(terms: readonly Term[], phrase: NonNullable<Mark['phrase']>): Term[] {
  const byPosition = new Map(terms.map((term) => [term.position, term]));
  return terms.flatMap(({ position }) => {
    const start = position - phrase[0]!.offset;
    const found = phrase.map((part) => ({ part, term: byPosition.get(start + part.offset) }));
    return found.every(({ part, term }) => term !== undefined && part.terms.includes(term.term)) ? found.map(({ term }) => term!) : [];
  });
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function highlightText(text: string, marked: readonly Term[], field: FieldHighlight): string[] {
  if (marked.length === 0) {
    return field.noMatchSize > 0 ? [encode(text.slice(0, sentenceEnd(text, 0, field.noMatchSize)), field)] : [];
  }
  if (field.numberOfFragments === 0) return [tagged(text, { start: 0, end: text.length }, marked, field)];
  const fragments = fragmentsOf(text, field.fragmentSize)
    .map((span) => ({ span, terms: marked.filter((term) => term.start >= span.start && term.end <= span.end) }))
    .filter(({ terms }) => terms.length > 0);
  const ranked = fragments.toSorted((left, right) => weight(right.terms) - weight(left.terms) || left.span.start - right.span.start);
  const best = ranked.slice(0, field.numberOfFragments);
  const shown = field.byScore ? best : best.sort((left, right) => left.span.start - right.span.start);
  return shown.map(({ span, terms }) => tagged(text, span, terms, field));
}

/** Different words count more than one word again and again. */
function weight(terms: readonly Term[]): number {
  return new Set(terms.map(({ term }) => term)).size + terms.length / 1000;
}

/** Sentences, put together up to the size; one that is longer is cut between words. */
function fragmentsOf(text: string, size: number): Span[] {
  const fragments: Span[] = [];
  for (let start = 0; start < text.length; ) {
    const end = sentenceEnd(text, start, size);
    const trimmed = text.slice(start, end).trimStart();
    if (trimmed !== '') fragments.push({ start: end - trimmed.length, end: end - trimmed.length + trimmed.trimEnd().length });
    start = end;
  }
  return fragments;
}

/** The end of the last sentence or line within the size, else of the last word, else of the next word. */
function sentenceEnd(text: string, start: number, size: number): number {
  if (text.length - start <= size) return text.length;
  const within = text.slice(start, start + Math.max(size, 1));
  const sentence = Math.max(...[...within.matchAll(/[.!?。！？]["')\]]*\s+|\n+/g)].map(({ 0: mark, index }) => index + mark.length), 0);
  if (sentence > 0) return start + sentence;
  const word = within.search(/\s+\S*$/);
  if (word > 0) return start + word + 1;
  const rest = /\s/.exec(text.slice(start + within.length));
  return rest === null ? text.length : start + within.length + rest.index + 1;
}

function tagged(text: string, { start, end }: Span, terms: readonly Term[], field: FieldHighlight): string {
  let shown = '';
  let at = start;
  for (const term of terms) {
    if (term.start < at) continue;
    shown += `${encode(text.slice(at, term.start), field)}${field.preTag}${encode(text.slice(term.start, term.end), field)}${field.postTag}`;
    at = term.end;
  }
  return shown + encode(text.slice(at, end), field);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#x27;', '/': '&#x2F;' };

function encode(text: string, { escapeHtml }: FieldHighlight): string {
  return escapeHtml ? text.replace(/[&<>"'/]/g, (character) => ENTITIES[character]!) : text;
}
