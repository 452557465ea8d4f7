import type { Client } from '@opensearch-project/opensearch';
import { describe, expect, it } from 'vitest';
import { failure, startOpenSearch } from './opensearch.test.support.js';

const index = 'library';

const properties = {
  title: { type: 'text', fields: { raw: { type: 'keyword' } } },
  body: { type: 'text' },
  author: { type: 'keyword' },
  pages: { type: 'integer' },
  price: { type: 'double' },
  available: { type: 'boolean' },
  published: { type: 'date' },
  tags: { type: 'keyword' },
} as const;

const books: Record<string, Record<string, unknown>> = {
  fox: {
    title: 'The quick brown fox',
    body: 'A quick brown fox jumps over the lazy dog. The dog sleeps.',
    author: 'Ada',
    pages: 120,
    price: 9.5,
    available: true,
    published: '2024-01-15',
    tags: ['animals', 'classic'],
  },
  dog: {
    title: 'Lazy dogs',
    body: 'Dogs that sleep all day are lazy.',
    author: 'Ben',
    pages: 80,
    price: 12,
    available: false,
    published: '2025-03-01T10:00:00Z',
    tags: ['animals'],
  },
  node: {
    title: 'Streams in Node.js',
    body: 'A stream is an abstract interface for working with streaming data in Node.js.',
    author: 'Ada',
    pages: 300,
    price: 30,
    available: true,
    published: '2025-03-20',
    tags: ['code'],
  },
  zod: {
    title: 'Schemas with zod',
    body: 'Quick start: declare a schema, parse untrusted data, get a typed result.',
    author: 'Cleo',
    pages: 45,
    price: 0,
    available: true,
    published: '2026-11-01',
    tags: ['code', 'types'],
  },
  bare: { title: 'Nothing else' },
};

async function library(): Promise<Client> {
  const { client } = await startOpenSearch();
  await client.indices.create({ index, body: { mappings: { properties } } });
  const body = Object.entries(books).flatMap(([_id, book]) => [{ index: { _id } }, book]);
  await client.bulk({ index, refresh: true, body: body as never });
  return client;
}

async function idsOf(client: Client, query: object, more: object = {}): Promise<string[]> {
  const { body } = await client.search({ index, body: { query, ...more } as never });
  return body.hits.hits.map(({ _id }) => String(_id));
}

const sorted = async (client: Client, query: object): Promise<string[]> => (await idsOf(client, query)).sort();

