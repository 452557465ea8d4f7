import { describe, expect, it } from 'vitest';
import { failure, startOpenSearch } from './opensearch.test.support.js';

const index = 'documents';

describe('an index', () => {
  it('is made with mappings and settings, looked at, and deleted', async () => {
    const { client } = await startOpenSearch();
    const mappings = { properties: { title: { type: 'text', fields: { raw: { type: 'keyword' } } }, size: { type: 'long' } } } as const;
    const created = await client.indices.create({ index, body: { mappings, settings: { number_of_shards: 1, refresh_interval: '5s' } } });
    expect(created.body).toEqual({ acknowledged: true, shards_acknowledged: true, index });
    expect((await client.indices.exists({ index })).body).toBe(true);
    const { body } = await client.indices.get({ index });
    expect(body[index]).toMatchObject({
      mappings,
      aliases: {},
      settings: { index: { number_of_shards: '1', refresh_interval: '5s', provided_name: index } },
    });
    expect((await client.indices.delete({ index })).body).toEqual({ acknowledged: true });
    expect((await client.indices.exists({ index })).body).toBe(false);
  });

  it('is made once: resource_already_exists_exception', async () => {
    const { client } = await startOpenSearch();
    await client.indices.create({ index });
    expect(await failure(client.indices.create({ index }))).toMatchObject({
      status: 400,
      type: 'resource_already_exists_exception',
      reason: expect.stringMatching(/^index \[documents\/[\w-]{22}\] already exists$/),
    });
  });

  it('that is missing is index_not_found_exception', async () => {
    const { client } = await startOpenSearch();
    expect(await failure(client.search({ index, body: {} }))).toMatchObject({
      status: 404,
      type: 'index_not_found_exception',
      reason: 'no such index [documents]',
    });
    await expect(client.indices.delete({ index })).rejects.toThrow(
      'index_not_found_exception: [index_not_found_exception] Reason: no such index [documents]',
    );
  });

  it.each([
    ['upper case', 'Documents', 'Invalid index name [Documents], must be lowercase'],
    ['a hyphen in front', '-documents', "Invalid index name [-documents], must not start with '_', '-', or '+'"],
  ])('refuses a name with %s', async (_what, name, reason) => {
    const { client } = await startOpenSearch();
    expect(await failure(client.indices.create({ index: name }))).toMatchObject({
      status: 400,
      type: 'invalid_index_name_exception',
      reason,
    });
  });

  it.each([
    ['a type that is not served', { a: { type: 'geo_point' } }, /No handler for type \[geo_point\] declared on field \[a\]/],
    ['an unknown parameter', { a: { type: 'keyword', fuzzy: true } }, /unknown parameter \[fuzzy\] on mapper \[a\] of type \[keyword\]/],
    [
      'a parameter without effect',
      { a: { type: 'integer', coerce: false } },
      /unknown parameter \[coerce\] on mapper \[a\] of type \[integer\]/,
    ],
    ['an unknown analyzer', { a: { type: 'text', analyzer: 'german' } }, /analyzer \[german\] has not been configured in mappings/],
  ])('refuses %s in its mapping', async (_what, properties, reason) => {
    const { client } = await startOpenSearch();
    const body = { mappings: { properties } } as never;
    expect(await failure(client.indices.create({ index, body }))).toMatchObject({
      status: 400,
      type: 'mapper_parsing_exception',
      reason: expect.stringMatching(reason),
    });
  });

  it('grows by fields and keeps the types of those it has', async () => {
    const { client } = await startOpenSearch();
    await client.indices.create({ index, body: { mappings: { properties: { a: { type: 'keyword' } } } } });
    await client.indices.putMapping({ index, body: { properties: { b: { type: 'date' } } } });
    expect((await client.indices.getMapping({ index })).body[index]?.mappings.properties).toEqual({
      a: { type: 'keyword' },
      b: { type: 'date' },
    });
    expect(await failure(client.indices.putMapping({ index, body: { properties: { a: { type: 'text' } } } }))).toMatchObject({
      status: 400,
      type: 'illegal_argument_exception',
      reason: 'mapper [a] cannot be changed from type [keyword] to [text]',
    });
  });

  it('refuses settings that would have no effect', async () => {
    const { client } = await startOpenSearch();
    const body = { settings: { 'index.sort.field': 'a' } } as never;
    expect(await failure(client.indices.create({ index, body }))).toMatchObject({
      status: 501,
      reason: expect.stringContaining('[index.sort.field]'),
    });
  });

  it('has aliases that move from one index to another at once', async () => {
    const { client } = await startOpenSearch();
    await client.indices.create({ index: 'documents-1', body: { aliases: { documents: {} } } });
    await client.indices.create({ index: 'documents-2' });
    await client.index({ index, id: '1', body: { a: 1 } });
    expect((await client.get({ index: 'documents-1', id: '1' })).body.found).toBe(true);
    const actions = [{ remove: { index: 'documents-1', alias: index } }, { add: { index: 'documents-2', alias: index } }];
    await client.indices.updateAliases({ body: { actions } });
    expect((await client.indices.getAlias({ name: index })).body).toEqual({ 'documents-2': { aliases: { documents: {} } } });
    expect((await client.indices.exists({ index })).body).toBe(true);
    expect(await failure(client.indices.delete({ index }))).toMatchObject({ type: 'illegal_argument_exception' });
  });
});

