/**
 * Retrieve: the passages of a knowledge base that fit a question best. AWS compares meanings by an embedding; here words are compared, so a
 * question in other words finds less. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_Retrieve.html
 */
import { createHash } from 'node:crypto';
import { type Input, numberMember, objectMember, optionalObject, serveOnly, textMember, validationException } from '../text-index/input.js';
import type { KnowledgeBase, KnowledgeBaseDocument, MetadataValue } from './knowledge-base.js';

type Filter = (metadata: KnowledgeBaseDocument['metadata']) => boolean;

export async function retrieve(base: KnowledgeBase, input: Input): Promise<unknown> {
  serveOnly(input, ['retrievalQuery', 'retrievalConfiguration']);
  const question = textMember(objectMember(input, 'retrievalQuery'), 'text', 20_000);
  const configuration = optionalObject(input, 'retrievalConfiguration');
  serveOnly(configuration, ['vectorSearchConfiguration']);
  const search = optionalObject(configuration, 'vectorSearchConfiguration');
  serveOnly(search, ['numberOfResults', 'filter']);
  const limit = numberMember(search, 'numberOfResults', { min: 1, max: 100, fallback: 5 });
  const passes = readFilter(search.filter);
  const found = base.documents.rank(question, ({ metadata }) => passes(metadata)).slice(0, limit);
  return {
    retrievalResults: found.map(({ document, passage, score }) => ({
      content: { type: 'TEXT', text: document.text.slice(passage.start, passage.end) },
      location: { type: 'CUSTOM', customDocumentLocation: { id: document.id } },
      score: score / (score + HALF),
      metadata: {
        ...document.metadata,
        'x-amz-bedrock-kb-source-uri': document.id,
        'x-amz-bedrock-kb-chunk-id': createHash('sha256').update(`${document.id}\n${passage.start}`).digest('base64url').slice(0, 20),
        'x-amz-bedrock-kb-data-source-id': base.dataSourceId,
      },
    })),
  };
}

/** Scores are between 0 and 1: this one of BM25 is 0.5. */
const HALF = 10;

function optional(value: unknown): Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Input) : {};
}

/** @throws AwsError `ValidationException` */
function readFilter(given: unknown, depth = 0): Filter {
  if (given === undefined || given === null) return () => true;
  const [[operator, operand] = ['', undefined], ...more] = Object.entries(optional(given));
  if (more.length > 0 || depth > 5) throw validationException('A filter must have exactly one operator, in at most five levels.');
  if (operator === 'andAll' || operator === 'orAll') {
    if (!Array.isArray(operand) || operand.length < 2) throw validationException(`${operator} must have at least two filters.`);
    const filters = operand.map((each) => readFilter(each ?? {}, depth + 1));
    return operator === 'andAll'
      ? (metadata) => filters.every((filter) => filter(metadata))
      : (metadata) => filters.some((filter) => filter(metadata));
  }
  const compare = Object.hasOwn(COMPARISONS, operator) ? COMPARISONS[operator] : undefined;
  if (compare === undefined)
    throw validationException(
      `The local stage does not serve the filter ${operator || '{}'}, only ${Object.keys(COMPARISONS).join(', ')}, andAll, orAll.`,
    );
  const { key, value } = optional(operand);
  if (typeof key !== 'string' || value === undefined) throw validationException(`${operator} needs a key and a value.`);
  return (metadata) => compare(Object.hasOwn(metadata, key) ? metadata[key] : undefined, value);
}

type Comparison = (value: MetadataValue | undefined, wanted: unknown) => boolean;

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  equals: (value, wanted) => value === wanted,
  notEquals: (value, wanted) => value !== wanted,
  greaterThan: (value, wanted) => Number(value) > Number(wanted),
  greaterThanOrEquals: (value, wanted) => Number(value) >= Number(wanted),
  lessThan: (value, wanted) => Number(value) < Number(wanted),
  lessThanOrEquals: (value, wanted) => Number(value) <= Number(wanted),
  in: (value, wanted) => Array.isArray(wanted) && wanted.includes(value),
  notIn: (value, wanted) => Array.isArray(wanted) && !wanted.includes(value),
  startsWith: (value, wanted) => typeof value === 'string' && value.startsWith(String(wanted)),
  stringContains: (value, wanted) =>
    typeof value === 'string'
      ? value.includes(String(wanted))
      : Array.isArray(value) && value.some((each) => String(each).includes(String(wanted))),
  listContains: (value, wanted) => Array.isArray(value) && value.includes(wanted),
};
