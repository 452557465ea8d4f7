/**
 * `IndexClient` on an OpenSearch domain. Documents pass the declared schema on the way in and on the way out. Every request goes to the
 * index's own paths, which are what its grants name.
 */

import { GatewayError } from '@org/gateway-core/errors';
import { describeIssues, validate } from '../execute/validate.js';
import {
  INDEX_RIGHTS,
  type IndexClient,
  type IndexGrant,
  type IndexOperation,
  type IndexWrite,
  type SearchPage,
} from '../service/search-index.js';
import { type AwsCredentialsProvider, lazily } from './aws-options.js';
import { type BackendRequest, broken, denied, failedDependency, unavailable } from './backend-failure.js';
import { foreignCursor } from './cursor.js';
import { errorTypeOf, facetsOf, hitsOf, type RawHit, totalOf, valueAt } from './index-answer.js';
import { type BulkChunk, bulkChunks, bulkResult, isDocumentId } from './index-bulk.js';
import { decodeSearchCursor, encodeSearchCursor } from './index-cursor.js';
import { ID_FIELD, indexBody, writeAlias } from './index-mapping.js';
import { type AnySearchRequest, limitOf, searchBody } from './index-query.js';
import type { OpenSearch, OpenSearchAnswer, OpenSearchRequest } from './opensearch.js';
import { sdkErrorName } from './sdk-failure.js';

type Document = Readonly<Record<string, unknown>>;

/** An index's client without the types of its documents. */
export interface AnyIndexClient extends Omit<IndexClient<Document, never>, 'search'> {
  search(request: AnySearchRequest): Promise<SearchPage<Document>>;
}

export interface IndexClientOptions {
  readonly grant: IndexGrant<unknown>;
  /** URL of the domain. */
  readonly location: string;
  readonly region: string;
  readonly credentials: AwsCredentialsProvider;
  /** After this a request is given up. @default 26,000 */
  readonly deadlineMs?: number;
}

/** A client with every operation; `createClients` hands out the granted ones. */
export function createIndexClient({ grant, location, region, credentials, deadlineMs }: IndexClientOptions): AnyIndexClient {
  const { resource } = grant;
  const index = `/${encodeURIComponent(resource.indexName)}`;
  const open = lazily<OpenSearch>(async () => {
    const { openOpenSearch } = await import('./opensearch.js');
    return openOpenSearch({ url: location, region, credentials, deadlineMs });
  });

  const requestOf = (operation: IndexOperation): BackendRequest => {
    return { resource, physicalName: `${location} ${resource.indexName}`, operation, action: INDEX_RIGHTS[operation].action };
  };

  const send = async (operation: IndexOperation, request: OpenSearchRequest): Promise<OpenSearchAnswer> => {
    const client = await open();
    return client.send(request).catch((cause: unknown) => {
      throw noAnswer(requestOf(operation), cause);
    });
  };

  const failure = (operation: IndexOperation, answer: OpenSearchAnswer) => refusal(requestOf(operation), answer);

  return {
    search: async (request) => {
      const after = request.cursor === undefined ? undefined : decodeSearchCursor(resource, request, request.cursor);
      const answer = await send('search', {
        method: 'POST',
        path: `${index}/_search`,
        query: { allow_partial_search_results: 'false' },
        body: searchBody(resource, request, after),
      });
      if (answer.status === 400 && after !== undefined) throw foreignCursor(failure('search', answer));
      if (answer.status !== 200) throw failure('search', answer);
      return pageOf(grant, request, answer.body);
    },
    get: async (id) => {
      if (!isDocumentId(id)) return undefined;
      const answer = await send('get', { method: 'GET', path: `${index}/_doc/${encodeURIComponent(id)}` });
      if (answer.status === 404 && errorTypeOf(answer.body) === '') return undefined;
      if (answer.status !== 200) throw failure('get', answer);
      return checkDocument(grant, id, valueAt(answer.body, '_source'), 'read');
    },
    write: async (writes) => {
      const checked = await Promise.all(writes.map((write) => checkWrite(grant, write)));
      const sum = { written: 0, stale: 0 };
      // One after the other: later writes of one document must not overtake earlier ones.
      for (const chunk of bulkChunks(resource, checked)) {
        const { written, stale } = await writeChunk(chunk);
        sum.written += written;
        sum.stale += stale;
      }
      return sum;
    },
    ensure: async () => {
      const answer = await send('ensure', { method: 'PUT', path: index, body: JSON.stringify(indexBody(resource)) });
      if (answer.status !== 200 && errorTypeOf(answer.body) !== 'resource_already_exists_exception') throw failure('ensure', answer);
    },
    drop: async () => {
      const answer = await send('drop', { method: 'DELETE', path: index });
      if (answer.status !== 200 && errorTypeOf(answer.body) !== 'index_not_found_exception') throw failure('drop', answer);
    },
  };

  async function writeChunk({ lines, writes }: BulkChunk) {
    const path = `/${encodeURIComponent(writeAlias(resource))}/_bulk`;
    const answer = await send('write', { method: 'POST', path, query: { require_alias: 'true' }, lines });
    if (answer.status !== 200) throw failure('write', answer);
    const { written, stale, failure: failed } = bulkResult(answer.body);
    if (failed) throw failure('write', { status: failed.status, body: { error: { type: `${failed.type} of document ${failed.id}` } } });
    if (written + stale === writes) return { written, stale };
    throw broken(requestOf('write'), `OpenSearch answered for ${written + stale} of ${writes} writes`);
  }
}

