import { describe, expect, test } from 'vitest';
import type { IndexWrite } from '../service/search-index.js';
import { errorAnswer, json, useFarEnd } from './index-client.fixture.js';

const far = useFarEnd();

describe('write', () => {
  const put = (id: string, version: number, body = 'text'): IndexWrite<{ title: string; body: string; folder: string }> => ({
    put: { title: id, body, folder: 'f' },
    id,
    version,
  });
  const items = (...outcomes: readonly object[]) => json(200, { took: 1, errors: false, items: outcomes });

  test('writes through the alias, with the versions of where documents come from', async () => {
    far.answer = () =>
      items({ index: { _id: 'a', status: 201, result: 'created' } }, { delete: { _id: 'b', status: 200, result: 'deleted' } });
    expect(await far.documents().write([put('a', 12), { delete: true, id: 'b', version: 13 }])).toEqual({ written: 2, stale: 0 });
    expect(far.recorder.requests).toMatchObject([{ method: 'POST', path: '/documents-index-write/_bulk' }]);
    expect(far.recorder.requests[0]?.query.get('require_alias')).toBe('true');
    expect(far.recorder.requests[0]?.headers['content-type']).toBe('application/x-ndjson');
    expect(far.recorder.requests[0]?.body.toString()).toBe(
      '{"index":{"_id":"a","version":12,"version_type":"external"}}\n' +
        '{"title":"a","body":"text","folder":"f","$id":"a"}\n' +
        '{"delete":{"_id":"b","version":13,"version_type":"external"}}\n',
    );
  });

  test('counts what an equal or newer version kept out, and takes the deletion of nothing for done', async () => {
    far.answer = () =>
      items(
        { index: { _id: 'a', status: 409, error: { type: 'version_conflict_engine_exception', reason: 'x' } } },
        { delete: { _id: 'b', status: 404, result: 'not_found' } },
        { index: { _id: 'c', status: 200, result: 'updated' } },
      );
    expect(await far.documents().write([put('a', 1), { delete: true, id: 'b', version: 2 }, put('c', 3)])).toEqual({
      written: 2,
      stale: 1,
    });
  });

  test('rejects naming the first document that could not be written, and nothing of what is in it', async () => {
    far.answer = () =>
      items(
        { index: { _id: 'a', status: 201 } },
        { index: { _id: 'b', status: 400, error: { type: 'mapper_parsing_exception', reason: "Preview of field's value: 'private'" } } },
        { index: { _id: 'c', status: 400, error: { type: 'mapper_parsing_exception', reason: 'x' } } },
      );
    const failed = far.documents().write([put('a', 1), put('b', 1), put('c', 1)]);
    await expect(failed).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: expect.stringMatching(/failed: OpenSearch answered 400 mapper_parsing_exception of document b$/),
    });
  });

  test('rejects when it is not told what became of every write', async () => {
    far.answer = () => items({ index: { _id: 'a', status: 201 } });
    await expect(far.documents().write([put('a', 1), put('b', 1)])).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: expect.stringMatching(/failed: OpenSearch answered for 1 of 2 writes$/),
    });
  });

  test('a domain that takes no more writes is SERVICE_UNAVAILABLE', async () => {
    far.answer = () => items({ index: { _id: 'a', status: 429, error: { type: 'rejected_execution_exception', reason: 'x' } } });
    await expect(far.documents().write([put('a', 1)])).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  test('an index that is not there is FAILED_DEPENDENCY, and is not made of guesses', async () => {
    far.answer = () => items({ index: { _id: 'a', status: 404, error: { type: 'index_not_found_exception', reason: 'x' } } });
    await expect(far.documents().write([put('a', 1)])).rejects.toMatchObject({
      code: 'FAILED_DEPENDENCY',
      message: '[FAILED_DEPENDENCY] search index DocumentsIndex failed, and so did what needs it',
      cause: { message: expect.stringMatching(/does not exist: call its `ensure` first$/) },
    });
  });

  test('cuts writes into requests of at most 5 MB and 1,000 writes, one after the other', async () => {
    far.answer = ({ body }) =>
      items(
        ...body
          .toString()
          .split('\n')
          .filter((line) => line.startsWith('{"index"'))
          .map(() => ({ index: { status: 201 } })),
      );
    const large = Array.from({ length: 12 }, (_, n) => put(`${n}`, 1, 'ü'.repeat(500_000)));
    expect(await far.documents().write(large)).toEqual({ written: 12, stale: 0 });
    expect(far.recorder.requests).toHaveLength(3);
    expect(far.recorder.requests.every(({ body }) => body.length <= 5_000_000)).toBe(true);
    await far.documents().write(Array.from({ length: 1_001 }, (_, n) => put(`${n}`, 1)));
    expect(far.recorder.requests).toHaveLength(5);
  });

  test('refuses a document that no request could carry, and ids and versions that OpenSearch does not take; sends nothing', async () => {
    await expect(far.documents().write([put('a', 1, 'x'.repeat(5_000_000))])).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    for (const write of [put('', 1), put('..', 1), put('ü'.repeat(257), 1), put('a', 1.5), put('a', -1)])
      await expect(far.documents().write([write])).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
    expect(far.recorder.requests).toEqual([]);
  });

  test('nothing to write sends nothing', async () => {
    expect(await far.documents().write([])).toEqual({ written: 0, stale: 0 });
    expect(far.recorder.requests).toEqual([]);
  });
});

describe('ensure and drop', () => {
  test('makes the index with its declared fields and no others', async () => {
    far.answer = () => json(200, { acknowledged: true, shards_acknowledged: true, index: 'documents-index' });
    await far.documents().ensure();
    expect(far.recorder.requests).toMatchObject([{ method: 'PUT', path: '/documents-index' }]);
    expect(far.sentBody()).toEqual({
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
    far.answer = () => errorAnswer(400, 'resource_already_exists_exception');
    await expect(far.documents().ensure()).resolves.toBeUndefined();
    far.answer = () => errorAnswer(400, 'mapper_parsing_exception');
    await expect(far.documents().ensure()).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
  });

  test('drops the index, whether or not it is there', async () => {
    far.answer = () => json(200, { acknowledged: true });
    await far.documents().drop();
    far.answer = () => errorAnswer(404, 'index_not_found_exception');
    await far.documents().drop();
    expect(far.recorder.requests).toMatchObject([{ method: 'DELETE', path: '/documents-index' }, { method: 'DELETE' }]);
  });
});
