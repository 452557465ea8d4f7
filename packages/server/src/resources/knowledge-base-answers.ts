/**
 * Answers of an Amazon Bedrock knowledge base with a custom data source. Loaded with the first operation only: see `dynamo.ts`. A knowledge
 * base tells neither which words answer nor how sure it is; a document's title travels as its metadata.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_Retrieve.html
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_IngestKnowledgeBaseDocuments.html
 */

import {
  BedrockAgentClient,
  DeleteKnowledgeBaseDocumentsCommand,
  IngestKnowledgeBaseDocumentsCommand,
  type KnowledgeBaseDocument,
  type KnowledgeBaseDocumentDetail,
} from '@aws-sdk/client-bedrock-agent';
import { BedrockAgentRuntimeClient, type KnowledgeBaseRetrievalResult, RetrieveCommand } from '@aws-sdk/client-bedrock-agent-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Answer, AnswersDocument } from '../service/answers.js';
import type { AnswersLocation } from '../service/resource-location.js';
import { ANSWERS_ATTEMPTS, type AnswersApi, type RefusedDocument } from './answers-provider.js';
import { type AwsOptions, sdkConfig } from './aws-options.js';

const TITLE = 'title';

/** Opens the SDK; nothing is sent yet. */
export function openKnowledgeBase({ id, dataSourceId }: AnswersLocation, options: AwsOptions): AnswersApi {
  const config = sdkConfig(options, ANSWERS_ATTEMPTS);
  const agent = new BedrockAgentClient(config);
  // This client alone would speak HTTP/2, for a streaming operation that is not used here; a stage on this machine does not.
  const runtime = new BedrockAgentRuntimeClient({ ...config, requestHandler: new NodeHttpHandler(config.requestHandler) });
  const at = { knowledgeBaseId: id, dataSourceId };
  return {
    ask: async (question, limit) => {
      const command = new RetrieveCommand({
        knowledgeBaseId: id,
        retrievalQuery: { text: question },
        retrievalConfiguration: { vectorSearchConfiguration: { numberOfResults: limit } },
      });
      const { retrievalResults = [] } = await runtime.send(command);
      return retrievalResults.flatMap(answerOf).slice(0, limit);
    },
    put: async (documents) => {
      const command = new IngestKnowledgeBaseDocumentsCommand({ ...at, documents: documents.map(inlineDocument) });
      const { documentDetails = [] } = await agent.send(command);
      return documentDetails.flatMap(refusedOf);
    },
    remove: async (ids) => {
      const documentIdentifiers = ids.map((each) => ({ dataSourceType: 'CUSTOM' as const, custom: { id: each } }));
      const { documentDetails = [] } = await agent.send(new DeleteKnowledgeBaseDocumentsCommand({ ...at, documentIdentifiers }));
      return documentDetails.flatMap(refusedOf);
    },
  };
}

function answerOf({ content, location, metadata }: KnowledgeBaseRetrievalResult): readonly Answer[] {
  const documentId = location?.customDocumentLocation?.id;
  const excerpt = content?.text ?? '';
  if (documentId === undefined || excerpt === '') return [];
  const title = metadata?.[TITLE];
  return [{ documentId, title: typeof title === 'string' ? title : null, excerpt, highlights: [], confidence: null }];
}

function inlineDocument({ id, title, text }: AnswersDocument): KnowledgeBaseDocument {
  const inlineAttributes = [{ key: TITLE, value: { type: 'STRING' as const, stringValue: title } }];
  return {
    content: {
      dataSourceType: 'CUSTOM',
      custom: {
        customDocumentIdentifier: { id },
        sourceType: 'IN_LINE',
        inlineContent: { type: 'TEXT', textContent: { data: text } },
      },
    },
    ...(title === '' ? {} : { metadata: { type: 'IN_LINE_ATTRIBUTE', inlineAttributes } }),
  };
}

/** Everything else is on its way, or done. */
function refusedOf({ status = 'FAILED', identifier }: Partial<KnowledgeBaseDocumentDetail>): readonly RefusedDocument[] {
  if (status !== 'FAILED' && status !== 'IGNORED' && status !== 'METADATA_UPDATE_FAILED') return [];
  return [{ id: identifier?.custom?.id ?? '', code: status, mayPass: false }];
}