describe('a query', () => {
  it.each<[string, object, string[]]>([
    ['match_all', { match_all: {} }, ['bare', 'dog', 'fox', 'node', 'zod']],
    ['match_none', { match_none: {} }, []],
    ['match: any word', { match: { body: 'lazy schema' } }, ['dog', 'fox', 'zod']],
    ['match: all words', { match: { body: { query: 'quick dog', operator: 'and' } } }, ['fox']],
    ['match: a share of the words', { match: { body: { query: 'quick typed schema horse', minimum_should_match: '75%' } } }, ['zod']],
    ['match on a keyword', { match: { author: 'Ada' } }, ['fox', 'node']],
    ['match on a number as text', { match: { pages: '300' } }, ['node']],
    ['match without words', { match: { body: '!' } }, []],
    [
      'match without words, zero_terms_query all',
      { match: { body: { query: '!', zero_terms_query: 'all' } } },
      ['bare', 'dog', 'fox', 'node', 'zod'],
    ],
    ['match_phrase', { match_phrase: { body: 'brown fox' } }, ['fox']],
    ['match_phrase in another order', { match_phrase: { body: 'fox brown' } }, []],
    ['match_phrase_prefix', { match_phrase_prefix: { body: 'brown fo' } }, ['fox']],
    ['match_bool_prefix', { match_bool_prefix: { body: 'data str' } }, ['node', 'zod']],
    ['match_bool_prefix, all words', { match_bool_prefix: { body: { query: 'data str', operator: 'and' } } }, ['node']],
    ['multi_match', { multi_match: { query: 'zod dog', fields: ['title^3', 'body'] } }, ['fox', 'zod']],
    [
      'multi_match across fields',
      { multi_match: { query: 'streams interface', fields: ['title', 'body'], type: 'cross_fields', operator: 'and' } },
      ['node'],
    ],
    ['multi_match phrase', { multi_match: { query: 'quick brown', fields: ['title', 'body'], type: 'phrase' } }, ['fox']],
    ['multi_match phrase_prefix', { multi_match: { query: 'lazy do', fields: ['title', 'body'], type: 'phrase_prefix' } }, ['dog', 'fox']],
    ['multi_match bool_prefix', { multi_match: { query: 'sche', fields: ['title', 'body'], type: 'bool_prefix' } }, ['zod']],
    ['multi_match by pattern', { multi_match: { query: 'streams', fields: ['ti*'] } }, ['node']],
    ['term on a keyword', { term: { author: 'Ada' } }, ['fox', 'node']],
    ['term on a text compares one term', { term: { title: { value: 'fox' } } }, ['fox']],
    ['term on a text is not analysed', { term: { title: 'Fox' } }, []],
    ['term on a multi-field', { term: { 'title.raw': 'Lazy dogs' } }, ['dog']],
    ['term on a boolean', { term: { available: false } }, ['dog']],
    ['term on a date', { term: { published: '2024-01-15' } }, ['fox']],
    ['term in other case', { term: { author: { value: 'aDA', case_insensitive: true } } }, ['fox', 'node']],
    ['term on an unknown field', { term: { isbn: '1' } }, []],
    ['terms', { terms: { tags: ['types', 'classic'] } }, ['fox', 'zod']],
    ['range of numbers', { range: { pages: { gte: 80, lt: 300 } } }, ['dog', 'fox']],
    ['range of dates', { range: { published: { gt: '2025-03-01', lte: '2025-03-20' } } }, ['dog', 'node']],
    ['range of dates by day', { range: { published: { gte: '2025-03-01||/M', lte: '2025-03-01||/M' } } }, ['dog', 'node']],
    ['range of keywords', { range: { author: { gte: 'B' } } }, ['dog', 'zod']],
    ['prefix', { prefix: { 'title.raw': 'St' } }, ['node']],
    ['prefix on a text', { prefix: { title: { value: 'stre' } } }, ['node']],
    ['wildcard', { wildcard: { 'title.raw': { value: '*o?s' } } }, ['dog']],
    ['wildcard with one and any characters', { wildcard: { author: { value: '?d*' } } }, ['fox', 'node']],
    ['exists', { exists: { field: 'author' } }, ['dog', 'fox', 'node', 'zod']],
    ['exists on a text', { exists: { field: 'body' } }, ['dog', 'fox', 'node', 'zod']],
    ['ids', { ids: { values: ['fox', 'zod', 'none'] } }, ['fox', 'zod']],
    ['bool: must, must_not', { bool: { must: { match: { body: 'quick' } }, must_not: [{ term: { author: 'Ada' } }] } }, ['zod']],
    ['bool: filter alone', { bool: { filter: [{ term: { author: 'Ada' } }, { range: { pages: { gt: 200 } } }] } }, ['node']],
    ['bool: should alone must match', { bool: { should: [{ term: { author: 'Ben' } }, { term: { author: 'Cleo' } }] } }, ['dog', 'zod']],
    [
      'bool: should beside filter may match',
      { bool: { filter: { exists: { field: 'author' } }, should: { term: { author: 'Ben' } } } },
      ['dog', 'fox', 'node', 'zod'],
    ],
    [
      'bool: minimum_should_match',
      { bool: { should: [{ term: { author: 'Ada' } }, { term: { tags: 'code' } }, { term: { pages: 45 } }], minimum_should_match: 2 } },
      ['node', 'zod'],
    ],
    ['bool: must_not alone', { bool: { must_not: { exists: { field: 'author' } } } }, ['bare']],
    ['constant_score', { constant_score: { filter: { term: { author: 'Ada' } }, boost: 2 } }, ['fox', 'node']],
    ['dis_max', { dis_max: { queries: [{ match: { title: 'zod' } }, { match: { title: 'fox' } }] } }, ['fox', 'zod']],
  ])('%s', async (_name, query, expected) => {
    expect(await sorted(await library(), query)).toEqual(expected);
  });

  it.each<[string, object, string, string]>([
    ['that is unknown', { geo_shape: {} }, 'parsing_exception', 'unknown query [geo_shape]'],
    [
      'with an unknown parameter',
      { match: { body: { query: 'a', fuzziness: 2 } } },
      'parsing_exception',
      '[match] query does not support [fuzziness]',
    ],
    [
      'of two in one object',
      { match_all: {}, term: { a: 1 } },
      'parsing_exception',
      '[match_all] malformed query, expected [END_OBJECT] but found [FIELD_NAME]',
    ],
    ['that is empty', {}, 'illegal_argument_exception', 'query malformed, empty clause found'],
    ['for a number that is none', { term: { pages: 'many' } }, 'search_phase_execution_exception', 'all shards failed'],
  ])('%s is refused as OpenSearch does', async (_name, query, type, reason) => {
    const client = await library();
    const error = await failure(client.search({ index, body: { query } as never }));
    expect(error).toMatchObject({ status: 400, type, reason: expect.stringContaining(reason) });
  });
});

