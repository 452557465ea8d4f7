import { describe, expect, it } from 'vitest';
import { idsOf, index, library, properties, sorted } from './library.test.support.js';
import { failure, startOpenSearch } from './opensearch.test.support.js';

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

  it('deletes not at all when it is asked to stop after some', async () => {
    const client = await library();
    const body = { query: { match_all: {} }, max_docs: 1 } as never;
    expect(await failure(client.deleteByQuery({ index, body }))).toMatchObject({
      status: 501,
      reason: expect.stringContaining('[max_docs]'),
    });
    expect((await client.count({ index })).body.count).toBe(5);
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
