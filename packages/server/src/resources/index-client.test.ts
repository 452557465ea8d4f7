import { describe, expect, test } from 'vitest';
import type { RecordedAnswer } from './http-recorder.fixture.js';
import { errorAnswer, json, useFarEnd } from './index-client.fixture.js';

const far = useFarEnd();

describe('get', () => {
  test('reads a document by id, encoded', async () => {
    far.answer = () =>
      json(200, { _index: 'documents-index', _id: '@org/x y', found: true, _version: 7, _source: { title: 'T', body: 'B', folder: 'f' } });
    expect(await far.documents().get('@org/x y')).toEqual({ title: 'T', body: 'B', folder: 'f' });
    expect(far.recorder.requests).toMatchObject([{ method: 'GET', path: '/documents-index/_doc/%40org%2Fx%20y' }]);
  });

  test('answers undefined for a document that is not there', async () => {
    far.answer = () => json(404, { _index: 'documents-index', _id: 'a', found: false });
    expect(await far.documents().get('a')).toBeUndefined();
  });

  test('no request leaves the index: dots, which are steps in a path, are the id of nothing', async () => {
    for (const id of ['', '.', '..', 'ü'.repeat(257)]) expect(await far.documents().get(id)).toBeUndefined();
    expect(far.recorder.requests).toEqual([]);
  });

  test('an index that is not there is not a missing document', async () => {
    far.answer = () => errorAnswer(404, 'index_not_found_exception');
    await expect(far.documents().get('a')).rejects.toMatchObject({ code: 'FAILED_DEPENDENCY' });
  });
});

describe('failures', () => {
  test('a busy domain is SERVICE_UNAVAILABLE: 503 after three attempts, 429 after one', async () => {
    far.answer = () => ({ status: 503 });
    await expect(far.documents().search({})).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: '[SERVICE_UNAVAILABLE] search index DocumentsIndex is busy or out of reach; try again',
    });
    expect(far.recorder.requests).toHaveLength(3);
    far.answer = () => errorAnswer(429, 'circuit_breaking_exception');
    await expect(far.documents().search({})).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(far.recorder.requests).toHaveLength(4);
  });

  test('nobody listening is SERVICE_UNAVAILABLE', async () => {
    await far.recorder.close();
    await expect(far.documents().get('a')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  test('an answer that does not come is given up', async () => {
    const never = new Promise<RecordedAnswer>(() => {});
    far.answer = () => never;
    await expect(far.documents({ deadlineMs: 50 }).get('a')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  test('a denial is INTERNAL_SERVER_ERROR and its logged text names action, index and what to add to `uses`', async () => {
    far.answer = () => json(403, { Message: 'User: arn:aws:sts::123456789012:assumed-role/x is not authorized to perform: es:ESHttpPost' });
    await expect(far.documents().search({ text: 'private' })).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: `es:ESHttpPost on index DocumentsIndex (${far.recorder.origin} documents-index) was denied: add 'search' to DocumentsIndex.allow(…) in the service's \`uses\` and deploy`,
    });
  });

  test('without credentials nothing is sent, and nothing to try again', async () => {
    const credentials = () => Promise.reject(new Error('no role'));
    await expect(far.documents({ credentials }).get('a')).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      cause: { message: 'no role' },
    });
    expect(far.recorder.requests).toEqual([]);
  });

  test('what OpenSearch says of a value is not in any message', async () => {
    far.answer = () => errorAnswer(400, 'parsing_exception');
    const failed = far.documents().search({ text: 'private' });
    await expect(failed).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR', message: expect.not.stringContaining('secret text') });
    await expect(failed).rejects.toMatchObject({ cause: { message: 'OpenSearch answered 400 parsing_exception' } });
  });
});
