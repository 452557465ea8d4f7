import { describe, expect, it } from 'vitest';
import { defineContract, routeRoots } from './contract.js';
import { mutation, query } from './procedure.js';
import { service } from './service.js';

const documents = service('documents', {
  get: query({ rest: 'GET /documents/{id}' }),
  save: mutation({ rest: 'POST /documents' }),
  folders: query({ rest: 'GET /folders' }),
  count: query({}),
});

describe('defineContract', () => {
  it('keeps the services by name', () => {
    expect(defineContract({ documents })).toEqual({ services: { documents } });
  });

  it('refuses a service under another name', () => {
    expect(() => defineContract({ texts: documents })).toThrow(
      new TypeError('[CONTRACT] service "documents" stands under the key "texts"; use its own name'),
    );
  });

  it('refuses two services with routes under one first segment', () => {
    const archive = service('archive', { folders: mutation({ rest: 'POST /folders/{name}' }) });
    expect(() => defineContract({ documents, archive })).toThrow(
      new TypeError('[CONTRACT] services documents and archive both have routes under /folders; move one of them'),
    );
  });

  it('takes a service whose routes are not under its name', () => {
    const folders = service('folders', { all: query({ rest: 'GET /directories' }) });
    expect(Object.keys(defineContract({ documents, folders }).services)).toEqual(['documents', 'folders']);
  });
});

describe('routeRoots', () => {
  it('is each first segment once, in the order of the procedures', () => {
    expect(routeRoots(documents)).toEqual(['documents', 'folders']);
  });

  it('is empty for a service without routes', () => {
    expect(routeRoots(service('quiet', { count: query({}) }))).toEqual([]);
  });
});
