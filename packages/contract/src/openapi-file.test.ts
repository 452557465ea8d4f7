/** `openapi.json` against what a reader of PROTOCOL.md and of the contract would write by hand. */

import { readFileSync } from 'node:fs';
import type { OpenApiDocument, OpenApiOperation } from '@org/gateway-core/documents';
import { describe, expect, it } from 'vitest';
import { staleness } from './generated-file.js';
import { openApiFile } from './openapi-file.js';

const document = JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8')) as OpenApiDocument;

function operation(path: string, method: string): OpenApiOperation {
  const found = document.paths[path]?.[method];
  if (!found) throw new Error(`openapi.json has no ${method} ${path}`);
  return found;
}

const ANY_FAILURE = { $ref: '#/components/responses/Error' };
/** What a call that needs a user may end in besides its own errors. */
const ANY_REFUSAL = { 400: ANY_FAILURE, 401: ANY_FAILURE, 403: ANY_FAILURE, default: ANY_FAILURE };
const Id = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$' };
const Count = { type: 'integer', minimum: 0, maximum: 9_007_199_254_740_991 };
const Positive = { type: 'integer', exclusiveMinimum: 0, maximum: 9_007_199_254_740_991 };
const Whole = { type: 'integer', minimum: -9_007_199_254_740_991, maximum: 9_007_199_254_740_991 };
const text = { type: 'string' };

const summary = { id: Id, folder: text, title: text, bytes: Count, version: Positive, createdAtMs: Whole, updatedAtMs: Whole };
const json = (properties: object) => ({
  'application/json': { schema: { type: 'object', properties, required: Object.keys(properties), additionalProperties: false } },
});

/** A declared error as PROTOCOL.md P4.1 carries it. */
const declared = (name: string, code: string, details: object) => ({
  title: name,
  allOf: [
    { $ref: '#/components/schemas/Error' },
    {
      type: 'object',
      properties: {
        error: {
          type: 'object',
          properties: {
            data: {
              type: 'object',
              properties: {
                code: { const: code },
                error: { const: name },
                details: { type: 'object', properties: details, required: Object.keys(details), additionalProperties: false },
              },
              required: ['code', 'error', 'details'],
            },
          },
          required: ['data'],
        },
      },
      required: ['error'],
    },
  ],
});

const failure = (description: string, ...errors: object[]) => ({
  description,
  content: { 'application/json': { schema: { anyOf: [...errors, { $ref: '#/components/schemas/Error' }] } } },
});

