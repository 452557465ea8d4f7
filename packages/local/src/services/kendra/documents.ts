/**
 * Putting documents into an index and taking them out: BatchPutDocument, BatchDeleteDocument, BatchGetDocumentStatus. Documents come inline, as
 * plain text, Markdown or HTML; they are indexed when the call is answered. https://docs.aws.amazon.com/kendra/latest/APIReference/API_BatchPutDocument.html
 */
import { AwsError } from '../../wire/aws-error.js';
import { type Input, objectsMember, optionalText, serveOnly, textMember, textsMember } from '../text-index/input.js';
import { htmlToText, markdownToText } from '../text-index/plain-text.js';
import { readAttributes } from './attributes.js';
import type { KendraDocument, KendraIndex } from './kendra-index.js';

const BATCH = 10;
const MAX_ID_LENGTH = 2048;
/** Of the text of one document. */
const MAX_TEXT_BYTES = 5 * 1024 * 1024;

const READERS: Readonly<Record<string, (text: string) => string>> = {
  PLAIN_TEXT: (text) => text,
  MD: markdownToText,
  HTML: htmlToText,
};

interface FailedDocument {
  readonly Id: string;
  readonly ErrorCode: 'InvalidRequest';
  readonly ErrorMessage: string;
}

export async function batchPutDocument(index: KendraIndex, input: Input, nowMs: number): Promise<unknown> {
  serveOnly(input, ['IndexId', 'RoleArn', 'Documents']);
  const read = objectsMember(input, 'Documents', BATCH).map((document) => readDocument(document, nowMs));
  await index.documents.put(read.filter((each): each is KendraDocument => 'id' in each));
  return { FailedDocuments: read.filter((each): each is FailedDocument => 'ErrorCode' in each) };
}

/** A document that does not fit is told beside those that do. */
function readDocument(document: Input, updatedAtMs: number): KendraDocument | FailedDocument {
  const id = textMember(document, 'Id', MAX_ID_LENGTH);
  try {
    const text = readText(document);
    const attributes = readAttributes(document.Attributes);
    const title = optionalText(document, 'Title', 1024) ?? attributes._document_title?.StringValue ?? '';
    return { id, title, text, attributes, updatedAtMs };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { Id: id, ErrorCode: 'InvalidRequest', ErrorMessage: error.message };
  }
}

function readText({ Blob: blob, S3Path: path, ContentType: type = 'PLAIN_TEXT' }: Input): string {
  const refuse = (message: string): AwsError => new AwsError({ code: 'InvalidRequest', message, statusCode: 400 });
  if (path !== undefined) throw refuse('The local stage does not read documents from S3; put their text into Blob.');
  if (typeof blob !== 'string' || blob === '') throw refuse('A document needs a Blob.');
  const read = typeof type === 'string' && Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  if (read === undefined)
    throw refuse(`The local stage does not read the content type ${String(type)}, only ${Object.keys(READERS).join(', ')}.`);
  const text = read(Buffer.from(blob, 'base64').toString('utf8'));
  if (Buffer.byteLength(text) > MAX_TEXT_BYTES) throw refuse(`The text of a document may have ${MAX_TEXT_BYTES} bytes.`);
  return text;
}

export async function batchDeleteDocument(index: KendraIndex, input: Input): Promise<unknown> {
  await index.documents.remove(textsMember(input, 'DocumentIdList', { maxItems: BATCH, maxLength: MAX_ID_LENGTH }));
  return { FailedDocuments: [] };
}

export async function batchGetDocumentStatus(index: KendraIndex, input: Input): Promise<unknown> {
  const ids = objectsMember(input, 'DocumentInfoList', BATCH).map((each) => textMember(each, 'DocumentId', MAX_ID_LENGTH));
  const status = (id: string): string => (index.documents.get(id) === undefined ? 'NOT_FOUND' : 'INDEXED');
  return { Errors: [], DocumentStatusList: ids.map((id) => ({ DocumentId: id, DocumentStatus: status(id) })) };
}
