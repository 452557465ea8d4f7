import { describe, expect, it } from 'vitest';
import type { AuthorizationRequest } from '../../iam/authorize.js';
import { operator, operatorKeys, roleKeys, temporaryFolder } from '../fixture.test.support.js';
import { createClient, domainName, failure, startOpenSearch } from './opensearch.test.support.js';

const index = 'documents';
const domainArn = `arn:aws:es:eu-west-1:123456789012:domain/${domainName}`;

describe('a domain', () => {
  it('says which version it is, by the EngineVersion of the template', async () => {
    const { client } = await startOpenSearch({ engineVersion: 'OpenSearch_3.1' });
    expect((await client.info()).body.version).toMatchObject({ distribution: 'opensearch', number: '3.1.0' });
    expect((await client.ping()).body).toBe(true);
    expect((await client.cluster.health()).body).toMatchObject({ status: 'green', number_of_nodes: 1 });
  });

  it('lists its indexes', async () => {
    const { client } = await startOpenSearch();
    await client.index({ index, id: '1', body: {}, refresh: true });
    expect((await client.cat.indices({ format: 'json' })).body).toMatchObject([
      { health: 'green', status: 'open', index, 'docs.count': '1' },
    ]);
    expect((await client.cat.indices({ h: ['index', 'docs.count'] })).body).toBe('documents 1\n');
  });

  it('that is not in the assembly is 404, with a line in the journal', async () => {
    const { endpoint, reports } = await startOpenSearch();
    const { status, body } = await failure(createClient(endpoint.url, operatorKeys, 'another-domain').cluster.health());
    expect(status).toBe(404);
    expect(body).toEqual({ message: 'there is no domain "another-domain" in the assembly, only: help-search' });
    expect(reports.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });
});

describe('a request', () => {
  it('is a question to IAM: its method is the action, its path below the domain the resource', async () => {
    const asked: AuthorizationRequest[] = [];
    const { client } = await startOpenSearch({
      authorize: (request) => {
        asked.push(request);
        return { allowed: true };
      },
    });
    await client.indices.create({ index });
    await client.index({ index, id: 'a/b', body: {} });
    await client.exists({ index, id: 'a/b' });
    await client.search({ index, body: {} });
    await client.bulk({ index, body: [{ delete: { _id: 'a/b' } }] });
    await client.indices.delete({ index });
    expect(asked.map(({ action, resource }) => [action, resource])).toEqual([
      ['es:ESHttpPut', `${domainArn}/documents`],
      ['es:ESHttpPut', `${domainArn}/documents/_doc/a%2Fb`],
      ['es:ESHttpHead', `${domainArn}/documents/_doc/a%2Fb`],
      ['es:ESHttpPost', `${domainArn}/documents/_search`],
      // The client's choice, where the body of a bulk request without an index is posted.
      ['es:ESHttpPut', `${domainArn}/documents/_bulk`],
      ['es:ESHttpDelete', `${domainArn}/documents`],
    ]);
    expect(asked[0]?.principal).toEqual(operator);
  });

  it('that is denied is 403 with a Message, and changes nothing', async () => {
    const { client } = await startOpenSearch({ keys: roleKeys, authorize: ({ action }) => ({ allowed: action !== 'es:ESHttpPut' }) });
    const { status, body } = await failure(client.indices.create({ index }));
    expect(status).toBe(403);
    expect(body).toEqual({
      Message:
        'User: arn:aws:sts::123456789012:assumed-role/documents/documents is not authorized to perform: es:ESHttpPut because no identity-based policy allows the es:ESHttpPut action',
    });
    expect((await client.indices.exists({ index })).body).toBe(false);
  });

  it.each([
    [
      'an operation that is not served',
      'POST',
      '/documents/_reindex',
      501,
      'the local stage does not serve [_reindex] (POST /documents/_reindex)',
    ],
    ['an unknown parameter', 'GET', '/_search?scrolling=1m', 400, 'request [/_search] contains unrecognized parameter: [scrolling]'],
    ['a size beside several searches', 'GET', '/_msearch?size=1', 400, 'unrecognized parameter: [size]'],
    ['a read behind the refresh', 'GET', '/documents/_doc/1?realtime=false', 400, 'unrecognized parameter: [realtime]'],
    [
      'another method',
      'DELETE',
      '/documents/_search',
      405,
      'Incorrect HTTP method for uri [/documents/_search] and method [DELETE], allowed: [GET, POST]',
    ],
    ['a path that is none', 'GET', '/documents/one/two/three', 400, 'no handler found for uri [/documents/one/two/three] and method [GET]'],
  ])('with %s is refused by name', async (_what, method, path, status, reason) => {
    const { client } = await startOpenSearch();
    const { status: got, body } = await failure(client.transport.request({ method, path }));
    expect(got).toBe(status);
    expect(JSON.stringify(body)).toContain(reason);
  });

  it.each([
    ['no JSON', '{"query":', 400, 'json_parse_exception'],
    ['a list', '[]', 400, 'parsing_exception'],
    ['an unknown member', '{"suggest":{}}', 400, 'parsing_exception'],
  ])('with a body that is %s is refused', async (_what, body, status, type) => {
    const { client } = await startOpenSearch();
    expect(await failure(client.transport.request({ method: 'POST', path: '/_search', body }))).toMatchObject({ status, type });
  });

  it('is throttled and fails as a fault says', async () => {
    let fault: 'throttle' | 'fail' = 'throttle';
    const { client } = await startOpenSearch({ faults: ({ service }) => (service === 'opensearch' ? fault : undefined) });
    expect((await failure(client.search({ body: {} }))).status).toBe(429);
    fault = 'fail';
    expect((await failure(client.search({ body: {} }))).status).toBe(500);
  });
});

describe('a data folder', () => {
  it('keeps indexes with mappings, settings, aliases, documents and versions', async () => {
    const dataDir = await temporaryFolder();
    const first = await startOpenSearch({ dataDir });
    await first.client.indices.create({ index, body: { mappings: { properties: { tag: { type: 'keyword' } } }, aliases: { docs: {} } } });
    await first.client.index({ index, id: '1', version: 5, version_type: 'external', body: { tag: 'a', title: 'kept' } });
    await first.client.index({ index, id: '2', body: { tag: 'b' } });
    await first.client.delete({ index, id: '2' });
    await first.client.indices.create({ index: 'gone' });
    await first.client.indices.delete({ index: 'gone' });
    const mappings = (await first.client.indices.getMapping({ index })).body;
    await first.close();

    const second = await startOpenSearch({ dataDir });
    expect((await second.client.indices.getMapping({ index })).body).toEqual(mappings);
    expect((await second.client.indices.exists({ index: 'gone' })).body).toBe(false);
    const { body } = await second.client.search({ index: 'docs', body: { query: { match: { title: 'kept' } } } });
    expect(body.hits.hits.map(({ _id, _source }) => [_id, _source])).toEqual([['1', { tag: 'a', title: 'kept' }]]);
    expect((await failure(second.client.index({ index, id: '1', version: 5, version_type: 'external', body: {} }))).status).toBe(409);
  });

  it('keeps the last state when most of the log is outdated and it is written anew', async () => {
    const dataDir = await temporaryFolder();
    const first = await startOpenSearch({ dataDir });
    for (let round = 0; round < 12; round++) {
      const body = Array.from({ length: 200 }, (_, n) => [{ index: { _id: `${n}` } }, { round }]).flat();
      await Promise.all([
        first.client.bulk({ index, body: body as never }),
        first.client.index({ index, id: `more-${round}`, body: { round } }),
      ]);
    }
    await first.close();
    const second = await startOpenSearch({ dataDir });
    expect((await second.client.count({ index, body: { query: { term: { round: 11 } } } })).body.count).toBe(201);
    expect((await second.client.count({ index })).body.count).toBe(212);
  });
});
