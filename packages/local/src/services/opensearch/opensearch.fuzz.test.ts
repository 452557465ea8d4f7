/** Whatever a request says, the service answers it with a status below 500, or with 501 that names what is not served. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { systemClock } from '../../clock.js';
import { allowAll } from '../../iam/authorize.js';
import type { WireHandler } from '../../wire/wire-handler.js';
import { environment, operator } from '../fixture.test.support.js';
import { Domain } from './domain.js';
import { createOpenSearchService } from './service.js';

async function startHandler(): Promise<WireHandler> {
  const domain = await Domain.open({ name: 'fuzz', version: '2.19', environment, clock: systemClock, folder: undefined });
  const report = (): void => undefined;
  return createOpenSearchService({ domains: new Map([['fuzz', domain]]), authorize: allowAll, report });
}

async function ask(handle: WireHandler, method: string, path: string, body: string): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/json' };
  const { statusCode, body: answer } = await handle({
    method,
    url: `/_opensearch/fuzz${path}`,
    headers,
    body: Buffer.from(body),
    principal: operator,
  });
  return { status: statusCode, text: String(answer) };
}

/** Names that mean something somewhere, so that values reach the parsers. */
const NAMES = (
  'query match match_phrase match_bool_prefix multi_match term terms range prefix wildcard exists ids bool must should filter must_not constant_score dis_max ' +
  'queries title body tag size at fields field value values boost gte lt order aggs sort from _source highlight pre_tags fragment_size number_of_fragments ' +
  'search_after track_total_hits avg max cardinality date_histogram calendar_interval ranges to key type minimum_should_match operator __proto__ constructor'
).split(' ');
const leaf = fc.oneof(
  fc.constantFrom<unknown>('fox', 'title', '*', '', '2026-11-25', 'now-1d/d', '50%', 'desc', 3, -1, 1e300, true, null, 'title^2'),
  fc.jsonValue({ maxDepth: 1 }),
);
const { json } = fc.letrec((tie) => ({
  json: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('object'), fc.array(tie('json'), { maxLength: 3 })),
  object: fc.dictionary(fc.constantFrom(...NAMES), tie('json'), { maxKeys: 3 }),
}));

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH'];
const PATHS = [
  '/',
  '',
  '/docs',
  '/docs/_search',
  '/_search',
  '/docs/_count',
  '/docs/_doc/1',
  '/docs/_update/1',
  '/_bulk',
  '/docs/_mget',
  '/_msearch',
  '/_aliases',
  '/docs/_mapping',
  '/docs/_settings',
  '/docs/_delete_by_query',
  '/other',
  '/docs/_doc',
  '/%zz',
  '/docs/_alias/a',
];

it('random JSON never crashes the service', async () => {
  const handle = await startHandler();
  await ask(
    handle,
    'PUT',
    '/docs',
    JSON.stringify({
      mappings: { properties: { title: { type: 'text' }, tag: { type: 'keyword' }, size: { type: 'long' }, at: { type: 'date' } } },
    }),
  );
  for (let n = 0; n < 20; n++)
    await ask(
      handle,
      'PUT',
      `/docs/_doc/${n}?refresh=true`,
      JSON.stringify({ title: `fox number ${n}`, tag: `t${n % 3}`, size: n, at: 1_700_000_000_123 + n }),
    );
  const property = fc.asyncProperty(fc.constantFrom(...METHODS), fc.constantFrom(...PATHS), json, async (method, path, value) => {
    const { status, text } = await ask(handle, method, path, JSON.stringify(value) ?? '');
    if (status !== 501) expect(status).toBeLessThan(500);
    if (status === 501) expect(text).toContain('does not serve');
  });
  await fc.assert(property, { numRuns: 2_000 });
});

it('random queries never crash a search', async () => {
  const handle = await startHandler();
  for (let n = 0; n < 20; n++)
    await ask(
      handle,
      'PUT',
      `/docs/_doc/${n}?refresh=true`,
      JSON.stringify({ title: `fox number ${n}`, tag: `t${n % 3}`, size: n, at: '2026-11-25' }),
    );
  const property = fc.asyncProperty(json, json, json, async (query, sort, inner) => {
    const body = JSON.stringify({
      query: { bool: { should: [query], must: { match: { title: inner } } } },
      sort,
      aggs: { a: { terms: inner } },
    });
    for (const text of [body, JSON.stringify({ query, highlight: { fields: { '*': {} } } }), JSON.stringify({ aggs: inner })]) {
      const { status } = await ask(handle, 'POST', '/docs/_search', text);
      if (status !== 501) expect(status).toBeLessThan(500);
    }
  });
  await fc.assert(property, { numRuns: 1_000 });
});

it('random bytes in a bulk request never crash it', async () => {
  const handle = await startHandler();
  const line = fc.oneof(
    json.map((value) => JSON.stringify(value)),
    fc.string(),
    fc.constantFrom(
      '{"index":{"_index":"docs","_id":"1"}}',
      '{"delete":{"_index":"docs","_id":"1"}}',
      '{"update":{"_index":"docs","_id":"1"}}',
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (lines) => {
      const { status } = await ask(handle, 'POST', '/_bulk', `${lines.join('\n')}\n`);
      if (status !== 501) expect(status).toBeLessThan(500);
    }),
    { numRuns: 1_000 },
  );
});

it('after any writes in bulk, searches find exactly the last of each document', async () => {
  const write = fc.record({
    action: fc.constantFrom('index', 'delete', 'create', 'update'),
    id: fc.integer({ min: 0, max: 5 }),
    word: fc.constantFrom('apple', 'banana', 'cherry'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(write, { minLength: 1, maxLength: 6 }), { maxLength: 6 }), async (batches) => {
      const handle = await startHandler();
      await ask(handle, 'PUT', '/docs', '');
      const expected = new Map<string, string>();
      for (const batch of batches) {
        const lines = batch.flatMap(({ action, id, word }) => [
          JSON.stringify({ [action]: { _id: `${id}` } }),
          ...(action === 'delete' ? [] : [JSON.stringify(action === 'update' ? { doc: { word } } : { word })]),
        ]);
        await ask(handle, 'POST', '/docs/_bulk?refresh=true', `${lines.join('\n')}\n`);
        for (const { action, id, word } of batch) {
          if (action === 'delete') expected.delete(`${id}`);
          else if (action === 'index' || expected.has(`${id}`) === (action === 'update')) expected.set(`${id}`, word);
        }
      }
      for (const word of ['apple', 'banana', 'cherry']) {
        const { text } = await ask(handle, 'POST', '/docs/_search', JSON.stringify({ query: { match: { word } } }));
        const found = (JSON.parse(text) as { hits: { hits: { _id: string }[] } }).hits.hits.map(({ _id }) => _id).sort();
        expect(found).toEqual(
          [...expected]
            .filter(([, each]) => each === word)
            .map(([id]) => id)
            .sort(),
        );
      }
    }),
    { numRuns: 200 },
  );
});
