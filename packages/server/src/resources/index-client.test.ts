/** The client on the real OpenSearch transport, against answers written from OpenSearch's documentation. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type IndexWrite, searchIndex } from '../service/search-index.js';
import { type HttpRecorder, type RecordedAnswer, type RecordedRequest, startRecorder } from './http-recorder.fixture.js';
import { createIndexClient } from './index-client.js';

const Documents = searchIndex('DocumentsIndex', {
  document: () =>
    z.object({ title: z.string(), body: z.string(), folder: z.string(), bytes: z.number().optional(), draft: z.boolean().optional() }),
  fields: {
    title: { type: 'text', boost: 3 },
    body: { type: 'text' },
    folder: { type: 'keyword' },
    bytes: { type: 'number' },
    draft: { type: 'boolean' },
  },
});
const grant = Documents.allow('search', 'get', 'write', 'ensure', 'drop');

let recorder: HttpRecorder;
let answer: (request: RecordedRequest) => RecordedAnswer | Promise<RecordedAnswer>;
beforeEach(async () => {
  recorder = await startRecorder((request) => answer(request));
});
afterEach(() => recorder.close());

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };

const documents = (
  options: { readonly path?: string; readonly deadlineMs?: number; readonly credentials?: () => Promise<typeof KEYS> } = {},
) =>
  createIndexClient({
    grant,
    location: `${recorder.origin}${options.path ?? ''}`,
    region: 'eu-west-1',
    credentials: options.credentials ?? (async () => KEYS),
    ...(options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }),
  });

const json = (status: number, body: unknown): RecordedAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=UTF-8' },
  body: JSON.stringify(body),
});

const errorAnswer = (status: number, type: string) =>
  json(status, { error: { root_cause: [], type, reason: 'no such thing: secret text' }, status });

const hit = (id: string, score: number | null, sort: readonly unknown[], more: object = {}) => ({
  _index: 'documents-index',
  _id: id,
  _score: score,
  _source: { $id: id, title: `Title ${id}`, body: 'text', folder: 'notes' },
  sort,
  ...more,
});

const found = (hits: readonly object[], more: object = {}) =>
  json(200, { took: 3, timed_out: false, hits: { total: { value: 25, relation: 'eq' }, max_score: 2.5, hits }, ...more });

const sentBody = (place = 0): unknown => JSON.parse(recorder.requests[place]?.body.toString() ?? 'null');

const EMPTY = found([]);

describe('search', () => {
  test('signs a POST to the index with the service es', async () => {
    answer = () => EMPTY;
    await documents().search({ text: 'gateway' });
    expect(recorder.requests).toMatchObject([{ method: 'POST', path: '/documents-index/_search' }]);
    const { headers, query } = recorder.requests[0]!;
    expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/es\/aws4_request, /);
    expect(headers['x-amz-security-token']).toBe('token');
    expect(query.get('allow_partial_search_results')).toBe('false');
  });

  test('keeps the path of a domain that is not at the root', async () => {
    answer = () => EMPTY;
    await documents({ path: '/opensearch/domain-1' }).search({});
    expect(recorder.requests).toMatchObject([{ path: '/opensearch/domain-1/documents-index/_search' }]);
  });

  test('looks for words in all text fields with their weights, best first, equal ones by id', async () => {
    answer = () => EMPTY;
    await documents().search({ text: 'rest gateway' });
    expect(sentBody()).toEqual({
      size: 11,
      track_total_hits: 10_000,
      query: {
        bool: {
          must: [{ multi_match: { query: 'rest gateway', fields: ['title^3', 'body^1'], type: 'best_fields', tie_breaker: 0.3 } }],
          filter: [],
        },
      },
      sort: [{ _score: 'desc' }, { $id: 'asc' }],
    });
  });

  test('while typing, the last word may go on', async () => {
    answer = () => EMPTY;
    await documents().search({ text: 'rest gat', in: ['title'], lastWordIsPrefix: true });
    expect(sentBody()).toMatchObject({
      query: { bool: { must: [{ multi_match: { query: 'rest gat', fields: ['title^3'], type: 'bool_prefix' } }] } },
    });
  });

  test('a blank text finds everything that passes the filters, and is not highlighted', async () => {
    answer = () => EMPTY;
    await documents().search({ text: '  ', highlight: ['title'] });
    expect(sentBody()).toMatchObject({ query: { bool: { must: [{ match_all: {} }] } } });
    expect(sentBody()).not.toHaveProperty('highlight');
  });

  test('filters by value, by several, by range with both ends, by prefix', async () => {
    answer = () => EMPTY;
    await documents().search({ filter: { folder: { prefix: 'npm/' }, bytes: { from: 10, to: 99.5 }, draft: false } });
    await documents().search({ filter: { folder: { anyOf: ['a', 'b'] }, bytes: { from: 10 } } });
    expect(sentBody(0)).toMatchObject({
      query: {
        bool: {
          filter: [
            { prefix: { folder: { value: 'npm/' } } },
            { range: { bytes: { gte: 10, lte: 99.5 } } },
            { term: { draft: { value: false } } },
          ],
        },
      },
    });
    expect(sentBody(1)).toMatchObject({
      query: { bool: { filter: [{ terms: { folder: ['a', 'b'] } }, { range: { bytes: { gte: 10 } } }] } },
    });
  });

  test('counts the values of facets over everything found', async () => {
    answer = () =>
      found([], {
        aggregations: {
          folder: { doc_count_error_upper_bound: 0, sum_other_doc_count: 0, buckets: [{ key: 'notes', doc_count: 12 }] },
          draft: { buckets: [{ key: 1, key_as_string: 'true', doc_count: 3 }] },
        },
      });
    const page = await documents().search({ facets: ['folder', 'draft'] });
    expect(page.facets).toEqual({ folder: [{ value: 'notes', count: 12 }], draft: [{ value: 'true', count: 3 }] });
    expect(sentBody()).toMatchObject({
      aggs: { folder: { terms: { field: 'folder', size: 100 } }, draft: { terms: { field: 'draft', size: 100 } } },
    });
  });

  test('gives matches as runs of text: what looks like HTML in a document stays text', async () => {
    const highlight = { body: ['<b>not</b> \uE000gate\uE001\uE000way\uE001 & more'] };
    answer = () => found([hit('a', 2.5, [2.5, 'a'], { highlight })]);
    const page = await documents().search({ text: 'gateway', highlight: ['body'] });
    expect(page.hits[0]?.highlights).toEqual({
      body: [
        [
          { text: '<b>not</b> ', match: false },
          { text: 'gateway', match: true },
          { text: ' & more', match: false },
        ],
      ],
    });
    expect(sentBody()).toMatchObject({
      highlight: { pre_tags: ['\uE000'], post_tags: ['\uE001'], number_of_fragments: 3, fragment_size: 150, fields: { body: {} } },
    });
  });

  test('gives documents without the field they are sorted by, with score and total', async () => {
    answer = () => found([hit('a', 2.5, [2.5, 'a'])]);
    expect(await documents().search({ text: 'x' })).toEqual({
      hits: [{ id: 'a', score: 2.5, document: { title: 'Title a', body: 'text', folder: 'notes' }, highlights: {} }],
      total: 25,
      facets: {},
      cursor: null,
    });
  });

  test('asks for one hit more than the page holds, and goes on behind the last one shown', async () => {
    answer = () => found([hit('a', 2.5, [2.5, 'a']), hit('b', 2.5, [2.5, 'b']), hit('c', 1.25, [1.25, 'c'])]);
    const request = { text: 'x', filter: { folder: 'notes' }, limit: 2 };
    const page = await documents().search(request);
    expect(page.hits.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(sentBody()).toMatchObject({ size: 3 });
    await documents().search({ ...request, limit: 50, cursor: page.cursor ?? '' });
    expect(sentBody(1)).toMatchObject({ size: 51, search_after: [2.5, 'b'] });
  });

  test('sorts by a field, absent ones last, and has no scores then', async () => {
    answer = () => found([hit('a', null, ['Infinity', 'a']), hit('b', null, ['Infinity', 'b'])]);
    const request = { sort: { by: 'bytes', descending: true }, limit: 1 };
    const page = await documents().search(request);
    expect(page.hits[0]?.score).toBeNull();
    expect(sentBody()).toMatchObject({ sort: [{ bytes: { order: 'desc', missing: '_last' } }, { $id: 'asc' }] });
    await documents().search({ ...request, cursor: page.cursor ?? '' });
    expect(sentBody(1)).toMatchObject({ search_after: ['Infinity', 'a'] });
  });

  test('sorted by a boolean, goes on behind documents without it', async () => {
    // A long's end, as JSON.parse reads it.
    answer = () => found([hit('a', null, [2 ** 63, 'a']), hit('b', null, [2 ** 63, 'b'])]);
    const request = { sort: { by: 'draft' }, limit: 1 };
    const page = await documents().search(request);
    await documents().search({ ...request, cursor: page.cursor ?? '' });
    expect(sentBody(1)).toMatchObject({ search_after: ['9223372036854775807', 'a'] });
  });

  test('refuses the cursor of another search with BAD_REQUEST, and sends nothing', async () => {
    answer = () => found([hit('a', 2.5, [2.5, 'a']), hit('b', 2.5, [2.5, 'b'])]);
    const { cursor } = await documents().search({ text: 'x', limit: 1 });
    for (const other of [
      { text: 'y' },
      { text: 'x', in: ['title'] },
      { text: 'x', filter: { folder: 'a' } },
      { text: 'x', sort: { by: 'bytes' } },
    ])
      await expect(documents().search({ ...other, cursor: cursor ?? '' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(recorder.requests).toHaveLength(1);
  });

  test('a position that OpenSearch refuses is the cursor’s fault', async () => {
    answer = () => found([hit('a', 2.5, [2.5, 'a']), hit('b', 2.5, [2.5, 'b'])]);
    const { cursor } = await documents().search({ text: 'x', limit: 1 });
    answer = () => errorAnswer(400, 'search_phase_execution_exception');
    await expect(documents().search({ text: 'x', cursor: cursor ?? '' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  test('refuses too much with BAD_REQUEST, and sends nothing', async () => {
    const much = Array.from({ length: 1_000 }, (_, n) => `${n}`.padEnd(200, 'x'));
    for (const request of [{ limit: 0 }, { limit: 101 }, { text: 'x'.repeat(1_001) }, { filter: { folder: { anyOf: much } } }])
      await expect(documents().search(request)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(documents().search({ filter: { folder: { anyOf: [...much, 'a'] } } })).rejects.toThrow('got 1001 values');
    expect(recorder.requests).toEqual([]);
  });

  test('a document that does not fit its schema fails, and the log names it without its values', async () => {
    answer = () => found([hit('a', 2.5, [2.5, 'a'], { _source: { $id: 'a', title: 7, body: 'private', folder: 'notes' } })]);
    await expect(documents().search({ text: 'x' })).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message:
        'document a read in search index DocumentsIndex does not fit its schema: title: Invalid input: expected string, received number',
    });
  });
});

describe('get', () => {
  test('reads a document by id, encoded', async () => {
    answer = () =>
      json(200, { _index: 'documents-index', _id: '@org/x y', found: true, _version: 7, _source: { title: 'T', body: 'B', folder: 'f' } });
    expect(await documents().get('@org/x y')).toEqual({ title: 'T', body: 'B', folder: 'f' });
    expect(recorder.requests).toMatchObject([{ method: 'GET', path: '/documents-index/_doc/%40org%2Fx%20y' }]);
  });

  test('answers undefined for a document that is not there', async () => {
    answer = () => json(404, { _index: 'documents-index', _id: 'a', found: false });
    expect(await documents().get('a')).toBeUndefined();
  });

  test('no request leaves the index: dots, which are steps in a path, are the id of nothing', async () => {
    for (const id of ['', '.', '..', 'ü'.repeat(257)]) expect(await documents().get(id)).toBeUndefined();
    expect(recorder.requests).toEqual([]);
  });

  test('an index that is not there is not a missing document', async () => {
    answer = () => errorAnswer(404, 'index_not_found_exception');
    await expect(documents().get('a')).rejects.toMatchObject({ code: 'FAILED_DEPENDENCY' });
  });
});

describe('write', () => {
  const put = (id: string, version: number, body = 'text'): IndexWrite<{ title: string; body: string; folder: string }> => ({
    put: { title: id, body, folder: 'f' },
    id,
    version,
  });
  const items = (...outcomes: readonly object[]) => json(200, { took: 1, errors: false, items: outcomes });

  test('writes through the alias, with the versions of where documents come from', async () => {
    answer = () => items({ index: { _id: 'a', status: 201, result: 'created' } }, { delete: { _id: 'b', status: 200, result: 'deleted' } });
    expect(await documents().write([put('a', 12), { delete: true, id: 'b', version: 13 }])).toEqual({ written: 2, stale: 0 });
    expect(recorder.requests).toMatchObject([{ method: 'POST', path: '/documents-index-write/_bulk' }]);
    expect(recorder.requests[0]?.query.get('require_alias')).toBe('true');
    expect(recorder.requests[0]?.headers['content-type']).toBe('application/x-ndjson');
    expect(recorder.requests[0]?.body.toString()).toBe(
      '{"index":{"_id":"a","version":12,"version_type":"external"}}\n' +
        '{"title":"a","body":"text","folder":"f","$id":"a"}\n' +
        '{"delete":{"_id":"b","version":13,"version_type":"external"}}\n',
    );
  });

  test('counts what an equal or newer version kept out, and takes the deletion of nothing for done', async () => {
    answer = () =>
      items(
        { index: { _id: 'a', status: 409, error: { type: 'version_conflict_engine_exception', reason: 'x' } } },
        { delete: { _id: 'b', status: 404, result: 'not_found' } },
        { index: { _id: 'c', status: 200, result: 'updated' } },
      );
    expect(await documents().write([put('a', 1), { delete: true, id: 'b', version: 2 }, put('c', 3)])).toEqual({ written: 2, stale: 1 });
  });

  test('rejects naming the first document that could not be written, and nothing of what is in it', async () => {
    answer = () =>
      items(
        { index: { _id: 'a', status: 201 } },
        { index: { _id: 'b', status: 400, error: { type: 'mapper_parsing_exception', reason: "Preview of field's value: 'private'" } } },
        { index: { _id: 'c', status: 400, error: { type: 'mapper_parsing_exception', reason: 'x' } } },
      );
    const failed = documents().write([put('a', 1), put('b', 1), put('c', 1)]);
    await expect(failed).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: expect.stringMatching(/failed: OpenSearch answered 400 mapper_parsing_exception of document b$/),
    });
  });

  test('a domain that takes no more writes is SERVICE_UNAVAILABLE', async () => {
    answer = () => items({ index: { _id: 'a', status: 429, error: { type: 'rejected_execution_exception', reason: 'x' } } });
    await expect(documents().write([put('a', 1)])).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  test('an index that is not there is FAILED_DEPENDENCY, and is not made of guesses', async () => {
    answer = () => items({ index: { _id: 'a', status: 404, error: { type: 'index_not_found_exception', reason: 'x' } } });
    await expect(documents().write([put('a', 1)])).rejects.toMatchObject({
      code: 'FAILED_DEPENDENCY',
      message: '[FAILED_DEPENDENCY] search index DocumentsIndex failed, and so did what needs it',
      cause: { message: expect.stringMatching(/does not exist: call its `ensure` first$/) },
    });
  });

  test('cuts writes into requests of at most 5 MB and 1,000 writes, one after the other', async () => {
    answer = ({ body }) =>
      items(
        ...body
          .toString()
          .split('\n')
          .filter((line) => line.startsWith('{"index"'))
          .map(() => ({ index: { status: 201 } })),
      );
    const large = Array.from({ length: 12 }, (_, n) => put(`${n}`, 1, 'ü'.repeat(500_000)));
    expect(await documents().write(large)).toEqual({ written: 12, stale: 0 });
    expect(recorder.requests).toHaveLength(3);
    expect(recorder.requests.every(({ body }) => body.length <= 5_000_000)).toBe(true);
    await documents().write(Array.from({ length: 1_001 }, (_, n) => put(`${n}`, 1)));
    expect(recorder.requests).toHaveLength(5);
  });

  test('refuses a document that no request could carry, and ids and versions that OpenSearch does not take; sends nothing', async () => {
    await expect(documents().write([put('a', 1, 'x'.repeat(5_000_000))])).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    for (const write of [put('', 1), put('..', 1), put('ü'.repeat(257), 1), put('a', 1.5), put('a', -1)])
      await expect(documents().write([write])).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
    expect(recorder.requests).toEqual([]);
  });

  test('nothing to write sends nothing', async () => {
    expect(await documents().write([])).toEqual({ written: 0, stale: 0 });
    expect(recorder.requests).toEqual([]);
  });
});

describe('ensure and drop', () => {
  test('makes the index with its declared fields and no others', async () => {
    answer = () => json(200, { acknowledged: true, shards_acknowledged: true, index: 'documents-index' });
    await documents().ensure();
    expect(recorder.requests).toMatchObject([{ method: 'PUT', path: '/documents-index' }]);
    expect(sentBody()).toEqual({
      settings: { index: { number_of_shards: 1, number_of_replicas: 1, gc_deletes: '24h' } },
      mappings: {
        dynamic: false,
        properties: {
          title: { type: 'text' },
          body: { type: 'text' },
          folder: { type: 'keyword', ignore_above: 8_191 },
          bytes: { type: 'double' },
          draft: { type: 'boolean' },
          $id: { type: 'keyword' },
        },
      },
      aliases: { 'documents-index-write': {} },
    });
  });

  test('is content with an index that is there, also when another was faster', async () => {
    answer = () => errorAnswer(400, 'resource_already_exists_exception');
    await expect(documents().ensure()).resolves.toBeUndefined();
    answer = () => errorAnswer(400, 'mapper_parsing_exception');
    await expect(documents().ensure()).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
  });

  test('drops the index, whether or not it is there', async () => {
    answer = () => json(200, { acknowledged: true });
    await documents().drop();
    answer = () => errorAnswer(404, 'index_not_found_exception');
    await documents().drop();
    expect(recorder.requests).toMatchObject([{ method: 'DELETE', path: '/documents-index' }, { method: 'DELETE' }]);
  });
});

describe('failures', () => {
  test('a busy domain is SERVICE_UNAVAILABLE: 503 after three attempts, 429 after one', async () => {
    answer = () => ({ status: 503 });
    await expect(documents().search({})).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: '[SERVICE_UNAVAILABLE] search index DocumentsIndex is busy or out of reach; try again',
    });
    expect(recorder.requests).toHaveLength(3);
    answer = () => errorAnswer(429, 'circuit_breaking_exception');
    await expect(documents().search({})).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(recorder.requests).toHaveLength(4);
  });

  test('nobody listening is SERVICE_UNAVAILABLE', async () => {
    await recorder.close();
    await expect(documents().get('a')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  test('an answer that does not come is given up', async () => {
    const never = new Promise<RecordedAnswer>(() => {});
    answer = () => never;
    await expect(documents({ deadlineMs: 50 }).get('a')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  test('a denial is INTERNAL_SERVER_ERROR and its logged text names action, index and what to add to `uses`', async () => {
    answer = () => json(403, { Message: 'User: arn:aws:sts::123456789012:assumed-role/x is not authorized to perform: es:ESHttpPost' });
    await expect(documents().search({ text: 'private' })).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: `es:ESHttpPost on index DocumentsIndex (${recorder.origin} documents-index) was denied: add 'search' to DocumentsIndex.allow(…) in the service's \`uses\` and deploy`,
    });
  });

  test('without credentials nothing is sent, and nothing to try again', async () => {
    const credentials = () => Promise.reject(new Error('no role'));
    await expect(documents({ credentials }).get('a')).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      cause: { message: 'no role' },
    });
    expect(recorder.requests).toEqual([]);
  });

  test('what OpenSearch says of a value is not in any message', async () => {
    answer = () => errorAnswer(400, 'parsing_exception');
    const failed = documents().search({ text: 'private' });
    await expect(failed).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR', message: expect.not.stringContaining('secret text') });
    await expect(failed).rejects.toMatchObject({ cause: { message: 'OpenSearch answered 400 parsing_exception' } });
  });
});
