import type { Client } from '@opensearch-project/opensearch';
import { describe, expect, it } from 'vitest';
import { index, library, sorted } from '../library.test.support.js';
import { failure, startOpenSearch } from '../opensearch.test.support.js';

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

  /**
   * b, `banana` 1 of 4 words: 1 / (1 + 1.2 * (0.25 + 0.75 * 4 / 3)) = 1 / 2.5 = 0.4 -> 0.277259; as a phrase with `apple`: (2 * 0.693147) * 0.4.
   * The keyword `apple pie` is in 1 of 4: ln(1 + 3.5 / 1.5) = 1.203973; without a length 1 / (1 + 1.2) = 0.454545.
   */
  it.each<[string, object, number]>([
    ['two words add up', { match: { text: 'apple banana' } }, 0.673343],
    ['a field with a boost counts more', { multi_match: { query: 'apple', fields: ['text^3'] } }, 1.188252],
    ['a phrase is as rare as its words together', { match_phrase: { text: 'apple banana' } }, 0.554518],
    ['a keyword has no length', { term: { 'text.keyword': 'apple pie' } }, 0.54726],
    ['a filter has the score that it is given', { constant_score: { filter: { match: { text: 'fig' } }, boost: 4 } }, 4],
  ])('%s', async (_rule, query, expected) => {
    const client = await orchard('OpenSearch_3.1');
    const { body } = await client.search({ index, body: { query } as never });
    expect(body.hits.max_score).toBeCloseTo(expected, 5);
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
