/**
 * Answers of an Amazon Kendra index. Loaded with the first operation only: see `dynamo.ts`.
 * https://docs.aws.amazon.com/kendra/latest/APIReference/API_Query.html
 */

import {
  BatchDeleteDocumentCommand,
  type BatchDeleteDocumentResponseFailedDocument,
  BatchPutDocumentCommand,
  type Highlight,
  KendraClient,
  QueryCommand,
  type QueryResultItem,
} from '@aws-sdk/client-kendra';
import type { Answer } from '../service/answers.js';
import { ANSWERS_ATTEMPTS, type AnswersApi, type RefusedDocument } from './answers-provider.js';
import { type AwsOptions, sdkConfig } from './aws-options.js';

/** Opens the SDK; nothing is sent yet. */
export function openKendra(indexId: string, options: AwsOptions): AnswersApi {
  const client = new KendraClient(sdkConfig(options, ANSWERS_ATTEMPTS));
  return {
    ask: async (question, limit) => {
      const { ResultItems = [] } = await client.send(new QueryCommand({ IndexId: indexId, QueryText: question, PageSize: limit }));
      return ResultItems.flatMap(answerOf).slice(0, limit);
    },
    put: async (documents) => {
      const Documents = documents.map(({ id, title, text }) => ({
        Id: id,
        Title: title,
        Blob: Buffer.from(text),
        ContentType: 'PLAIN_TEXT' as const,
      }));
      const { FailedDocuments = [] } = await client.send(new BatchPutDocumentCommand({ IndexId: indexId, Documents }));
      return FailedDocuments.map(refusedOf);
    },
    remove: async (ids) => {
      const command = new BatchDeleteDocumentCommand({ IndexId: indexId, DocumentIdList: [...ids] });
      const { FailedDocuments = [] } = await client.send(command);
      return FailedDocuments.map(refusedOf);
    },
  };
}

const CONFIDENCE: Readonly<Record<string, Answer['confidence']>> = { VERY_HIGH: 'very-high', HIGH: 'high', MEDIUM: 'medium', LOW: 'low' };

/** Tables have no excerpt, and are left out. */
function answerOf({ DocumentId, DocumentTitle, DocumentExcerpt, ScoreAttributes }: QueryResultItem): readonly Answer[] {
  const excerpt = DocumentExcerpt?.Text ?? '';
  if (DocumentId === undefined || excerpt === '') return [];
  return [
    {
      documentId: DocumentId,
      title: DocumentTitle?.Text ?? null,
      excerpt,
      highlights: (DocumentExcerpt?.Highlights ?? []).flatMap((each) => highlightOf(each, excerpt)),
      confidence: CONFIDENCE[ScoreAttributes?.ScoreConfidence ?? ''] ?? null,
    },
  ];
}

/** Only what is inside of the excerpt. */
function highlightOf({ BeginOffset = 0, EndOffset = 0 }: Highlight, excerpt: string): Answer['highlights'] {
  const [begin, end] = [Math.max(0, BeginOffset), Math.min(excerpt.length, EndOffset)];
  return begin < end ? [{ begin, end }] : [];
}

function refusedOf({ Id = '', ErrorCode }: BatchDeleteDocumentResponseFailedDocument): RefusedDocument {
  return { id: Id, code: ErrorCode ?? 'no reason given', mayPass: ErrorCode === 'InternalError' };
}