describe('scores', () => {
  /**
   * Four documents of 2, 4, 2 and 4 words; `apple` is in two. idf = ln(1 + (4 - 2 + 0.5) / (2 + 0.5)) = ln 2 = 0.693147; average length 3.
   * a: tf 1 of 2 words: 1 / (1 + 1.2 * (0.25 + 0.75 * 2 / 3)) = 1 / 1.9      = 0.526316 -> 0.364814
   * b: tf 2 of 4 words: 2 / (2 + 1.2 * (0.25 + 0.75 * 4 / 3)) = 2 / 3.5      = 0.571429 -> 0.396084
   */
  async function orchard(engineVersion: string): Promise<Client> {
    const { client } = await startOpenSearch({ engineVersion });
    const texts = { a: 'apple pie', b: 'apple apple banana cherry', c: 'banana split', d: 'date fig grape honey' };
    const body = Object.entries(texts).flatMap(([_id, text]) => [{ index: { _id } }, { text }]);
    await client.bulk({ index, refresh: true, body: body as never });
    return client;
  }

  it('are those of BM25 with k1 1.2 and b 0.75 in OpenSearch 3', async () => {
    const client = await orchard('OpenSearch_3.1');
    const { body } = await client.search({ index, body: { query: { match: { text: 'apple' } } } });
    expect(body.hits.hits.map(({ _id, _score }) => [_id, Number(_score).toFixed(5)])).toEqual([
      ['b', '0.39608'],
      ['a', '0.36481'],
    ]);
    expect(body.hits.max_score).toBe(body.hits.hits[0]?._score);
  });

  it('are 2.2 times as high in OpenSearch 2', async () => {
    const client = await orchard('OpenSearch_2.19');
    const { body } = await client.search({ index, body: { query: { match: { text: 'apple' } } } });
    expect(body.hits.hits.map(({ _score }) => Number(_score).toFixed(5))).toEqual(['0.87139', '0.80259']);
  });

  it('add up over words and grow with boosts', async () => {
    const client = await orchard('OpenSearch_3.1');
    const scoreOf = async (query: object): Promise<number> =>
      Number((await client.search({ index, body: { query } as never })).body.hits.hits[0]?._score);
    const apple = await scoreOf({ bool: { must: { match: { text: 'apple' } }, filter: { ids: { values: ['b'] } } } });
    const banana = await scoreOf({ bool: { must: { match: { text: 'banana' } }, filter: { ids: { values: ['b'] } } } });
    expect(await scoreOf({ match: { text: 'apple banana' } })).toBeCloseTo(apple + banana, 5);
    expect(await scoreOf({ multi_match: { query: 'apple', fields: ['text^3'] } })).toBeCloseTo(3 * apple, 5);
    expect(await scoreOf({ constant_score: { filter: { match: { text: 'fig' } }, boost: 4 } })).toBe(4);
  });

  it('do not count documents that were replaced or deleted', async () => {
    const client = await orchard('OpenSearch_3.1');
    const before = (await client.search({ index, body: { query: { match: { text: 'apple' } } } })).body.hits.max_score;
    for (let n = 0; n < 5; n++) await client.index({ index, id: 'e', body: { text: 'apple apple apple' }, refresh: true });
    await client.delete({ index, id: 'e', refresh: true });
    const after = (await client.search({ index, body: { query: { match: { text: 'apple' } } } })).body.hits.max_score;
    expect(after).toBe(before);
  });
});

