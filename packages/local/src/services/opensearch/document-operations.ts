/** Single documents: index, create, get, delete, update, mget. https://docs.opensearch.org/latest/api-reference/document-apis/index/ */
import { randomBytes } from 'node:crypto';
import {
  bodyOf,
  flag,
  type OpenSearchAnswer,
  type OpenSearchCall,
  type OpenSearchHandler,
  ok,
  refreshAsAsked,
  sourceParameter,
  writableIndex,
} from './call.js';
import { illegalArgument, indexNotFound, mappingError, notServed, OpenSearchError, parsingError } from './errors.js';
import { allowMembers, flagOf, isObject, type JsonObject, objectOf, readJson } from './json.js';
import { readSourceFilter, type SourceFilter } from './search/source-filter.js';
import type { DocumentSource, SearchIndex, WriteResult } from './search-index.js';
import { readVersionRule, type VersionParameters, type VersionRule, validationError } from './versions.js';

const MAX_ID_BYTES = 512;

/** A time-ordered id would be as good: callers may not rely on it. */
function generatedId(): string {
  return randomBytes(15).toString('base64url');
}

/** @throws OpenSearchError `action_request_validation_exception` */
export function checkId(id: string): void {
  const bytes = Buffer.byteLength(id);
  if (bytes > MAX_ID_BYTES)
    throw validationError(`id [${id.slice(0, 32)}…] is too long, must be no longer than ${MAX_ID_BYTES} bytes but was: ${bytes}`);
}

/** A document of a request. @throws OpenSearchError `mapper_parsing_exception` */
export function readDocumentSource(text: string): DocumentSource {
  if (text.trim() === '') throw validationError('source is missing');
  let value: unknown;
  try {
    value = readJson(text);
  } catch (error) {
    throw mappingError('failed to parse', { type: 'json_parse_exception', reason: (error as Error).message });
  }
  if (!isObject(value))
    throw mappingError('failed to parse', {
      type: 'not_x_content_exception',
      reason: 'Compressor detection can only be called on some xcontent bytes or compressed xcontent bytes',
    });
  return { text: /[\r\n]/.test(text) ? JSON.stringify(value) : text, value };
}

/** How an answer tells what became of a write. */
export function writeBody(index: SearchIndex, id: string, { result, version, sequenceNumber }: WriteResult): JsonObject {
  return {
    _index: index.name,
    _id: id,
    _version: version,
    result,
    _shards: result === 'noop' ? { total: 0, successful: 0, failed: 0 } : { total: 2, successful: 1, failed: 0 },
    _seq_no: sequenceNumber,
    _primary_term: 1,
  };
}

/** The status of a write's answer. */
export function writeStatus({ result }: WriteResult): number {
  return result === 'created' ? 201 : result === 'not_found' ? 404 : 200;
}

async function answerWrite(
  call: OpenSearchCall,
  written: { index: SearchIndex; id: string; result: WriteResult },
): Promise<OpenSearchAnswer> {
  const { index, id, result } = written;
  await refreshAsAsked(call, [index]);
  const forced = call.query.get('refresh') === 'true' || call.query.get('refresh') === '' ? { forced_refresh: true } : {};
  return { status: writeStatus(result), body: { ...writeBody(index, id, result), ...forced } };
}

export const indexDocument: OpenSearchHandler = async (call) => {
  const id = call.path.id ?? generatedId();
  checkId(id);
  const rule = ruleOf(call, call.path.id === undefined);
  const source = readDocumentSource(call.body);
  const index = await writableIndex(call, call.path.index!, flag(call, 'require_alias'));
  const { result, kept } = index.put(id, source, rule);
  await kept;
  return answerWrite(call, { index, id, result });
};

/** `_create` and documents without an id must not exist yet. */
function ruleOf(call: OpenSearchCall, isNew = false): VersionRule {
  const parameters: VersionParameters = Object.fromEntries(call.query);
  const creates = isNew || call.path.create !== undefined;
  return readVersionRule(creates && parameters.version === undefined ? { ...parameters, op_type: 'create' } : parameters);
}

export const createDocument: OpenSearchHandler = (call) => indexDocument({ ...call, path: { ...call.path, create: 'true' } });

export const deleteDocument: OpenSearchHandler = async (call) => {
  const { id = '', index: name = '' } = call.path;
  checkId(id);
  const rule = readVersionRule(Object.fromEntries(call.query));
  const index = (await call.domain.writeIndex(name)) ?? (rule.external === undefined ? undefined : await writableIndex(call, name));
  if (index === undefined) throw indexNotFound(name);
  const { result, kept } = index.delete(id, rule);
  await kept;
  return answerWrite(call, { index, id, result });
};

/** The index of a single read: a name or an alias of one index. */
async function readableIndex(call: OpenSearchCall, expression: string): Promise<SearchIndex> {
  const indexes = await call.domain.resolve(expression);
  const [index] = indexes;
  if (index === undefined) throw indexNotFound(expression);
  if (indexes.length > 1)
    throw illegalArgument(
      `alias [${expression}] has more than one index associated with it [${indexes.map(({ name }) => name).join(', ')}], can't execute a single index op`,
    );
  return index;
}

export const getDocument: OpenSearchHandler = async (call) => {
  const index = await readableIndex(call, call.path.index!);
  const body = documentBody(index, call.path.id!, readSourceFilter(sourceParameter(call)));
  return { status: body.found === true ? 200 : 404, body };
};

