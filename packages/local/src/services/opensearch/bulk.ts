/**
 * Many writes in one request, each with a status of its own: a line that says what to do, and for all but deletions a line with the document.
 * https://docs.opensearch.org/latest/api-reference/document-apis/bulk/
 */
import { randomBytes } from 'node:crypto';
import { type OpenSearchCall, type OpenSearchHandler, ok, refreshAsAsked, writableIndex } from './call.js';
import { applyUpdate, checkId, readDocumentSource, writeBody, writeStatus } from './document-operations.js';
import { errorCause, illegalArgument, indexNotFound, OpenSearchError } from './errors.js';
import { isObject, type JsonObject, readObject } from './json.js';
import type { SearchIndex, WriteResult } from './search-index.js';
import { readVersionRule, validationError } from './versions.js';

const ACTIONS = ['index', 'create', 'update', 'delete'] as const;
type Action = (typeof ACTIONS)[number];

interface BulkItem {
  readonly action: Action;
  readonly indexName: string;
  readonly id: string | undefined;
  readonly parameters: JsonObject;
  /** The text of the document; empty for a deletion. */
  readonly document: string;
}

const PARAMETERS = [
  '_index',
  '_id',
  'version',
  'version_type',
  'if_seq_no',
  'if_primary_term',
  'retry_on_conflict',
  'require_alias',
  'op_type',
];

export const bulk: OpenSearchHandler = async (call) => {
  const items = readItems(call);
  const touched = new Set<SearchIndex>();
  const kept: Promise<void>[] = [];
  const answers: JsonObject[] = [];
  for (const item of items) answers.push(await runItem(call, item, { touched, kept }));
  await Promise.all(kept);
  await refreshAsAsked(call, touched);
  return ok({
    took: 0,
    errors: answers.some((answer) => Object.values(answer).some((each) => isObject(each) && each.error !== undefined)),
    items: answers,
  });
};

/** @throws OpenSearchError when the request as a whole is malformed: then nothing is written */
function readItems(call: OpenSearchCall): BulkItem[] {
  const { body } = call;
  if (body.trim() === '') throw new OpenSearchError('parse_exception', 'request body is required');
  if (!body.endsWith('\n')) throw illegalArgument('The bulk request must be terminated by a newline [\\n]');
  const lines = body.split(/\r?\n/);
  const items: BulkItem[] = [];
  for (let at = 0; at < lines.length; at++) {
    if (lines[at]!.trim() === '') continue;
    const number = at + 1;
    const head = readHead(lines[at]!, number, call.path.index);
    const document = head.action === 'delete' ? '' : (lines[++at] ?? '');
    if (head.action !== 'delete' && document.trim() === '') throw validationError(`no document follows the action on line [${number}]`);
    items.push({ ...head, document });
  }
  if (items.length === 0) throw validationError('no requests added');
  return items;
}

function readHead(line: string, number: number, pathIndex: string | undefined): Omit<BulkItem, 'document'> {
  const head = readObject(line);
  const [action, ...more] = Object.keys(head) as [string?, ...string[]];
  const parameters = head[action ?? ''];
  if (action === undefined || more.length > 0 || !isObject(parameters)) {
    throw illegalArgument(
      `Malformed action/metadata line [${number}], expected START_OBJECT or END_OBJECT but found [${more[0] ?? typeof parameters}]`,
    );
  }
  if (!ACTIONS.includes(action as Action))
    throw illegalArgument(
      `Malformed action/metadata line [${number}], expected field [create], [delete], [index] or [update] but found [${action}]`,
    );
  const [unknown] = Object.keys(parameters).filter((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) throw illegalArgument(`Action/metadata line [${number}] contains an unknown parameter [${unknown}]`);
  const indexName = parameters._index ?? pathIndex;
  if (typeof indexName !== 'string' || indexName === '') throw validationError('index is missing');
  const id = parameters._id === undefined || parameters._id === null ? undefined : String(parameters._id);
  if (id === undefined && (action === 'update' || action === 'delete')) throw validationError('id is missing');
  if (id === '') throw illegalArgument('if _id is specified it must not be empty');
  return { action: action as Action, indexName, id, parameters };
}

interface BulkProgress {
  readonly touched: Set<SearchIndex>;
  readonly kept: Promise<void>[];
}

async function runItem(call: OpenSearchCall, item: BulkItem, { touched, kept }: BulkProgress): Promise<JsonObject> {
  const id = item.id ?? randomBytes(15).toString('base64url');
  try {
    const index = await indexOf(call, item);
    const written = write(index, id, item);
    // Awaited together at the end; until then a failure is not left alone.
    written.kept.catch(() => undefined);
    kept.push(written.kept);
    touched.add(index);
    return { [item.action]: { ...writeBody(index, id, written.result), status: writeStatus(written.result) } };
  } catch (error) {
    if (!(error instanceof OpenSearchError)) throw error;
    return { [item.action]: { _index: item.indexName, _id: id, status: error.status, error: errorCause(error) } };
  }
}

async function indexOf(call: OpenSearchCall, { action, indexName, parameters }: BulkItem): Promise<SearchIndex> {
  const creates = action !== 'delete' || parameters.version !== undefined;
  const requireAlias = parameters.require_alias === true || call.query.get('require_alias') === 'true';
  if (creates) return writableIndex(call, indexName, requireAlias);
  const index = await call.domain.writeIndex(indexName);
  if (index === undefined) throw indexNotFound(indexName);
  return index;
}

function write(index: SearchIndex, id: string, item: BulkItem): { readonly result: WriteResult; readonly kept: Promise<void> } {
  checkId(id);
  const creates = item.action === 'create' || item.id === undefined;
  const rule = readVersionRule(
    creates && item.parameters.version === undefined ? { ...item.parameters, op_type: 'create' } : item.parameters,
  );
  switch (item.action) {
    case 'delete':
      return index.delete(id, rule);
    case 'update':
      return applyUpdate(index, id, { body: readObject(item.document), rule });
    case 'index':
    case 'create':
      return index.put(id, readDocumentSource(item.document), rule);
    default:
      return item.action satisfies never;
  }
}
