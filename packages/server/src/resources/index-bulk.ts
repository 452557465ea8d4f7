/**
 * Writes as bulk requests. Versions are external: OpenSearch keeps a write out when what is there, or was deleted, is as new or newer. So a
 * repeated request changes nothing, and writes may arrive in any order.
 * https://docs.opensearch.org/latest/api-reference/document-apis/bulk/
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { IndexResource, IndexWrite } from '../service/search-index.js';
import { errorTypeOf, listAt, valueAt } from './index-answer.js';
import { ID_FIELD } from './index-mapping.js';

/** OpenSearch Service takes 10 MiB on its smaller instances; half of that is what its guide advises. */
const MAX_REQUEST_BYTES = 5_000_000;
const MAX_REQUEST_WRITES = 1_000;

/** OpenSearch's limit for an id, in UTF-8 bytes. */
const MAX_ID_BYTES = 512;

/** Lines of some writes, in order. */
export interface BulkChunk {
  readonly lines: string;
  readonly writes: number;
}

/** What became of the writes of a chunk. */
export interface BulkResult {
  readonly written: number;
  readonly stale: number;
  /** The first that failed otherwise. */
  readonly failure?: { readonly id: string; readonly status: number; readonly type: string };
}

/**
 * Cuts writes into requests.
 *
 * @throws GatewayError PAYLOAD_TOO_LARGE for a document that no request could carry.
 */
export function bulkChunks(resource: IndexResource, writes: readonly IndexWrite<object>[]): readonly BulkChunk[] {
  const chunks: BulkChunk[] = [];
  let lines = '';
  let bytes = 0;
  let count = 0;
  const flush = () => {
    if (count > 0) chunks.push({ lines, writes: count });
    [lines, bytes, count] = ['', 0, 0];
  };
  for (const write of writes) {
    const more = linesOf(resource, write);
    const moreBytes = Buffer.byteLength(more);
    if (moreBytes > MAX_REQUEST_BYTES) throw tooLarge(resource, moreBytes);
    if (bytes + moreBytes > MAX_REQUEST_BYTES || count === MAX_REQUEST_WRITES) flush();
    lines += more;
    bytes += moreBytes;
    count += 1;
  }
  flush();
  return chunks;
}

/** Reads the answer to a chunk: each item has one property, named like its action. */
export function bulkResult(body: unknown): BulkResult {
  let written = 0;
  let stale = 0;
  let failure: BulkResult['failure'];
  for (const item of listAt(body, 'items')) {
    const outcome = valueAt(item, 'index') ?? valueAt(item, 'delete');
    const status = Number(valueAt(outcome, 'status'));
    const type = errorTypeOf(outcome);
    if (status === 409) stale += 1;
    // Deleting what is not there is 404 without an error.
    else if (status < 300 || (status === 404 && type === '')) written += 1;
    else failure ??= { id: String(valueAt(outcome, '_id')), status, type };
  }
  return failure === undefined ? { written, stale } : { written, stale, failure };
}

/** Whether OpenSearch takes an id, and a path can carry it: `.` and `..` would be steps in it. */
export function isDocumentId(id: string): boolean {
  const bytes = Buffer.byteLength(id);
  return bytes > 0 && bytes <= MAX_ID_BYTES && id !== '.' && id !== '..';
}

function linesOf(resource: IndexResource, write: IndexWrite<object>): string {
  const { id, version } = write;
  if (!isDocumentId(id) || !Number.isSafeInteger(version) || version < 0)
    throw new GatewayError(
      'INTERNAL_SERVER_ERROR',
      `bad write to index ${resource.name}: got id ${JSON.stringify(id)} and version ${version}, expected 1 to ${MAX_ID_BYTES} bytes and a whole number`,
    );
  const action = { _id: id, version, version_type: 'external' };
  if (!('put' in write)) return `${JSON.stringify({ delete: action })}\n`;
  return `${JSON.stringify({ index: action })}\n${JSON.stringify({ ...write.put, [ID_FIELD]: id })}\n`;
}

function tooLarge({ name }: IndexResource, bytes: number): GatewayError {
  return new GatewayError(
    'PAYLOAD_TOO_LARGE',
    `[PAYLOAD_TOO_LARGE] a document is too large for search index ${name}: got ${bytes} bytes, expected at most ${MAX_REQUEST_BYTES}`,
  );
}
