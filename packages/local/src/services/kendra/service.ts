/**
 * Kendra on its JSON protocol (`AWSKendraFrontendService.*`): the indexes of the template and those that are imported by id. Indexes are not made
 * or changed by calls, which AWS allows to old customers only. https://docs.aws.amazon.com/kendra/latest/dg/kendra-availability-change.html
 */
import { join } from 'node:path';
import { dataParts } from '../../data-folder.js';
import { denialMessage } from '../../iam/authorize.js';
import type { Environment } from '../../parts.js';
import { AwsError } from '../../wire/aws-error.js';
import { jsonErrorResponse, jsonResponse, readJsonObject, readTarget } from '../../wire/aws-json.js';
import type { WireRequest, WireResponse } from '../../wire/wire-handler.js';
import type { RunningService, ServiceParts } from '../service-module.js';
import { DocumentStore } from '../text-index/document-store.js';
import { type Input, numberMember, textMember } from '../text-index/input.js';
import { type Lazy, lazy } from '../text-index/lazy.js';
import { placedResources } from '../text-index/placed-resources.js';
import { batchDeleteDocument, batchGetDocumentStatus, batchPutDocument } from './documents.js';
import type { KendraDocument, KendraIndex } from './kendra-index.js';
import { INDEX_TYPE } from './module.js';
import { query, retrieve } from './query.js';

const CONTENT_TYPE = 'application/x-amz-json-1.1';

interface Kendra {
  readonly parts: ServiceParts;
  /** By id; each is read when it is first used. */
  readonly indexes: ReadonlyMap<string, { readonly environment: Environment; readonly index: Lazy<KendraIndex> }>;
}

type Operation = (index: KendraIndex, input: Input, nowMs: number) => Promise<unknown>;

const OPERATIONS: Readonly<Record<string, { readonly member: string; readonly run: Operation }>> = {
  Query: { member: 'IndexId', run: query },
  Retrieve: { member: 'IndexId', run: retrieve },
  BatchPutDocument: { member: 'IndexId', run: batchPutDocument },
  BatchDeleteDocument: { member: 'IndexId', run: batchDeleteDocument },
  BatchGetDocumentStatus: { member: 'IndexId', run: batchGetDocumentStatus },
  DescribeIndex: { member: 'Id', run: describeIndex },
};

export async function startKendra(parts: ServiceParts): Promise<RunningService> {
  const createdAtMs = parts.clock.now();
  const indexes = new Map(
    placedResources(parts, INDEX_TYPE).map(({ physicalId: id, environment, properties: { Name = id, Edition = 'DEVELOPER_EDITION' } }) => {
      const description = { id, name: String(Name), edition: String(Edition), createdAtMs };
      return [id, { environment, index: lazy(() => openIndex(description, parts.dataDir)) }] as const;
    }),
  );
  return {
    handle: (request) => answer({ parts, indexes }, request),
    async close() {
      for (const { index } of indexes.values()) await (await index.opened)?.documents.close();
    },
  };
}

async function openIndex(description: Omit<KendraIndex, 'documents'>, dataDir: string | undefined): Promise<KendraIndex> {
  const path = dataDir === undefined ? undefined : join(dataDir, dataParts.kendraIndexes, `${encodeURIComponent(description.id)}.log`);
  return { ...description, documents: await DocumentStore.open<KendraDocument>(path) };
}

async function answer(kendra: Kendra, request: WireRequest): Promise<WireResponse> {
  try {
    return jsonResponse(await runOperation(kendra, request), CONTENT_TYPE);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return jsonErrorResponse(error, CONTENT_TYPE);
  }
}

async function runOperation(kendra: Kendra, request: WireRequest): Promise<unknown> {
  const target = readTarget(request.headers['x-amz-target']);
  const name = target?.prefix === 'AWSKendraFrontendService' ? target.operation : '';
  const input = readJsonObject(request.body);
  if (input === undefined)
    throw new AwsError({ code: 'SerializationException', message: 'expected the body to be a JSON object', statusCode: 400 });
  if (name === 'ListIndices') return listIndices(kendra, request, input);
  const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  if (operation === undefined) throw unknownOperation(kendra, request);
  const id = textMember(input, operation.member, 36);
  const found = kendra.indexes.get(id);
  const { partition, region, accountId } = found?.environment ?? kendra.parts.environment;
  allow(kendra, request, { action: `kendra:${name}`, resource: `arn:${partition}:kendra:${region}:${accountId}:index/${id}` });
  if (found === undefined)
    throw new AwsError({
      code: 'ResourceNotFoundException',
      message: `The index ${id} does not exist or cannot be accessed.`,
      statusCode: 400,
    });
  return operation.run(await found.index.get(), input, kendra.parts.clock.now());
}

function unknownOperation({ parts }: Kendra, request: WireRequest): AwsError {
  const name = String(request.headers['x-amz-target'] ?? 'a request without X-Amz-Target');
  parts.report({ level: 'warn', part: 'kendra', message: `${name} is not implemented by the local stage` });
  return new AwsError({ code: 'UnknownOperationException', message: `${name} is not an operation of the local Kendra`, statusCode: 400 });
}

/** Asks IAM, then whether a fault is set. */
function allow({ parts }: Kendra, { principal }: WireRequest, asked: { readonly action: string; readonly resource: string }): void {
  const question = { principal, ...asked, context: {} };
  const decision = parts.authorize(question);
  if (!decision.allowed)
    throw new AwsError({ code: 'AccessDeniedException', message: decision.message ?? denialMessage(question), statusCode: 400 });
  const fault = parts.faults?.({ service: 'kendra', ...asked });
  if (fault === 'throttle') throw new AwsError({ code: 'ThrottlingException', message: 'Rate exceeded', statusCode: 400 });
  if (fault === 'fail') throw new AwsError({ code: 'InternalServerException', message: 'An internal error occurred.', statusCode: 500 });
}

async function listIndices(kendra: Kendra, request: WireRequest, input: Input): Promise<unknown> {
  allow(kendra, request, { action: 'kendra:ListIndices', resource: '*' });
  const max = numberMember(input, 'MaxResults', { min: 1, max: 100, fallback: 100 });
  const ids = [...kendra.indexes.keys()].sort();
  const after = input.NextToken === undefined ? 0 : ids.findIndex((id) => id > String(input.NextToken));
  const shown = after < 0 ? [] : ids.slice(after, after + max);
  const indexes = await Promise.all(shown.map((id) => kendra.indexes.get(id)!.index.get()));
  const more = ids.at(-1) !== shown.at(-1) && shown.length > 0 ? { NextToken: shown.at(-1) } : {};
  return { IndexConfigurationSummaryItems: indexes.map(summaryOf), ...more };
}

function summaryOf({ id, name, edition, createdAtMs }: KendraIndex): object {
  return { Id: id, Name: name, Edition: edition, CreatedAt: createdAtMs / 1000, UpdatedAt: createdAtMs / 1000, Status: 'ACTIVE' };
}

async function describeIndex(index: KendraIndex): Promise<unknown> {
  const { documents } = index;
  return {
    ...summaryOf(index),
    DocumentMetadataConfigurations: [],
    IndexStatistics: {
      FaqStatistics: { IndexedQuestionAnswersCount: 0 },
      TextDocumentStatistics: { IndexedTextDocumentsCount: documents.size, IndexedTextBytes: documents.textBytes },
    },
  };
}
