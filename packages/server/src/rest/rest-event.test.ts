/** Events of both payload versions, as API Gateway and custom domains send them. */

import { describe, expect, it } from 'vitest';
import { answer, v1, v2 } from './rest.fixture.js';

describe('payload versions', () => {
  it('reads an HTTP API event', async () => {
    const { json } = await answer(v2('GET', '/notes', 'tag=x&tag=y&limit=3&q=a%20b+c'));
    expect(json.seen).toEqual({ tag: ['x', 'y'], limit: 3, q: 'a b c' });
  });

  it('drops the stage an HTTP API puts into the path', async () => {
    const event = v2('GET', '/dev/notes/mine', '', { requestContext: { http: { method: 'GET' }, stage: 'dev', requestId: 'r' } });
    expect((await answer(event)).json).toBe('mine');
  });

  it('drops the base path a custom domain puts into a REST event', async () => {
    const event = v1('GET', '/v1/notes/a%20b', { resource: '/notes/{proxy+}', pathParameters: { proxy: 'a%20b' } });
    expect((await answer(event)).json.id).toBe('a b');
  });

  it('drops the base path from a resource without parameters too', async () => {
    const event = v1('GET', '/v1/notes', { resource: '/notes', pathParameters: null });
    expect((await answer(event)).json).toEqual({ seen: { tag: [], limit: 10 } });
  });

  it('takes a REST event with rawPath, as custom domains send it, for what it is', async () => {
    const event = { ...v1('GET', '/notes/mine'), rawPath: '/base/notes/mine' };
    expect((await answer(event)).json).toBe('mine');
  });

  it('reads events whose multi-value maps are missing', async () => {
    const event = v1('GET', '/notes', {
      multiValueHeaders: null,
      multiValueQueryStringParameters: null,
      queryStringParameters: { limit: '7' },
    });
    expect((await answer(event)).json.seen).toEqual({ tag: [], limit: 7 });
  });
});