describe('a page', () => {
  it('is cut by from and size, up to 10,000', async () => {
    const client = await library();
    const query = { match_all: {} };
    expect(await idsOf(client, query, { sort: ['author', '_id'], from: 1, size: 2 })).toEqual(['node', 'dog']);
    const error = await failure(client.search({ index, body: { from: 9_991, size: 10 } as never }));
    expect(error).toMatchObject({ status: 400, type: 'search_phase_execution_exception' });
    expect(error.body).toMatchObject({
      error: {
        root_cause: [
          {
            type: 'illegal_argument_exception',
            reason: expect.stringContaining(
              'Result window is too large, from + size must be less than or equal to: [10000] but was [10001].',
            ),
          },
        ],
      },
    });
  });

  it('goes on behind the last one with search_after, missing values last', async () => {
    const client = await library();
    const sort = [{ pages: 'desc' }, { _id: 'asc' }];
    const first = await client.search({ index, body: { sort, size: 3 } as never });
    expect(first.body.hits.hits.map(({ _id, sort: values, _score }) => [_id, values, _score])).toEqual([
      ['node', [300, 'node'], null],
      ['fox', [120, 'fox'], null],
      ['dog', [80, 'dog'], null],
    ]);
    const after = first.body.hits.hits.at(-1)!.sort!;
    const second = await client.search({ index, body: { sort, size: 3, search_after: after } as never });
    expect(second.body.hits.hits.map(({ _id, sort: values }) => [_id, values])).toEqual([
      ['zod', [45, 'zod']],
      ['bare', [null, 'bare']],
    ]);
  });

  it('is not sorted by a text, nor by what no document has', async () => {
    const client = await library();
    const text = await failure(client.search({ index, body: { sort: ['title'] } }));
    expect(JSON.stringify(text.body)).toContain('Please use a keyword field instead. Alternatively, set fielddata=true on [title]');
    const missing = await failure(client.search({ index, body: { sort: ['isbn'] } }));
    expect(JSON.stringify(missing.body)).toContain('No mapping found for [isbn] in order to sort on');
    expect(await idsOf(client, { ids: { values: ['fox'] } }, { sort: [{ isbn: { order: 'asc', unmapped_type: 'long' } }] })).toEqual([
      'fox',
    ]);
  });

  it('counts all that was found as far as it is asked to', async () => {
    const client = await library();
    const total = async (track?: boolean | number): Promise<unknown> =>
      (await client.search({ index, body: { size: 1, ...(track === undefined ? {} : { track_total_hits: track }) } })).body.hits.total;
    expect(await total()).toEqual({ value: 5, relation: 'eq' });
    expect(await total(3)).toEqual({ value: 3, relation: 'gte' });
    expect(await total(false)).toBeUndefined();
  });

  it('shows the parts of a document that it is asked for', async () => {
    const client = await library();
    const source = async (_source: unknown): Promise<unknown> =>
      (await client.search({ index, body: { query: { ids: { values: ['dog'] } }, _source } as never })).body.hits.hits[0]?._source;
    expect(await source(['ti*', 'pages'])).toEqual({ title: 'Lazy dogs', pages: 80 });
    expect(await source({ excludes: ['body', 'p*', 'a*'] })).toEqual({ title: 'Lazy dogs', tags: ['animals'] });
    expect(await source(false)).toBeUndefined();
  });
});

