/**
 * Bedrock's knowledge bases on their REST-JSON protocols: direct ingestion (`bedrock-agent`) and Retrieve (`bedrock-agent-runtime`). A knowledge
 * base is imported by id, with the id of its custom data source in the property `DataSourceId`.
 */
import { join } from 'node:path';
import { dataParts } from '../../data-folder.js';
import { denialMessage } from '../../iam/authorize.js';
import type { Environment, ResolvedResource } from '../../parts.js';
import { AwsError } from '../../wire/aws-error.js';
import { jsonErrorResponse, readJsonObject } from '../../wire/aws-json.js';
import { decodeUri, splitUrl } from '../../wire/uri-encoding.js';
import type { WireRequest, WireResponse } from '../../wire/wire-handler.js';
import type { RunningService, ServiceParts } from '../service-module.js';
import { DocumentStore } from '../text-index/document-store.js';
import type { Input } from '../text-index/input.js';
import { type Lazy, lazy } from '../text-index/lazy.js';
import { placedResources } from '../text-index/placed-resources.js';
import { deleteDocuments, getDocuments, ingestDocuments, listDocuments } from './documents.js';
import type { KnowledgeBase, KnowledgeBaseDocument } from './knowledge-base.js';
import { KNOWLEDGE_BASE_TYPE } from './module.js';
import { retrieve } from './retrieve.js';

interface Bedrock {
  readonly parts: ServiceParts;
  /** By id; each is read when it is first used. */
  readonly bases: ReadonlyMap<string, { readonly environment: Environment; readonly base: Lazy<KnowledgeBase> }>;
}

interface Route {
  readonly method: string;
  readonly path: RegExp;
  /** All of them are needed, as in AWS's policy for direct ingestion. */
  readonly actions: readonly string[];
  readonly statusCode: number;
  readonly run: (base: KnowledgeBase, input: Input, nowMs: number) => Promise<unknown>;
}

const DOCUMENTS = '/knowledgebases/([^/]+)/datasources/([^/]+)/documents';

/** https://docs.aws.amazon.com/bedrock/latest/userguide/kb-direct-ingestion-prereq.html */
const ROUTES: readonly Route[] = [
  { method: 'POST', path: /^\/knowledgebases\/([^/]+)\/retrieve\/?$/, actions: ['bedrock:Retrieve'], statusCode: 200, run: retrieve },
  {
    method: 'PUT',
    path: new RegExp(`^${DOCUMENTS}/?$`),
    actions: ['bedrock:IngestKnowledgeBaseDocuments', 'bedrock:StartIngestionJob'],
    statusCode: 202,
    run: ingestDocuments,
  },
  {
    method: 'POST',
    path: new RegExp(`^${DOCUMENTS}/?$`),
    actions: ['bedrock:ListKnowledgeBaseDocuments'],
    statusCode: 200,
    run: listDocuments,
  },
  {
    method: 'POST',
    path: new RegExp(`^${DOCUMENTS}/getDocuments/?$`),
    actions: ['bedrock:GetKnowledgeBaseDocuments'],
    statusCode: 200,
    run: getDocuments,
  },
  {
    method: 'POST',
    path: new RegExp(`^${DOCUMENTS}/deleteDocuments/?$`),
    actions: ['bedrock:DeleteKnowledgeBaseDocuments', 'bedrock:StartIngestionJob'],
    statusCode: 202,
    run: deleteDocuments,
  },
];

export async function startBedrock(parts: ServiceParts): Promise<RunningService> {
  const bases = new Map(
    placedResources(parts, KNOWLEDGE_BASE_TYPE).map((resource) => {
      const base = lazy(() => openBase(resource, parts.dataDir));
      return [resource.physicalId, { environment: resource.environment, base }] as const;
    }),
  );
  return {
    handle: (request) => answer({ parts, bases }, request),
    async close() {
      for (const { base } of bases.values()) await (await base.opened)?.documents.close();
    },
  };
}

async function openBase({ physicalId, properties }: ResolvedResource, dataDir: string | undefined): Promise<KnowledgeBase> {
  const path = dataDir === undefined ? undefined : join(dataDir, dataParts.knowledgeBases, `${encodeURIComponent(physicalId)}.log`);
  return {
    id: physicalId,
    dataSourceId: String(properties.DataSourceId ?? ''),
    documents: await DocumentStore.open<KnowledgeBaseDocument>(path),
  };
}

async function answer(bedrock: Bedrock, request: WireRequest): Promise<WireResponse> {
  try {
    const { statusCode, body } = await runRoute(bedrock, request);
    return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return jsonErrorResponse(error, 'application/json');
  }
}

async function runRoute(bedrock: Bedrock, request: WireRequest): Promise<{ readonly statusCode: number; readonly body: unknown }> {
  const { path } = splitUrl(request.url);
  const route = ROUTES.find((each) => each.method === request.method && each.path.test(path));
  if (route === undefined) throw unknownOperation(bedrock, request);
  const [, id = '', dataSourceId] = route.path.exec(path)!.map(decodeUri);
  const input = readJsonObject(request.body);
  if (input === undefined)
    throw new AwsError({ code: 'ValidationException', message: 'expected the body to be a JSON object', statusCode: 400 });
  for (const action of route.actions) allow(bedrock, request, { action, id });
  const base = await bedrock.bases.get(id)?.base.get();
  if (base === undefined) throw notFound(`Knowledge Base with id ${id} does not exist`);
  if (dataSourceId !== undefined && dataSourceId !== base.dataSourceId)
    throw notFound(`DataSource with id ${dataSourceId} for Knowledge Base ${id} is not found`);
  return { statusCode: route.statusCode, body: await route.run(base, input, bedrock.parts.clock.now()) };
}

function notFound(message: string): AwsError {
  return new AwsError({ code: 'ResourceNotFoundException', message, statusCode: 404 });
}

function unknownOperation({ parts }: Bedrock, { method, url }: WireRequest): AwsError {
  parts.report({ level: 'warn', part: 'bedrock', message: `${method} ${url} is not implemented by the local stage` });
  return new AwsError({
    code: 'UnknownOperationException',
    message: `${method} ${splitUrl(url).path} is not an operation of the local Bedrock`,
    statusCode: 404,
  });
}

/** Asks IAM, then whether a fault is set. */
function allow(
  { parts, bases }: Bedrock,
  { principal }: WireRequest,
  { action, id }: { readonly action: string; readonly id: string },
): void {
  const { partition, region, accountId } = bases.get(id)?.environment ?? parts.environment;
  const resource = `arn:${partition}:bedrock:${region}:${accountId}:knowledge-base/${id}`;
  const question = { principal, action, resource, context: {} };
  const decision = parts.authorize(question);
  if (!decision.allowed)
    throw new AwsError({ code: 'AccessDeniedException', message: decision.message ?? denialMessage(question), statusCode: 403 });
  const fault = parts.faults?.({ service: 'bedrock', action, resource });
  if (fault === 'throttle')
    throw new AwsError({ code: 'ThrottlingException', message: 'Too many requests, please wait before trying again.', statusCode: 429 });
  if (fault === 'fail')
    throw new AwsError({ code: 'InternalServerException', message: 'The system encountered an unexpected error.', statusCode: 500 });
}
