/**
 * Query and Retrieve. Query answers with documents, each by the excerpt of its best passage with the question's words marked; every result is a
 * `DOCUMENT`, since judging that a passage is an `ANSWER` takes a model. Retrieve answers with passages.
 * https://docs.aws.amazon.com/kendra/latest/APIReference/API_Query.html
 */
import { createHash, randomUUID } from 'node:crypto';
import { type Input, numberMember, optionalText, serveOnly, textMember, validationException } from '../text-index/input.js';
import { excerptOf, marksIn, type RankedPassage } from '../text-index/passage-index.js';
import { readAttributeFilter, shownAttributes } from './attributes.js';
import type { KendraDocument, KendraIndex } from './kendra-index.js';

/** Kendra shows at most 100 results of a query. */
const MAX_RESULTS = 100;
const EXCERPT_CHARACTERS = 300;
const RESULT_TYPES = ['DOCUMENT', 'QUESTION_ANSWER', 'ANSWER'];

/** Members of both requests; the others would change the results. */
const SERVED = ['IndexId', 'QueryText', 'AttributeFilter', 'PageNumber', 'PageSize'];

/** The part of a request that both have. */
interface Page {
  readonly from: number;
  readonly to: number;
}

function pageOf(input: Input): Page {
  const size = numberMember(input, 'PageSize', { min: 0, max: MAX_RESULTS, fallback: 10 });
  const number = numberMember(input, 'PageNumber', { min: 1, max: MAX_RESULTS, fallback: 1 });
  return { from: (number - 1) * size, to: Math.min(number * size, MAX_RESULTS) };
}

export async function query(index: KendraIndex, input: Input): Promise<unknown> {
  serveOnly(input, [...SERVED, 'QueryResultTypeFilter', 'VisitorId']);
  const question = optionalText(input, 'QueryText', 1000) ?? '';
  const type = input.QueryResultTypeFilter;
  if (type !== undefined && type !== null && !RESULT_TYPES.includes(String(type)))
    throw validationException(`QueryResultTypeFilter must be one of ${RESULT_TYPES.join(', ')}`);
  const { from, to } = pageOf(input);
  const passes = readAttributeFilter(input.AttributeFilter);
  const found = type === 'ANSWER' || type === 'QUESTION_ANSWER' ? [] : bestOfEach(index, question, ({ attributes }) => passes(attributes));
  return {
    QueryId: randomUUID(),
    ResultItems: found.slice(from, to).map((ranked) => queryItem(index, ranked, question)),
    FacetResults: [],
    TotalNumberOfResults: found.length,
  };
}

/** Each document once, by its best passage. A query without text finds every document that passes. */
function bestOfEach(index: KendraIndex, question: string, accepts: (document: KendraDocument) => boolean): RankedPassage<KendraDocument>[] {
  if (question === '') {
    return index.documents
      .all()
      .filter(accepts)
      .map((document) => ({ document, passage: { start: 0, end: document.text.length }, score: 0, coverage: 0 }));
  }
  const seen = new Set<string>();
  return index.documents.rank(question, accepts).filter(({ document }) => !seen.has(document.id) && seen.add(document.id));
}

function queryItem(index: KendraIndex, ranked: RankedPassage<KendraDocument>, question: string): unknown {
  const { document, passage } = ranked;
  const { start, end } = excerptOf(document.text, passage, question, EXCERPT_CHARACTERS);
  return {
    Id: resultId(index, document.id, passage.start),
    Type: 'DOCUMENT',
    Format: 'TEXT',
    AdditionalAttributes: [],
    DocumentId: document.id,
    DocumentTitle: highlighted(document.title, question),
    DocumentExcerpt: highlighted(document.text.slice(start, end), question),
    ...sharedMembers(ranked),
    FeedbackToken: Buffer.from(resultId(index, document.id, passage.start)).toString('base64'),
  };
}

function sharedMembers({ document, coverage }: RankedPassage<KendraDocument>): object {
  return {
    DocumentURI: document.attributes._source_uri?.StringValue ?? '',
    DocumentAttributes: shownAttributes(document.attributes),
    ScoreAttributes: { ScoreConfidence: confidenceOf(coverage) },
  };
}

/** By how much of the question the passage has. Kendra says how sure its model is. */
function confidenceOf(coverage: number): string {
  if (coverage >= 0.9) return 'VERY_HIGH';
  if (coverage >= 0.7) return 'HIGH';
  return coverage >= 0.4 ? 'MEDIUM' : 'LOW';
}

function highlighted(text: string, question: string): object {
  const marks = question === '' ? [] : marksIn(text, question);
  return {
    Text: text,
    Highlights: marks.map(({ begin, end }) => ({ BeginOffset: begin, EndOffset: end, TopAnswer: false, Type: 'STANDARD' })),
  };
}

/** The same for the same place of the same document. */
function resultId({ id }: KendraIndex, documentId: string, start: number): string {
  return createHash('sha256')
    .update(JSON.stringify([id, documentId, start]))
    .digest('hex')
    .slice(0, 36);
}

export async function retrieve(index: KendraIndex, input: Input): Promise<unknown> {
  serveOnly(input, SERVED);
  const question = textMember(input, 'QueryText', 1000);
  const { from, to } = pageOf(input);
  const passes = readAttributeFilter(input.AttributeFilter);
  const found = index.documents.rank(question, ({ attributes }) => passes(attributes));
  return {
    QueryId: randomUUID(),
    ResultItems: found.slice(from, to).map((ranked) => ({
      Id: resultId(index, ranked.document.id, ranked.passage.start),
      DocumentId: ranked.document.id,
      DocumentTitle: ranked.document.title,
      Content: ranked.document.text.slice(ranked.passage.start, ranked.passage.end),
      ...sharedMembers(ranked),
    })),
  };
}
