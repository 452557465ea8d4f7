/** Five books to search in, for the tests of queries, pages, highlights and aggregations. */
import type { Client } from '@opensearch-project/opensearch';
import { startOpenSearch } from './opensearch.test.support.js';

export const index = 'library';

export const properties = {
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

/** A domain with the books in one index, which searches see. */
export async function library(): Promise<Client> {
  const { client } = await startOpenSearch();
  await client.indices.create({ index, body: { mappings: { properties } } });
  const body = Object.entries(books).flatMap(([_id, book]) => [{ index: { _id } }, book]);
  await client.bulk({ index, refresh: true, body: body as never });
  return client;
}

/** Ids of what a query finds, in its order. */
export async function idsOf(client: Client, query: object, more: object = {}): Promise<string[]> {
  const { body } = await client.search({ index, body: { query, ...more } as never });
  return body.hits.hits.map(({ _id }) => String(_id));
}

/** The same in alphabetical order. */
export const sorted = async (client: Client, query: object): Promise<string[]> => (await idsOf(client, query)).sort();
