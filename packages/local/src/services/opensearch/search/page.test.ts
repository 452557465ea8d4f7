import { describe, expect, it } from 'vitest';
import { idsOf, index, library } from '../library.test.support.js';
import { failure } from '../opensearch.test.support.js';

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
