import { describe, expect, it } from 'vitest';
import { index, library } from '../library.test.support.js';
import { failure } from '../opensearch.test.support.js';

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

  it('count by a fixed interval, with the empty ones between, and what has no value', async () => {
    const client = await library();
    const aggs = {
      halves: { date_histogram: { field: 'published', fixed_interval: '12h' } },
      undated: { missing: { field: 'published' } },
      available: { filter: { term: { available: true } }, aggs: { price: { stats: { field: 'price' } } } },
    };
    await client.index({ index, id: 'noon', refresh: true, body: { published: '2025-03-21T13:00:00Z' } });
    const { body } = await client.search({
      index,
      body: { size: 0, query: { ids: { values: ['node', 'bare', 'noon'] } }, aggs } as never,
    });
    expect(body.aggregations).toEqual({
      halves: {
        buckets: [
          { key_as_string: '2025-03-20T00:00:00.000Z', key: Date.UTC(2025, 2, 20), doc_count: 1 },
          { key_as_string: '2025-03-20T12:00:00.000Z', key: Date.UTC(2025, 2, 20, 12), doc_count: 0 },
          { key_as_string: '2025-03-21T00:00:00.000Z', key: Date.UTC(2025, 2, 21), doc_count: 0 },
          { key_as_string: '2025-03-21T12:00:00.000Z', key: Date.UTC(2025, 2, 21, 12), doc_count: 1 },
        ],
      },
      undated: { doc_count: 1 },
      available: { doc_count: 1, price: { count: 1, min: 30, max: 30, avg: 30, sum: 30 } },
    });
  });

  it.each<[string, object, string]>([
    [
      'a range of texts',
      { range: { field: 'author', ranges: [{ to: 1 }] } },
      'Field [author] of type [keyword] is not supported for aggregation [range]',
    ],
    [
      'intervals of texts',
      { date_histogram: { field: 'author', fixed_interval: '1d' } },
      'is not supported for aggregation [date_histogram]',
    ],
    ['a sum of texts', { sum: { field: 'author' } }, 'is not supported for aggregation [sum]'],
    ['empty buckets of terms', { terms: { field: 'author', min_doc_count: 0 } }, '[min_doc_count] 0 of [terms]'],
    ['a format', { range: { field: 'pages', ranges: [{ to: 1 }], format: '0.0' } }, '[range] query does not support [format]'],
    [
      'an order of intervals',
      { date_histogram: { field: 'published', fixed_interval: '1d', order: { _key: 'desc' } } },
      'does not support [order]',
    ],
  ])('refuse %s', async (_what, aggregation, reason) => {
    const client = await library();
    const { body } = await failure(client.search({ index, body: { aggs: { a: aggregation } } as never }));
    expect(JSON.stringify(body)).toContain(reason);
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
