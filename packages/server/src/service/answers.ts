/**
 * A store of documents that answers questions in natural language. Which of AWS's services it is, is a setting of the stage: an Amazon
 * Kendra index, or an Amazon Bedrock knowledge base with a custom data source. Both are imported by id and never created: Kendra takes no
 * new customers since 2026-07-30, so a new account uses `knowledge-base`.
 * https://docs.aws.amazon.com/kendra/latest/dg/kendra-availability-change.html
 */

import { actionsOf, checkResourceName, type Grant, type GrantStatement } from './grant.js';

/** Who answers. */
export type AnswersProvider = 'kendra' | 'knowledge-base';

export interface AnswersResource {
  readonly kind: 'answers';
  readonly name: string;
}

/** A document to answer from. */
export interface AnswersDocument {
  /** At most 128 characters. */
  readonly id: string;
  /** Its first 1,000 characters are kept. */
  readonly title: string;
  /** Its first 4,000,000 bytes are kept. */
  readonly text: string;
}

/** A passage that may answer the question. */
export interface Answer {
  readonly documentId: string;
  /** Null where the provider does not know it. */
  readonly title: string | null;
  readonly excerpt: string;
  /** Words of the excerpt that answer, as offsets in its characters; the end is not included. Empty where the provider marks none. */
  readonly highlights: readonly { readonly begin: number; readonly end: number }[];
  /** As the provider judges it; null where it does not. */
  readonly confidence: 'very-high' | 'high' | 'medium' | 'low' | null;
}

/**
 * The operations. Each rejects with a GatewayError: SERVICE_UNAVAILABLE when throttled or out of reach, FAILED_DEPENDENCY when the index or
 * knowledge base does not exist (any more), BAD_REQUEST for a question or limit that is too large or none, INTERNAL_SERVER_ERROR otherwise.
 */
export interface AnswersClient {
  /** The best passages first. @default limit 5; at most 20 */
  ask(question: string, options?: { readonly limit?: number }): Promise<readonly Answer[]>;
  /** Adds documents, or replaces those of the same id. They are found moments later. Rejects when any was refused. */
  put(documents: readonly AnswersDocument[]): Promise<void>;
  /** Removes documents, whether or not they exist. */
  remove(ids: readonly string[]): Promise<void>;
}

export type AnswersOperation = keyof AnswersClient;

export interface AnswersGrant<TClient> extends Grant<TClient> {
  readonly resource: AnswersResource;
}

/** Declared answers. */
export interface Answers {
  readonly resource: AnswersResource;
  allow<const TOperations extends readonly AnswersOperation[]>(
    ...operations: TOperations
  ): AnswersGrant<Pick<AnswersClient, TOperations[number]>>;
}

/** IAM actions of each operation, first the one that is the operation itself. */
export const ANSWERS_ACTIONS: Readonly<Record<AnswersProvider, Readonly<Record<AnswersOperation, readonly [string, ...string[]]>>>> = {
  kendra: { ask: ['kendra:Query'], put: ['kendra:BatchPutDocument'], remove: ['kendra:BatchDeleteDocument'] },
  // Ingestion needs the right to start an ingestion job too: Bedrock user guide, "Ingest changes directly into a knowledge base".
  'knowledge-base': {
    ask: ['bedrock:Retrieve'],
    put: ['bedrock:IngestKnowledgeBaseDocuments', 'bedrock:StartIngestionJob'],
    remove: ['bedrock:DeleteKnowledgeBaseDocuments', 'bedrock:StartIngestionJob'],
  },
};

/**
 * Declares a store of answers.
 *
 * @throws TypeError for a name that is no logical id.
 */
export function answers(name: string): Answers {
  checkResourceName('store of answers', name);
  const resource: AnswersResource = { kind: 'answers', name };
  return { resource, allow: (...operations) => ({ resource, operations, statements: statementsOf(operations) }) };
}

function statementsOf(operations: readonly AnswersOperation[]): readonly GrantStatement[] {
  const providers = Object.keys(ANSWERS_ACTIONS) as AnswersProvider[];
  return providers.map((provider) => ({
    actions: actionsOf(ANSWERS_ACTIONS[provider], operations),
    targets: [{ part: 'self' }],
    provider,
  }));
}
