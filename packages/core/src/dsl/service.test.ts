import { describe, expect, it } from 'vitest';
import { mutation, query } from './procedure.js';
import { parseRoute } from './route.js';
import { routeKey, service } from './service.js';

const badName = (what: string, name: string) =>
  new TypeError(
    `[CONTRACT] bad name for a ${what}: got "${name}", expected letters and digits starting with a small letter, at most 64, none of then, call, apply, constructor, prototype, __proto__`,
  );

describe('service', () => {
  it('keeps its name and its procedures', () => {
    const get = query({});
    expect(service('documents', { get })).toEqual({ name: 'documents', procedures: { get } });
  });

  it('takes names of 1 to 64 letters and digits', () => {
    expect(service('a', { b: query({}) }).name).toBe('a');
    const longest = `a${'b'.repeat(63)}`;
    expect(service(longest, {}).name).toBe(longest);
  });

  const bad = ['', 'Documents', '1st', 'a-b', 'a.b', 'a b', 'then', 'call', 'apply', 'constructor', 'prototype', `a${'b'.repeat(64)}`];

  it.each(bad)('refuses the service name %j', (name) => {
    expect(() => service(name, {})).toThrow(badName('service', name));
  });

  it.each([...bad, '__proto__'])('refuses the procedure name %j', (name) => {
    expect(() => service('documents', { [name]: query({}) })).toThrow(badName('procedure of documents', name));
  });

  it('refuses two routes that match the same requests, whatever their parameters are called', () => {
    expect(() =>
      service('documents', { get: query({ rest: 'GET /documents/{id}' }), find: query({ rest: 'GET /documents/{name}' }) }),
    ).toThrow(new TypeError('[CONTRACT] documents.find and documents.get have the same route GET /documents/{name}; change one'));
  });

  it('takes one path with two methods, and a literal beside a parameter', () => {
    const { procedures } = service('documents', {
      get: query({ rest: 'GET /documents/{id}' }),
      remove: mutation({ rest: 'DELETE /documents/{id}' }),
      newest: query({ rest: 'GET /documents/newest' }),
    });
    expect(Object.keys(procedures)).toEqual(['get', 'remove', 'newest']);
  });
});

describe('routeKey', () => {
  it('is the method and the path without the names of parameters', () => {
    expect(routeKey(parseRoute('GET /documents/{id}/versions/{version}'))).toBe('GET /documents/{}/versions/{}');
  });
});
