import { describe, expect, test } from 'vitest';
import { errorAnswer, json, useFarEnd } from './index-client.fixture.js';

const far = useFarEnd();

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

const EMPTY = found([]);

describe('search', () => {
  test('signs a POST to the index with the service es', async () => {
    far.answer = () => EMPTY;
    await far.documents().search({ text: 'gateway' });
    expect(far.recorder.requests).toMatchObject([{ method: 'POST', path: '/documents-index/_search' }]);
    const { headers, query } = far.recorder.requests[0]!;
    expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/es\/aws4_request, /);
    expect(headers['x-amz-security-token']).toBe('token');
    expect(query.get('allow_partial_search_results')).toBe('false');
  });

  test('keeps the path of a domain that is not at the root', async () => {
    far.answer = () => EMPTY;
    await far.documents({ path: '/opensearch/domain-1' }).search({});
    expect(far.recorder.requests).toMatchObject([{ path: '/opensearch/domain-1/documents-index/_search' }]);
  });

  test('looks for words in all text fields with their weights, best first, equal ones by id', async () => {
    far.answer = () => EMPTY;
    await far.documents().search({ text: 'rest gateway' });
    expect(far.sentBody()).toEqual({
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
    far.answer = () => EMPTY;
    await far.documents().search({ text: 'rest gat', in: ['title'], lastWordIsPrefix: true });
    expect(far.sentBody()).toMatchObject({
      query: { bool: { must: [{ multi_match: { query: 'rest gat', fields: ['title^3'], type: 'bool_prefix' } }] } },
    });
  });

  test('a blank text finds everything that passes the filters, and is not highlighted', async () => {
    far.answer = () => EMPTY;
    await far.documents().search({ text: '  ', highlight: ['title'] });
    expect(far.sentBody()).toMatchObject({ query: { bool: { must: [{ match_all: {} }] } } });
    expect(far.sentBody()).not.toHaveProperty('highlight');
  });

  test('filters by value, by several, by range with both ends, by prefix', async () => {
    far.answer = () => EMPTY;
    await far.documents().search({ filter: { folder: { prefix: 'npm/' }, bytes: { from: 10, to: 99.5 }, draft: false } });
    await far.documents().search({ filter: { folder: { anyOf: ['a', 'b'] }, bytes: { from: 10 } } });
    expect(far.sentBody(0)).toMatchObject({
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
    expect(far.sentBody(1)).toMatchObject({
      query: { bool: { filter: [{ terms: { folder: ['a', 'b'] } }, { range: { bytes: { gte: 10 } } }] } },
    });
  });

  test('counts the values of facets over everything found', async () => {
    far.answer = () =>
      found([], {
        aggregations: {
          folder: { doc_count_error_upper_bound: 0, sum_other_doc_count: 0, buckets: [{ key: 'notes', doc_count: 12 }] },
          draft: { buckets: [{ key: 1, key_as_string: 'true', doc_count: 3 }] },
        },
      });
    const page = await far.documents().search({ facets: ['folder', 'draft'] });
    expect(page.facets).toEqual({ folder: [{ value: 'notes', count: 12 }], draft: [{ value: 'true', count: 3 }] });
    expect(far.sentBody()).toMatchObject({
      aggs: { folder: { terms: { field: 'folder', size: 100 } }, draft: { terms: { field: 'draft', size: 100 } } },
    });
  });

  test('gives matches as runs of text: what looks like HTML in a document stays text', async () => {
    const highlight = { body: ['<b>not</b> \uE000gate\uE001\uE000way\uE001 & more'] };
    far.answer = () => found([hit('a', 2.5, [2.5, 'a'], { highlight })]);
    const page = await far.documents().search({ text: 'gateway', highlight: ['body'] });
    expect(page.hits[0]?.highlights).toEqual({
      body: [
        [
          { text: '<b>not</b> ', match: false },
          { text: 'gateway', match: true },
          { text: ' & more', match: false },
        ],
      ],
    });
    expect(far.sentBody()).toMatchObject({
      highlight: { pre_tags: ['\uE000'], post_tags: ['\uE001'], number_of_fragments: 3, fragment_size: 150, fields: { body: {} } },
    });
  });

  test('gives documents without the field they are sorted by, with score and total', async () => {
    far.answer = () => found([hit('a', 2.5, [2.5, 'a'])]);
    expect(await far.documents().search({ text: 'x' })).toEqual({
      hits: [{ id: 'a', score: 2.5, document: { title: 'Title a', body: 'text', folder: 'notes' }, highlights: {} }],
      total: 25,
      facets: {},
      cursor: null,
    });
  });

  test('asks for one hit more than the page holds, and goes on behind the last one shown', async () => {
    far.answer = () => found([hit('a', 2.5, [2.5, 'a']), hit('b', 2.5, [2.5, 'b']), hit('c', 1.25, [1.25, 'c'])]);
    const request = { text: 'x', filter: { folder: 'notes' }, limit: 2 };
    const page = await far.documents().search(request);
    expect(page.hits.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(far.sentBody()).toMatchObject({ size: 3 });
    await far.documents().search({ ...request, limit: 50, cursor: page.cursor ?? '' });
    expect(far.sentBody(1)).toMatchObject({ size: 51, search_after: [2.5, 'b'] });
  });

  test('sorts by a field, absent ones last, and has no scores then', async () => {
    far.answer = () => found([hit('a', null, ['Infinity', 'a']), hit('b', null, ['Infinity', 'b'])]);
    const request = { sort: { by: 'bytes', descending: true }, limit: 1 };
    const page = await far.documents().search(request);
    expect(page.hits[0]?.score).toBeNull();
    expect(far.sentBody()).toMatchObject({ sort: [{ bytes: { order: 'desc', missing: '_last' } }, { $id: 'asc' }] });
    await far.documents().search({ ...request, cursor: page.cursor ?? '' });
    expect(far.sentBody(1)).toMatchObject({ search_after: ['Infinity', 'a'] });
  });

  test('sorted by a boolean, goes on behind documents without it', async () => {
    // A long's end, as JSON.parse reads it.
    far.answer = () => found([hit('a', null, [2 ** 63, 'a']), hit('b', null, [2 ** 63, 'b'])]);
    const request = { sort: { by: 'draft' }, limit: 1 };
    const page = await far.documents().search(request);
    await far.documents().search({ ...request, cursor: page.cursor ?? '' });
    expect(far.sentBody(1)).toMatchObject({ search_after: ['9223372036854775807', 'a'] });
  });

  test('refuses the cursor of another search with BAD_REQUEST, and sends nothing', async () => {
    far.answer = () => found([hit('a', 2.5, [2.5, 'a']), hit('b', 2.5, [2.5, 'b'])]);
    const { cursor } = await far.documents().search({ text: 'x', limit: 1 });
    for (const other of [
      { text: 'y' },
      { text: 'x', in: ['title'] },
      { text: 'x', filter: { folder: 'a' } },
      { text: 'x', sort: { by: 'bytes' } },
    ])
      await expect(far.documents().search({ ...other, cursor: cursor ?? '' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(far.recorder.requests).toHaveLength(1);
  });

  test('a position that OpenSearch refuses is the cursor’s fault', async () => {
    far.answer = () => found([hit('a', 2.5, [2.5, 'a']), hit('b', 2.5, [2.5, 'b'])]);
    const { cursor } = await far.documents().search({ text: 'x', limit: 1 });
    far.answer = () => errorAnswer(400, 'search_phase_execution_exception');
    await expect(far.documents().search({ text: 'x', cursor: cursor ?? '' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  test('refuses too much with BAD_REQUEST, and sends nothing', async () => {
    const much = Array.from({ length: 1_000 }, (_, n) => `${n}`.padEnd(200, 'x'));
    for (const request of [{ limit: 0 }, { limit: 101 }, { text: 'x'.repeat(1_001) }, { filter: { folder: { anyOf: much } } }])
      await expect(far.documents().search(request)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(far.documents().search({ filter: { folder: { anyOf: [...much, 'a'] } } })).rejects.toThrow('got 1001 values');
    expect(far.recorder.requests).toEqual([]);
  });

  test('a document that does not fit its schema fails, and the log names it without its values', async () => {
    far.answer = () => found([hit('a', 2.5, [2.5, 'a'], { _source: { $id: 'a', title: 7, body: 'private', folder: 'notes' } })]);
    await expect(far.documents().search({ text: 'x' })).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message:
        'document a read in search index DocumentsIndex does not fit its schema: title: Invalid input: expected string, received number',
    });
  });
});