describe('a document', () => {
  it('is written, read at once, replaced and deleted', async () => {
    const { client } = await startOpenSearch();
    const first = await client.index({ index, id: 'zod@4.6.7', body: { title: 'zod' } });
    expect(first.statusCode).toBe(201);
    expect(first.body).toEqual({
      _index: index,
      _id: 'zod@4.6.7',
      _version: 1,
      result: 'created',
      _shards: { total: 2, successful: 1, failed: 0 },
      _seq_no: 0,
      _primary_term: 1,
    });
    expect((await client.index({ index, id: 'zod@4.6.7', body: { title: 'Zod' } })).body).toMatchObject({
      _version: 2,
      result: 'updated',
      _seq_no: 1,
    });
    expect((await client.get({ index, id: 'zod@4.6.7' })).body).toEqual({
      _index: index,
      _id: 'zod@4.6.7',
      _version: 2,
      _seq_no: 1,
      _primary_term: 1,
      found: true,
      _source: { title: 'Zod' },
    });
    expect((await client.exists({ index, id: 'zod@4.6.7' })).body).toBe(true);
    expect((await client.delete({ index, id: 'zod@4.6.7' })).body).toMatchObject({ _version: 3, result: 'deleted' });
    expect((await client.exists({ index, id: 'zod@4.6.7' })).body).toBe(false);
    const missing = await failure(client.get({ index, id: 'zod@4.6.7' }));
    expect(missing).toMatchObject({ status: 404, body: { _index: index, _id: 'zod@4.6.7', found: false } });
  });

  it('with an external version gives way to a greater one only, also after its deletion', async () => {
    const { client, clock } = await startOpenSearch();
    const put = (version: number, version_type: 'external' | 'external_gte' = 'external') =>
      client.index({ index, id: '1', version, version_type, body: { version } });
    await put(1_700_000_000_123);
    expect(await failure(put(1_700_000_000_123))).toMatchObject({
      status: 409,
      type: 'version_conflict_engine_exception',
      reason: '[1]: version conflict, current version [1700000000123] is higher or equal to the one provided [1700000000123]',
    });
    expect((await put(1_700_000_000_123, 'external_gte')).body).toMatchObject({ result: 'updated', _version: 1_700_000_000_123 });
    expect((await failure(put(1_700_000_000_122, 'external_gte'))).reason).toBe(
      '[1]: version conflict, current version [1700000000123] is higher than the one provided [1700000000122]',
    );
    await client.delete({ index, id: '1', version: 1_700_000_000_200, version_type: 'external' });
    expect((await failure(put(1_700_000_000_199))).status).toBe(409);
    clock.advance(61_000);
    expect((await put(1_700_000_000_199)).body).toMatchObject({ result: 'created' });
  });

  it('is created once with op_type=create, and changed only by who saw the last write with if_seq_no', async () => {
    const { client } = await startOpenSearch();
    const { body } = await client.index({ index, id: '1', body: { a: 1 } });
    expect(await failure(client.index({ index, id: '1', op_type: 'create', body: {} }))).toMatchObject({
      status: 409,
      reason: '[1]: version conflict, document already exists (current version [1])',
    });
    expect(await failure(client.create({ index, id: '1', body: {} }))).toMatchObject({ status: 409 });
    await client.index({ index, id: '1', if_seq_no: body._seq_no, if_primary_term: 1, body: { a: 2 } });
    expect(await failure(client.index({ index, id: '1', if_seq_no: body._seq_no, if_primary_term: 1, body: { a: 3 } }))).toMatchObject({
      reason: '[1]: version conflict, required seqNo [0], primary term [1]. current document has seqNo [1] and primary term [1]',
    });
  });

  it('is updated in parts', async () => {
    const { client } = await startOpenSearch();
    await client.index({ index, id: '1', body: { title: 'one', author: { name: 'Ada', city: 'London' } } });
    expect((await client.update({ index, id: '1', body: { doc: { author: { city: 'Paris' } } } })).body).toMatchObject({
      result: 'updated',
      _version: 2,
    });
    expect((await client.update({ index, id: '1', body: { doc: { title: 'one' } } })).body).toMatchObject({ result: 'noop', _version: 2 });
    const shown = await client.update({ index, id: '1', _source_includes: ['ti*', 'none'], body: { doc: { title: 'one' } } });
    expect(shown.body.get?._source).toEqual({ title: 'one' });
    expect((await client.get({ index, id: '1' })).body._source).toEqual({ title: 'one', author: { name: 'Ada', city: 'Paris' } });
    expect(await failure(client.update({ index, id: '2', body: { doc: {} } }))).toMatchObject({
      status: 404,
      type: 'document_missing_exception',
      reason: '[2]: document missing',
    });
    expect((await client.update({ index, id: '2', body: { doc: { a: 1 }, doc_as_upsert: true } })).body).toMatchObject({
      result: 'created',
    });
  });

  it('brings its fields along: text with a keyword, long, float, boolean, date, object', async () => {
    const { client } = await startOpenSearch();
    await client.index({
      index,
      id: '1',
      body: { title: 'a', size: 12, ratio: 0.5, done: true, at: '2026-11-25T22:39:05Z', author: { age: 36 }, none: null },
    });
    const { body } = await client.indices.getMapping({ index });
    expect(body[index]?.mappings).toEqual({
      properties: {
        title: { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 256 } } },
        size: { type: 'long' },
        ratio: { type: 'float' },
        done: { type: 'boolean' },
        at: { type: 'date' },
        author: { properties: { age: { type: 'long' } } },
      },
    });
  });

  it('with an unknown field is refused by a strict mapping and leaves one with dynamic false as it is', async () => {
    const { client } = await startOpenSearch();
    await client.indices.create({ index, body: { mappings: { dynamic: 'strict', properties: { title: { type: 'text' } } } } });
    expect(await failure(client.index({ index, id: '1', body: { title: 'a', size: 1 } }))).toMatchObject({
      status: 400,
      type: 'strict_dynamic_mapping_exception',
      reason: 'mapping set to strict, dynamic introduction of [size] within [_doc] is not allowed',
    });
    await client.indices.create({ index: 'loose', body: { mappings: { dynamic: 'false', properties: { title: { type: 'text' } } } } });
    await client.index({ index: 'loose', id: '1', body: { title: 'a', size: 1 } });
    expect((await client.indices.getMapping({ index: 'loose' })).body.loose?.mappings).toEqual({
      dynamic: 'false',
      properties: { title: { type: 'text' } },
    });
    expect((await client.get({ index: 'loose', id: '1' })).body._source).toEqual({ title: 'a', size: 1 });
  });

  it('that does not fit is mapper_parsing_exception, and adds no field', async () => {
    const { client } = await startOpenSearch();
    await client.indices.create({ index, body: { mappings: { properties: { size: { type: 'integer' } } } } });
    expect(await failure(client.index({ index, id: '1', body: { more: 1, size: 'twelve' } }))).toMatchObject({
      status: 400,
      type: 'mapper_parsing_exception',
      reason: "failed to parse field [size] of type [integer] in document with id '1'. Preview of field's value: 'twelve'",
    });
    expect((await client.indices.getMapping({ index })).body[index]?.mappings.properties).toEqual({ size: { type: 'integer' } });
  });

  it('is read together with others, each with its own answer', async () => {
    const { client } = await startOpenSearch();
    await client.index({ index, id: '1', body: { a: 1 } });
    const { body } = await client.mget({ index, body: { ids: ['1', '2'] } });
    expect(body.docs).toEqual([
      { _index: index, _id: '1', _version: 1, _seq_no: 0, _primary_term: 1, found: true, _source: { a: 1 } },
      { _index: index, _id: '2', found: false },
    ]);
  });
});