describe('openapi.json', () => {
  it('is what the contract says', async () => {
    expect(await staleness(openApiFile())).toBeUndefined();
  });

  it('has the routes of the contract', () => {
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${operationId}: ${method.toUpperCase()} ${path}`),
    );
    // Others may be there: a new procedure takes no line here.
    expect(routes).toEqual(
      expect.arrayContaining([
        'answers.ask: GET /answers',
        'documents.edit: POST /documents/{id}',
        'documents.folders: GET /folders',
        'documents.get: GET /documents/{id}',
        'documents.list: GET /documents',
        'documents.many: GET /summaries',
        'documents.move: POST /moves',
        'documents.remove: DELETE /documents/{id}',
        'documents.save: POST /documents',
        'events.note: POST /events/{id}/notes',
        'events.recent: GET /events',
        'files.abortUpload: DELETE /files/{key}/upload',
        'files.beginUpload: POST /files/uploads',
        'files.completeUpload: POST /files/{key}/upload',
        'files.content: GET /files/{key}/content',
        'files.form: POST /files/forms',
        'files.get: GET /files/{key}',
        'files.list: GET /files',
        'files.listParts: GET /files/{key}/upload',
        'files.put: POST /files/{name}/content',
        'files.remove: DELETE /files/{key}',
        'files.signParts: GET /files/{key}/upload/urls',
        'files.upload: POST /files',
        'files.usage: GET /usage',
        'files.uploaded: POST /files/{key}/uploaded',
        'graph.document: GET /graph/documents/{id}',
        'graph.documents: GET /graph/documents',
        'inference.classify: POST /inference/classify',
        'inference.classifyStream: POST /inference/classify/{stream}',
        'inference.label: GET /labels/{id}',
        'inference.labels: GET /labels',
        'search.find: GET /search',
        'search.popular: GET /search/popular',
        'search.rebuild: POST /search/rebuild',
        'search.status: GET /search/rebuild',
        'system.health: GET /health',
        'system.whoami: GET /whoami',
      ]),
    );
  });

  it('is about this API', () => {
    const { paths, components, ...head } = document;
    expect(head).toEqual({
      openapi: '3.1.0',
      info: { title: 'Gateway', version: '1.0.0' },
      servers: [{ url: '/' }],
      tags: ['account', 'answers', 'chat', 'documents', 'events', 'files', 'graph', 'inference', 'search', 'system'].map((name) => ({
        name,
      })),
    });
  });
});

describe('an operation of openapi.json', () => {
  it('documents.get: a path parameter, a declared error', () => {
    expect(operation('/documents/{id}', 'get')).toEqual({
      operationId: 'documents.get',
      summary: 'One document with its body',
      tags: ['documents'],
      parameters: [{ in: 'path', name: 'id', required: true, schema: Id }],
      responses: {
        200: { description: 'Successful response', content: json({ ...summary, body: text }) },
        400: ANY_FAILURE,
        404: failure('NOT_FOUND', declared('NOT_FOUND', 'NOT_FOUND', { id: text })),
        default: ANY_FAILURE,
      },
    });
  });

  it('documents.save: a JSON body, answered 201', () => {
    expect(operation('/documents', 'post')).toEqual({
      operationId: 'documents.save',
      summary: 'Creates a document, or replaces it when the id exists',
      tags: ['documents'],
      security: [{ bearer: [] }],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              properties: {
                id: Id,
                folder: { type: 'string', pattern: '^[A-Za-z0-9@][A-Za-z0-9._@-]{0,63}$' },
                title: { type: 'string', minLength: 1, maxLength: 200 },
                body: { type: 'string', maxLength: 1_000_000 },
              },
              required: ['folder', 'title', 'body'],
            },
          },
        },
      },
      responses: { 201: { description: 'Successful response', content: json(summary) }, ...ANY_REFUSAL },
    });
  });

  it('documents.edit: two declared errors, each at its status', () => {
    const { responses } = operation('/documents/{id}', 'post');
    expect(responses['404']).toEqual(failure('NOT_FOUND', declared('NOT_FOUND', 'NOT_FOUND', { id: text })));
    expect(responses['409']).toEqual(failure('STALE_VERSION', declared('STALE_VERSION', 'CONFLICT', { id: text, currentVersion: Whole })));
  });

  it('files.put: the body is the file, in the media type of its header', () => {
    expect(operation('/files/{name}/content', 'post')).toEqual({
      operationId: 'files.put',
      summary: 'Stores a small file through the gateway',
      tags: ['files'],
      security: [{ bearer: [] }],
      parameters: [{ in: 'path', name: 'name', required: true, schema: { type: 'string', pattern: '^[^\\\\/\\p{Cc}]{1,200}$' } }],
      requestBody: { required: true, content: { '*/*': {} } },
      responses: {
        201: {
          description: 'Successful response',
          content: json({ key: text, name: text, contentType: text, bytes: Count, uploadedAtMs: Whole }),
        },
        ...ANY_REFUSAL,
      },
    });
  });

  it('search.rebuild: a token with its scope', () => {
    expect(operation('/search/rebuild', 'post').security).toEqual([{ bearer: ['search:rebuild'] }]);
  });

  it('system.whoami: a query parameter that may be repeated, and need not be there', () => {
    expect(operation('/whoami', 'get').parameters).toEqual([
      { in: 'query', name: 'tag', schema: { type: 'array', items: { type: 'string', maxLength: 64 }, maxItems: 10, default: [] } },
    ]);
  });

  it('documents.list: optional query parameters with their defaults', () => {
    expect(operation('/documents', 'get').parameters).toEqual([
      { in: 'query', name: 'folder', schema: { type: 'string', pattern: '^[A-Za-z0-9@][A-Za-z0-9._@-]{0,63}$' } },
      { in: 'query', name: 'limit', schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 } },
      { in: 'query', name: 'cursor', schema: { type: 'string', maxLength: 2_000 } },
    ]);
  });

  it('search.find: a backend that is not there is 424', () => {
    const { parameters, responses } = operation('/search', 'get');
    expect(parameters?.slice(0, 3)).toEqual([
      { in: 'query', name: 'text', schema: { type: 'string', maxLength: 200 } },
      { in: 'query', name: 'lastWordIsPrefix', schema: { type: 'boolean', default: false } },
      { in: 'query', name: 'folder', schema: { type: 'string', pattern: '^[A-Za-z0-9@][A-Za-z0-9._@-]{0,63}$' } },
    ]);
    expect(responses['424']).toEqual(failure('INDEX_MISSING', declared('INDEX_MISSING', 'FAILED_DEPENDENCY', { index: text })));
  });
});
