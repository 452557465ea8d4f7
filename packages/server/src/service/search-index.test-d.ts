import { describe, test } from 'vitest';
import * as z from 'zod';
import { searchIndex } from './search-index.js';

const Documents = searchIndex('DocumentsIndex', {
  document: () =>
    z.object({ title: z.string(), body: z.string(), folder: z.string(), bytes: z.number(), draft: z.boolean(), extra: z.string() }),
  fields: {
    title: { type: 'text', boost: 3 },
    body: { type: 'text' },
    folder: { type: 'keyword' },
    bytes: { type: 'number' },
    draft: { type: 'boolean' },
  },
});

type ClientOf<TGrant> = TGrant extends { readonly '~client'?: infer TClient } ? NonNullable<TClient> : never;

declare const client: ClientOf<ReturnType<typeof Documents.allow<['search', 'write']>>>;

describe('a search request', () => {
  test('takes what the fields allow', () => {
    const request = {
      text: 'x',
      in: ['title'],
      filter: { folder: { prefix: 'a' }, bytes: { from: 1, to: 2 }, draft: true },
      facets: ['folder', 'draft'],
      highlight: ['body'],
      sort: { by: 'bytes', descending: true },
    } as const;
    void (() => client.search(request));
  });

  test('does not filter, count or sort by a text field', () => {
    // @ts-expect-error title is a text
    void (() => client.search({ filter: { title: 'x' } }));
    // @ts-expect-error title is a text
    void (() => client.search({ facets: ['title'] }));
    // @ts-expect-error title is a text
    void (() => client.search({ sort: { by: 'title' } }));
  });

  test('does not look for words in a keyword, nor highlight or know a field that is not declared', () => {
    // @ts-expect-error folder is a keyword
    void (() => client.search({ in: ['folder'] }));
    // @ts-expect-error folder is a keyword
    void (() => client.search({ highlight: ['folder'] }));
    // @ts-expect-error extra is not indexed
    void (() => client.search({ filter: { extra: 'x' } }));
  });

  test('does not count a number, nor filter a number by a text', () => {
    // @ts-expect-error bytes is a number
    void (() => client.search({ facets: ['bytes'] }));
    // @ts-expect-error bytes is a number
    void (() => client.search({ filter: { bytes: 'x' } }));
  });

  test('is for those who are allowed to', () => {
    // @ts-expect-error only search and write are allowed
    void (() => client.get('a'));
    // @ts-expect-error a document of another shape
    void (() => client.write([{ put: { title: 'x' }, id: 'a', version: 1 }]));
  });
});