function documentBody(index: SearchIndex, id: string, filter: SourceFilter): JsonObject {
  const document = index.get(id);
  if (document === undefined) return { _index: index.name, _id: id, found: false };
  const source = filter(JSON.parse(document.source) as JsonObject);
  return {
    _index: index.name,
    _id: id,
    _version: document.version,
    _seq_no: document.sequenceNumber,
    _primary_term: 1,
    found: true,
    ...(source === undefined ? {} : { _source: source }),
  };
}

export const getSource: OpenSearchHandler = async (call) => {
  const index = await readableIndex(call, call.path.index!);
  const id = call.path.id!;
  const document = index.get(id);
  if (document === undefined)
    throw new OpenSearchError('resource_not_found_exception', `Document not found [${index.name}]/[${id}]`, { status: 404 });
  return ok(readSourceFilter(sourceParameter(call))(JSON.parse(document.source) as JsonObject) ?? {});
};

export const multiGet: OpenSearchHandler = async (call) => {
  const { docs, ids, ...others } = bodyOf(call);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw parsingError(`unknown key [${unknown}] for a START_ARRAY, expected docs or ids`);
  const items = Array.isArray(docs) ? docs : Array.isArray(ids) ? ids.map((id) => ({ _id: id })) : [];
  if (items.length === 0) throw validationError('no documents to get');
  const found = items.map((item) => getItem(call, objectOf(item, 'docs')));
  return ok({ docs: await Promise.all(found) });
};

async function getItem(call: OpenSearchCall, item: JsonObject): Promise<JsonObject> {
  allowMembers(item, ['_index', '_id', '_source', 'routing'], 'docs');
  const name = String(item._index ?? call.path.index ?? '');
  if (name === '') throw validationError('index is missing');
  if (item._id === undefined) throw validationError('id is missing');
  const id = String(item._id);
  try {
    const filter = readSourceFilter(item._source ?? sourceParameter(call));
    return documentBody(await readableIndex(call, name), id, filter);
  } catch (error) {
    if (!(error instanceof OpenSearchError)) throw error;
    const cause = { type: error.type, reason: error.message, ...error.members };
    return { _index: name, _id: id, error: { root_cause: [cause], ...cause } };
  }
}

export const updateDocument: OpenSearchHandler = async (call) => {
  const id = call.path.id!;
  checkId(id);
  const index = await writableIndex(call, call.path.index!, flag(call, 'require_alias'));
  const { result, kept, get } = applyUpdate(index, id, { body: bodyOf(call), rule: readVersionRule(Object.fromEntries(call.query)) });
  await kept;
  const answer = await answerWrite(call, { index, id, result });
  const wanted = sourceParameter(call) ?? bodyOf(call)._source;
  const source = wanted === undefined ? undefined : readSourceFilter(wanted)(get());
  if (source === undefined) return answer;
  return {
    ...answer,
    body: { ...(answer.body as JsonObject), get: { _seq_no: result.sequenceNumber, _primary_term: 1, found: true, _source: source } },
  };
};

/** A partial document is merged into the present one, or an `upsert` takes its place. */
export function applyUpdate(
  index: SearchIndex,
  id: string,
  { body, rule }: { readonly body: JsonObject; readonly rule: VersionRule },
): { readonly result: WriteResult; readonly kept: Promise<void>; readonly get: () => JsonObject } {
  const {
    doc,
    upsert,
    doc_as_upsert: docAsUpsert,
    detect_noop: detectNoop,
    _source: _,
    script,
    scripted_upsert: scripted,
    ...others
  } = body;
  if (script !== undefined || scripted !== undefined) throw notServed('scripts');
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new OpenSearchError('x_content_parse_exception', `[UpdateRequest] unknown field [${unknown}]`);
  if (!isObject(doc) && !isObject(upsert)) throw validationError('script or doc is missing');
  if (rule.external !== undefined)
    throw validationError(
      'internal versioning can not be used for optimistic concurrency control. Please use `if_seq_no` and `if_primary_term` instead',
    );
  const present = index.get(id);
  const before = present === undefined ? undefined : (JSON.parse(present.source) as JsonObject);
  const after = before === undefined ? firstVersion(index, id, { doc, upsert, docAsUpsert }) : isObject(doc) ? merged(before, doc) : before;
  const text = JSON.stringify(after);
  if (present !== undefined && flagOf(detectNoop, true, 'detect_noop') && text === JSON.stringify(before)) {
    return {
      result: { result: 'noop', version: present.version, sequenceNumber: present.sequenceNumber },
      kept: Promise.resolve(),
      get: () => after,
    };
  }
  return { ...index.put(id, { text, value: after }, rule), get: () => after };
}

function firstVersion(
  index: SearchIndex,
  id: string,
  { doc, upsert, docAsUpsert }: { doc: unknown; upsert: unknown; docAsUpsert: unknown },
): JsonObject {
  if (isObject(upsert)) return upsert;
  if (docAsUpsert === true && isObject(doc)) return doc;
  throw new OpenSearchError('document_missing_exception', `[${id}]: document missing`, {
    status: 404,
    index: index.name,
    shard: '0',
    index_uuid: index.uuid,
  });
}

function merged(before: JsonObject, changes: JsonObject): JsonObject {
  const entries = Object.entries(changes).map(([name, value]) => {
    const present = Object.hasOwn(before, name) ? before[name] : undefined;
    return [name, isObject(value) && isObject(present) ? merged(present, value) : value] as const;
  });
  return { ...before, ...Object.fromEntries(entries) };
}
