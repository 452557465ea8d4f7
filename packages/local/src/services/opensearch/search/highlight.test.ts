import { describe, expect, it } from 'vitest';
import { index, library } from '../library.test.support.js';

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