describe('a bulk request', () => {
  it('has a status and an error per item', async () => {
    const { client } = await startOpenSearch();
    const { body, statusCode } = await client.bulk({
      body: [
        { index: { _index: index, _id: '1', version: 7, version_type: 'external' } },
        { size: 1 },
        { create: { _index: index, _id: '1' } },
        { size: 2 },
        { index: { _index: index, _id: '2' } },
        { size: 'two' },
        { update: { _index: index, _id: '1' } },
        { doc: { size: 3 } },
        { delete: { _index: index, _id: '9' } },
        { delete: { _index: 'elsewhere', _id: '9' } },
        { index: { _index: index, _id: '1', version: 6, version_type: 'external' } },
        { size: 6 },
      ],
    });
    expect(statusCode).toBe(200);
    expect(body.errors).toBe(true);
    const seen = body.items.map((item) => {
      const [action, { status, error, result }] = Object.entries(item)[0]!;
      return [action, status, error?.type ?? result];
    });
    expect(seen).toEqual([
      ['index', 201, 'created'],
      ['create', 409, 'version_conflict_engine_exception'],
      ['index', 400, 'mapper_parsing_exception'],
      ['update', 200, 'updated'],
      ['delete', 404, 'not_found'],
      ['delete', 404, 'index_not_found_exception'],
      ['index', 409, 'version_conflict_engine_exception'],
    ]);
    expect((await client.get({ index, id: '1' })).body).toMatchObject({ _version: 8, _source: { size: 3 } });
  });

  it('is nothing as a whole when a line is malformed', async () => {
    const { client } = await startOpenSearch();
    const body = `${JSON.stringify({ index: { _id: '1' } })}\n{"a":1}\n${JSON.stringify({ upsert: { _id: '2' } })}\n{"a":1}\n`;
    expect(await failure(client.bulk({ index, body: body as never }))).toMatchObject({
      status: 400,
      type: 'illegal_argument_exception',
      reason: 'Malformed action/metadata line [3], expected field [create], [delete], [index] or [update] but found [upsert]',
    });
    expect((await client.indices.exists({ index })).body).toBe(false);
  });

  it('of the client helper and with gzip is the same', async () => {
    const { client } = await startOpenSearch();
    const datasource = Array.from({ length: 500 }, (_, n) => ({ n }));
    const result = await client.helpers.bulk({
      datasource,
      onDocument: ({ n }) => ({ index: { _index: index, _id: String(n) } }),
      refreshOnCompletion: index,
    });
    expect(result).toMatchObject({ successful: 500, failed: 0 });
    expect((await client.count({ index })).body.count).toBe(500);
  });
});
