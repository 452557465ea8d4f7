/** Routes of a contract, for clients that are not ours: PROTOCOL.md P2.9 and P2.10. */

import { describe, expect, it } from 'vitest';
import { answer, v1, v1Json } from './rest.fixture.js';

describe('routes of the contract', () => {
  it('P2.9 answers with the bare output', async () => {
    const { status, json } = await answer(v1('GET', '/notes/a'));
    expect([status, json]).toEqual([200, { id: 'a', text: 'hello' }]);
  });

  it('P2.9 decodes a path parameter once', async () => {
    expect((await answer(v1('GET', '/notes/a%2Fb%2525%20c'))).json.id).toBe('a/b%25 c');
  });

  it('P2.9 prefers a literal segment to a parameter', async () => {
    expect((await answer(v1('GET', '/notes/mine'))).json).toBe('mine');
  });

  it('P2.9 reads repeated parameters as a list, numbers and booleans by JSON spelling', async () => {
    const { json } = await answer(
      v1('GET', '/notes', {
        queryStringParameters: { tag: 'y', limit: '5' },
        multiValueQueryStringParameters: { tag: ['x', 'y'], limit: ['4', '5'], done: ['false'], above: ['-1.5e3'], q: ['true'] },
      }),
    );
    expect(json.seen).toEqual({ tag: ['x', 'y'], limit: 5, done: false, above: -1500, q: 'true' });
  });

  it.each([
    ['limit', ''],
    ['limit', '0x10'],
    ['limit', 'five'],
    ['done', '0'],
    ['done', 'FALSE'],
  ])('P2.9 refuses %s=%s', async (name, value) => {
    const { status, json } = await answer(v1('GET', '/notes', { multiValueQueryStringParameters: { [name]: [value] } }));
    expect(status).toBe(400);
    expect(json.error.data.issues[0].path).toEqual([name]);
  });

  it('P2.9 uses the status the route declares', async () => {
    const { status, json } = await answer(v1Json('/notes', '{"text":"hi"}'));
    expect([status, json]).toEqual([201, { id: 'n1', text: 'hi' }]);
  });

  it('P2.9 fills a field from a header and another from the whole binary body', async () => {
    const event = v1('POST', '/notes/n1/attachment', {
      multiValueHeaders: { 'content-type': ['image/PNG; x=1'] },
      body: 'iVBORw==',
      isBase64Encoded: true,
    });
    expect((await answer(event)).json).toEqual({ bytes: 4, contentType: 'image/png' });
  });

  it('P2.9 takes a binary body as large as Lambda can hand over', async () => {
    const event = v1('POST', '/notes/n1/attachment', {
      multiValueHeaders: { 'content-type': ['image/png'] },
      body: 'AAAA'.repeat(1_500_000),
      isBase64Encoded: true,
    });
    expect((await answer(event)).json).toEqual({ bytes: 4_500_000, contentType: 'image/png' });
  });

  it('P2.9 takes a text body as the bytes of a base64 field', async () => {
    const event = v1('POST', '/notes/n1/attachment', { multiValueHeaders: { 'content-type': ['text/plain'] }, body: 'héllo' });
    expect((await answer(event)).json).toEqual({ bytes: 6, contentType: 'text/plain' });
  });

  it('P2.9 answers a failure with the same error body as RPC', async () => {
    const { status, json } = await answer(v1('GET', '/notes/missing'));
    expect(status).toBe(404);
    expect(json.error.data.details).toEqual({ id: 'missing' });
  });

  it('P2.9 refuses a path parameter that is not UTF-8', async () => {
    const { status, json } = await answer(v1('GET', '/notes/%ff'));
    expect([status, json.error.message]).toEqual([400, '[BAD_REQUEST] path parameter id is not percent-encoded UTF-8: got "%ff"']);
  });

  it('P2.10 answers another method with 405 and the methods there are', async () => {
    const { status, headers } = await answer(v1('DELETE', '/notes'));
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS, POST']);
  });

  it('P2.10 answers an unknown path with 404', async () => {
    expect((await answer(v1('GET', '/notes/a/b/c'))).status).toBe(404);
  });

  it('P2.4 serves HEAD wherever GET is', async () => {
    const { status, body } = await answer(v1('HEAD', '/notes/a'));
    expect([status, body]).toEqual([200, '']);
  });

  it('keeps a parameter called __proto__ away from prototypes', async () => {
    const { status } = await answer(v1('GET', '/notes', { multiValueQueryStringParameters: JSON.parse('{"__proto__":["x"],"q":["a"]}') }));
    expect(status).toBe(200);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('refuses a body that is no object', async () => {
    const { status, json } = await answer(v1Json('/notes', '[1]'));
    expect([status, json.error.message]).toEqual([400, '[BAD_REQUEST] body is an array, expected a JSON object']);
  });
});
