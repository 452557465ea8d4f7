/**
 * Direct ingestion into a custom data source: Ingest-, Get-, List- and DeleteKnowledgeBaseDocuments. Documents come inline, as text, or as bytes
 * of text, Markdown or HTML; they are indexed when the call is answered, which says `STARTING` as AWS does.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/kb-direct-ingestion.html
 */
import { type Input, numberMember, objectMember, objectsMember, textMember, validationException } from '../text-index/input.js';
import { htmlToText, markdownToText } from '../text-index/plain-text.js';
import type { KnowledgeBase, KnowledgeBaseDocument, MetadataValue } from './knowledge-base.js';

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_GetKnowledgeBaseDocuments.html */
const BATCH = 10;
const MAX_ID_LENGTH = 2048;

const READERS: Readonly<Record<string, (text: string) => string>> = {
  'text/plain': (text) => text,
  'text/markdown': markdownToText,
  'text/html': htmlToText,
};

function detail({ id, dataSourceId }: KnowledgeBase, documentId: string, status: string, updatedAtMs?: number): object {
  return {
    knowledgeBaseId: id,
    dataSourceId,
    status,
    identifier: { dataSourceType: 'CUSTOM', custom: { id: documentId } },
    ...(updatedAtMs === undefined ? {} : { updatedAt: new Date(updatedAtMs).toISOString() }),
  };
}

export async function ingestDocuments(base: KnowledgeBase, input: Input, nowMs: number): Promise<unknown> {
  const documents = objectsMember(input, 'documents', BATCH).map((each) => readDocument(each, nowMs));
  await base.documents.put(documents);
  return { documentDetails: documents.map(({ id }) => detail(base, id, 'STARTING', nowMs)) };
}

function readDocument(document: Input, updatedAtMs: number): KnowledgeBaseDocument {
  const content = objectMember(document, 'content');
  if (content.dataSourceType !== 'CUSTOM')
    throw validationException('The data source type of the content must match the type of the data source: CUSTOM.');
  const custom = objectMember(content, 'custom');
  const id = textMember(objectMember(custom, 'customDocumentIdentifier'), 'id', MAX_ID_LENGTH);
  if (custom.sourceType !== 'IN_LINE') throw validationException('The local stage ingests documents of source type IN_LINE only.');
  const metadata = readMetadata(document.metadata);
  const { title } = metadata;
  return {
    id,
    title: typeof title === 'string' ? title : '',
    text: readText(objectMember(custom, 'inlineContent')),
    metadata,
    updatedAtMs,
  };
}

function readText(content: Input): string {
  if (content.type === 'TEXT') return textMember(objectMember(content, 'textContent'), 'data', 5_000_000);
  if (content.type !== 'BYTE') throw validationException('The type of inline content must be TEXT or BYTE.');
  const bytes = objectMember(content, 'byteContent');
  const mimeType = textMember(bytes, 'mimeType', 100);
  const read = Object.hasOwn(READERS, mimeType) ? READERS[mimeType] : undefined;
  if (read === undefined) throw validationException(`The local stage does not read ${mimeType}, only ${Object.keys(READERS).join(', ')}.`);
  return read(Buffer.from(textMember(bytes, 'data', 20_000_000), 'base64').toString('utf8'));
}

function readMetadata(given: unknown): Record<string, MetadataValue> {
  if (given === undefined || given === null) return {};
  const metadata = given as Input;
  if (metadata.type !== 'IN_LINE_ATTRIBUTE') throw validationException('The local stage reads metadata of type IN_LINE_ATTRIBUTE only.');
  return Object.fromEntries(
    objectsMember(metadata, 'inlineAttributes', 50).map((attribute) => [
      textMember(attribute, 'key', 200),
      readMetadataValue(objectMember(attribute, 'value')),
    ]),
  );
}

function readMetadataValue({ type, stringValue, numberValue, booleanValue, stringListValue }: Input): MetadataValue {
  if (type === 'STRING' && typeof stringValue === 'string') return stringValue;
  if (type === 'NUMBER' && typeof numberValue === 'number') return numberValue;
  if (type === 'BOOLEAN' && typeof booleanValue === 'boolean') return booleanValue;
  if (type === 'STRING_LIST' && Array.isArray(stringListValue) && stringListValue.every((each) => typeof each === 'string'))
    return stringListValue;
  throw validationException('The value of a metadata attribute must be of the type that it names.');
}

/** Ids of identifiers in a request. */
function readIds(input: Input): string[] {
  return objectsMember(input, 'documentIdentifiers', BATCH).map((each) => {
    if (each.dataSourceType !== 'CUSTOM')
      throw validationException('The data source type of an identifier must match the type of the data source: CUSTOM.');
    return textMember(objectMember(each, 'custom'), 'id', MAX_ID_LENGTH);
  });
}

export async function deleteDocuments(base: KnowledgeBase, input: Input, nowMs: number): Promise<unknown> {
  const ids = readIds(input);
  const details = ids.map((id) => detail(base, id, base.documents.get(id) === undefined ? 'NOT_FOUND' : 'DELETING', nowMs));
  await base.documents.remove(ids);
  return { documentDetails: details };
}

export async function getDocuments(base: KnowledgeBase, input: Input): Promise<unknown> {
  return {
    documentDetails: readIds(input).map((id) => {
      const document = base.documents.get(id);
      return document === undefined ? detail(base, id, 'NOT_FOUND') : detail(base, id, 'INDEXED', document.updatedAtMs);
    }),
  };
}

export async function listDocuments(base: KnowledgeBase, input: Input): Promise<unknown> {
  const max = numberMember(input, 'maxResults', { min: 1, max: 1000, fallback: 100 });
  const after = input.nextToken === undefined || input.nextToken === null ? undefined : readToken(textMember(input, 'nextToken', 4096));
  const rest = base.documents.all().filter(({ id }) => after === undefined || id > after);
  const shown = rest.slice(0, max);
  const more = rest.length > max ? { nextToken: Buffer.from(shown.at(-1)!.id).toString('base64') } : {};
  return { documentDetails: shown.map(({ id, updatedAtMs }) => detail(base, id, 'INDEXED', updatedAtMs)), ...more };
}

function readToken(token: string): string {
  return Buffer.from(token, 'base64').toString('utf8');
}