describe('highlights', () => {
  it('mark the words found, in pieces of the text', async () => {
    const client = await library();
    const highlight = { pre_tags: ['['], post_tags: [']'], fields: { body: { fragment_size: 50, number_of_fragments: 1 }, title: {} } };
    const { body } = await client.search({
      index,
      body: { query: { multi_match: { query: 'dog fox', fields: ['title', 'body'] } }, highlight } as never,
    });
    expect(body.hits.hits.map(({ highlight: shown }) => shown)).toEqual([
      { title: ['The quick brown [fox]'], body: ['A quick brown [fox] jumps over the lazy [dog].'] },
    ]);
  });

  it('are the whole text with number_of_fragments 0, and escaped with the encoder html', async () => {
    const client = await library();
    await client.index({ index, id: 'html', refresh: true, body: { title: 'a < b & "fox"', body: 'x'.repeat(300) } });
    const highlight = { encoder: 'html', fields: { title: { number_of_fragments: 0 } } };
    const { body } = await client.search({
      index,
      body: { query: { bool: { must: { match: { title: 'fox' } }, filter: { ids: { values: ['html'] } } } }, highlight } as never,
    });
    expect(body.hits.hits[0]?.highlight).toEqual({ title: ['a &lt; b &amp; &quot;<em>fox</em>&quot;'] });
  });

  it('mark a phrase only where it stands, and the beginnings that a prefix found', async () => {
    const client = await library();
    const shown = async (query: object): Promise<unknown> =>
      (await client.search({ index, body: { query, highlight: { fields: { body: { number_of_fragments: 0 } } } } as never })).body.hits
        .hits[0]?.highlight?.body;
    expect(await shown({ match_phrase: { body: 'lazy dog' } })).toEqual([
      'A quick brown fox jumps over the <em>lazy</em> <em>dog</em>. The dog sleeps.',
    ]);
    expect(await shown({ match_bool_prefix: { body: 'untr' } })).toEqual([
      'Quick start: declare a schema, parse <em>untrusted</em> data, get a typed result.',
    ]);
  });
});

describe('aggregations', () => {
  it('count values, biggest first, over everything that was found', async () => {
    const client = await library();
    const aggs = { authors: { terms: { field: 'author', size: 2 } }, available: { terms: { field: 'available' } } };
    const { body } = await client.search({ index, body: { size: 0, aggs } as never });
    expect(body.aggregations).toEqual({
      authors: {
        doc_count_error_upper_bound: 0,
        sum_other_doc_count: 1,
        buckets: [
          { key: 'Ada', doc_count: 2 },
          { key: 'Ben', doc_count: 1 },
        ],
      },
      available: {
        doc_count_error_upper_bound: 0,
        sum_other_doc_count: 0,
        buckets: [
          { key: 1, key_as_string: 'true', doc_count: 3 },
          { key: 0, key_as_string: 'false', doc_count: 1 },
        ],
      },
    });
    expect(body.hits.max_score).toBeNull();
  });

  it('compute numbers, also inside of buckets', async () => {
    const client = await library();
    const aggs = {
      cheapest: { min: { field: 'price' } },
      longest: { max: { field: 'pages' } },
      average: { avg: { field: 'pages' } },
      together: { sum: { field: 'pages' } },
      tags: { value_count: { field: 'tags' } },
      distinct: { cardinality: { field: 'tags' } },
      newest: { max: { field: 'published' } },
      authors: { terms: { field: 'author', order: { pages: 'desc' } }, aggs: { pages: { sum: { field: 'pages' } } } },
    };
    const { body } = await client.search({ index, body: { size: 0, aggs } as never });
    expect(body.aggregations).toMatchObject({
      cheapest: { value: 0 },
      longest: { value: 300 },
      average: { value: 136.25 },
      together: { value: 545 },
      tags: { value: 6 },
      distinct: { value: 4 },
      newest: { value: Date.UTC(2026, 10, 1), value_as_string: '2026-11-01T00:00:00.000Z' },
      authors: {
        buckets: [
          { key: 'Ada', doc_count: 2, pages: { value: 420 } },
          { key: 'Ben', doc_count: 1, pages: { value: 80 } },
          { key: 'Cleo', doc_count: 1, pages: { value: 45 } },
        ],
      },
    });
  });

  it('count by ranges and by months', async () => {
    const client = await library();
    const aggs = {
      lengths: { range: { field: 'pages', ranges: [{ to: 100 }, { from: 100, to: 200 }, { key: 'long', from: 200 }] } },
      months: { date_histogram: { field: 'published', calendar_interval: 'month', min_doc_count: 1 } },
    };
    const { body } = await client.search({
      index,
      body: { size: 0, query: { range: { published: { gte: '2025-01-01' } } }, aggs } as never,
    });
    expect(body.aggregations).toEqual({
      lengths: {
        buckets: [
          { key: '*-100.0', to: 100, doc_count: 2 },
          { key: '100.0-200.0', from: 100, to: 200, doc_count: 0 },
          { key: 'long', from: 200, doc_count: 1 },
        ],
      },
      months: {
        buckets: [
          { key_as_string: '2025-03-01T00:00:00.000Z', key: Date.UTC(2025, 2, 1), doc_count: 2 },
          { key_as_string: '2026-11-01T00:00:00.000Z', key: Date.UTC(2026, 10, 1), doc_count: 1 },
        ],
      },
    });
  });

  it('refuse a text field and an unknown kind', async () => {
    const client = await library();
    const text = await failure(client.search({ index, body: { aggs: { t: { terms: { field: 'title' } } } } as never }));
    expect(JSON.stringify(text.body)).toContain('set fielddata=true on [title]');
    expect(await failure(client.search({ index, body: { aggs: { t: { geo_bounds: { field: 'title' } } } } as never }))).toMatchObject({
      type: 'parsing_exception',
      reason: expect.stringContaining('Unknown aggregation type [geo_bounds]'),
    });
  });
});

