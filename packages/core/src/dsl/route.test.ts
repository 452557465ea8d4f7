import { describe, expect, it } from 'vitest';
import { parseRoute, type RouteTemplate } from './route.js';

describe('parseRoute', () => {
  it('reads a template into method, path and segments', () => {
    expect(parseRoute('GET /documents/{id}/versions')).toEqual({
      method: 'GET',
      path: '/documents/{id}/versions',
      segments: [{ literal: 'documents' }, { parameter: 'id' }, { literal: 'versions' }],
      headers: {},
      body: undefined,
      status: 200,
    });
  });

  it('reads headers in lower case, the body field and the status', () => {
    const declared = {
      route: 'POST /files/{name}/content',
      headers: { 'Content-Type': 'contentType' },
      body: 'content',
      status: 201,
    } as const;
    expect(parseRoute(declared)).toEqual({
      method: 'POST',
      path: '/files/{name}/content',
      segments: [{ literal: 'files' }, { parameter: 'name' }, { literal: 'content' }],
      headers: { 'content-type': 'contentType' },
      body: 'content',
      status: 201,
    });
  });

  it.each(['GET', 'POST', 'DELETE'] as const)('takes %s', (method) => {
    expect(parseRoute(`${method} /documents`).method).toBe(method);
  });

  it.each([
    'PUT /documents',
    'HEAD /documents',
    'get /documents',
    'GET  /documents',
    'GET documents',
    'GET /',
    'GET /documents/',
    'GET /documents//a',
    'GET /documents/{}',
    'GET /documents/{1st}',
    'GET /documents/v{id}',
    'GET /documents/{id}.json',
    'GET /documents/{proxy+}',
    'GET /documents?a=b',
    'GET /caf\u00e9',
    'GET /documents\n',
  ])('refuses the malformed template %j', (template) => {
    expect(() => parseRoute(template as RouteTemplate)).toThrow(
      new TypeError(`[CONTRACT] malformed route: got "${template}", expected "GET|POST|DELETE /segment/{parameter}"`),
    );
  });

  it('refuses a parameter as first segment', () => {
    expect(() => parseRoute('GET /{tenant}/documents')).toThrow(
      new TypeError(
        '[CONTRACT] route "GET /{tenant}/documents" starts with a parameter; its first segment must be literal (API Gateway routes by it)',
      ),
    );
  });

  it.each(['GET /rpc', 'GET /rpc/documents'] as const)('refuses %s, which the RPC calls live under', (template) => {
    expect(() => parseRoute(template)).toThrow(
      new TypeError(`[CONTRACT] route "${template}" is under /rpc, which carries the RPC calls; choose another first segment`),
    );
  });

  it('takes a first segment that only begins like /rpc', () => {
    expect(parseRoute('GET /rpcs').path).toBe('/rpcs');
  });

  it.each(['GET /documents/..', 'GET /./documents'] as const)('refuses %s: clients resolve dots before they send', (template) => {
    expect(() => parseRoute(template)).toThrow(
      new TypeError(
        `[CONTRACT] route "${template}" has a "." or ".." segment, which every client resolves before it sends; name it otherwise`,
      ),
    );
  });

  it('refuses a parameter named twice', () => {
    expect(() => parseRoute('GET /documents/{id}/copies/{id}')).toThrow(
      new TypeError('[CONTRACT] route "GET /documents/{id}/copies/{id}" names a parameter twice'),
    );
  });

  it('refuses a header named twice in different case', () => {
    expect(() => parseRoute({ route: 'POST /files', headers: { 'X-Name': 'name', 'x-name': 'title' } })).toThrow(
      new TypeError('[CONTRACT] route "POST /files" names a header twice; header names ignore case'),
    );
  });

  it.each(['GET', 'DELETE'] as const)('refuses a body on %s', (method) => {
    expect(() => parseRoute({ route: `${method} /files`, body: 'content' })).toThrow(
      new TypeError(
        `[CONTRACT] route "${method} /files" takes a body, expected POST: API Gateway and proxies drop the body of a ${method}`,
      ),
    );
  });
});