/** How the client calls a domain that did not answer. */
const NO_ANSWER: readonly unknown[] = ['ConnectionError', 'TimeoutError', 'RequestAbortedError', 'NoLivingConnectionsError'];

function noAnswer(request: BackendRequest, cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  return NO_ANSWER.includes(sdkErrorName(cause)) ? unavailable(request.resource, cause) : broken(request, String(cause), cause);
}

/** What a refused request means. Reasons that OpenSearch gives may repeat what is in a document, so only their types are logged. */
function refusal(request: BackendRequest, { status, body }: OpenSearchAnswer): GatewayError {
  const { resource, physicalName } = request;
  const type = errorTypeOf(body);
  const cause = new Error(`OpenSearch answered ${status} ${type}`);
  if (type.startsWith('index_not_found_exception'))
    return failedDependency(resource, `search index ${resource.name} (${physicalName}) does not exist: call its \`ensure\` first`, cause);
  if (status === 403) return denied(request, cause);
  if (status === 429 || status >= 500) return unavailable(resource, cause);
  return broken(request, cause.message, cause);
}

async function pageOf(grant: IndexGrant<unknown>, request: AnySearchRequest, body: unknown): Promise<SearchPage<Document>> {
  const limit = limitOf(request);
  const found = hitsOf(body);
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : undefined;
  return {
    hits: await Promise.all(shown.map((hit) => checkHit(grant, request, hit))),
    total: totalOf(body),
    facets: facetsOf(body),
    cursor: last ? encodeSearchCursor(grant.resource, request, last.sortValues) : null,
  };
}

async function checkHit(grant: IndexGrant<unknown>, { sort }: AnySearchRequest, { id, score, source, highlights }: RawHit) {
  return { id, score: sort === undefined ? score : null, document: await checkDocument(grant, id, source, 'read'), highlights };
}

async function checkWrite(grant: IndexGrant<unknown>, write: IndexWrite<Document>): Promise<IndexWrite<Document>> {
  return 'put' in write ? { ...write, put: await checkDocument(grant, write.id, write.put, 'written') } : write;
}

/** @throws GatewayError INTERNAL_SERVER_ERROR that names index, id and what did not fit: for the log, it is never sent. */
async function checkDocument(grant: IndexGrant<unknown>, id: string, source: unknown, way: 'read' | 'written'): Promise<Document> {
  const { [ID_FIELD]: _, ...document } = (source ?? {}) as Document;
  const result = await validate(grant.document, document);
  if (result.success) return result.data as Document;
  const { text } = describeIssues(result.error.issues);
  throw new GatewayError(
    'INTERNAL_SERVER_ERROR',
    `document ${id} ${way} in search index ${grant.resource.name} does not fit its schema: ${text}`,
  );
}