describe('searching', () => {
  it('sees a write at the next refresh, a second later; reading by id sees it at once', async () => {
    const { client, clock } = await startOpenSearch();
    await client.index({ index, id: '1', body: { title: 'first' } });
    const found = async (): Promise<number> => (await client.count({ index, body: { query: { match: { title: 'first' } } } })).body.count;
    expect((await client.get({ index, id: '1' })).body.found).toBe(true);
    expect(await found()).toBe(0);
    clock.advance(1_000);
    expect(await found()).toBe(1);
    await client.index({ index, id: '1', body: { title: 'second' } });
    expect(await found()).toBe(1);
    await client.indices.refresh({ index });
    expect(await found()).toBe(0);
  });

  it('sees a write that was answered with refresh=true or wait_for', async () => {
    const { client, clock } = await startOpenSearch();
    const count = async (): Promise<number> => (await client.count({ index })).body.count;
    const { body } = await client.index({ index, id: '1', refresh: true, body: {} });
    expect(body.forced_refresh).toBe(true);
    expect(await count()).toBe(1);
    const waiting = client.index({ index, id: '2', refresh: 'wait_for', body: {} });
    await clock.timerSet();
    expect(await count()).toBe(1);
    clock.advance(1_000);
    await waiting;
    expect(await count()).toBe(2);
  });

  it('does many searches in one request, each with its own answer', async () => {
    const client = await library();
    const { body } = await client.msearch({ body: [{ index }, { query: { term: { author: 'Ben' } } }, { index: 'none' }, {}] as never });
    expect(body.responses).toMatchObject([
      { status: 200, hits: { total: { value: 1 }, hits: [{ _id: 'dog' }] } },
      { status: 404, error: { type: 'index_not_found_exception' } },
    ]);
  });

  it('goes over several indexes at once', async () => {
    const client = await library();
    await client.index({ index: 'library-2', id: 'fox', refresh: true, body: { title: 'Another fox' } });
    const { body } = await client.search({ index: 'library*', body: { query: { match: { title: 'fox' } } } });
    expect(body.hits.hits.map(({ _index, _id }) => `${_index}/${_id}`).sort()).toEqual(['library-2/fox', 'library/fox']);
    expect(body._shards.total).toBe(2);
  });

  it('deletes what a query finds', async () => {
    const client = await library();
    const { body } = await client.deleteByQuery({ index, refresh: true, body: { query: { term: { author: 'Ada' } } } });
    expect(body).toMatchObject({ total: 2, deleted: 2, version_conflicts: 0, failures: [] });
    expect(await sorted(client, { match_all: {} })).toEqual(['bare', 'dog', 'zod']);
  });

  it('keeps its answers when most documents were replaced and the index is compacted', async () => {
    const { client } = await startOpenSearch();
    await client.indices.create({ index, body: { mappings: { properties } } });
    for (let round = 0; round < 7; round++) {
      const body = Array.from({ length: 300 }, (_, n) => [
        { index: { _id: `${n}` } },
        { title: `round ${round} number ${n}`, pages: n },
      ]).flat();
      await client.bulk({ index, refresh: true, body: body as never });
    }
    expect((await client.count({ index, body: { query: { match: { title: 'round' } } } })).body.count).toBe(300);
    expect(await idsOf(client, { match_phrase: { title: 'round 6 number 7' } })).toEqual(['7']);
    expect(await sorted(client, { range: { pages: { gte: 298 } } })).toEqual(['298', '299']);
  });
});
