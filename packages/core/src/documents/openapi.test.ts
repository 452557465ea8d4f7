import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import * as mini from 'zod/mini';
import { defineContract } from '../dsl/contract.js';
import { error } from '../dsl/declared-error.js';
import { mutation, query, subscription } from '../dsl/procedure.js';
import { type ProcedureRecord, service } from '../dsl/service.js';
import { openApiDocument } from './openapi.js';
import type { OpenApiOperation } from './openapi-document.js';

const about = { title: 'Things', version: '2.1.0', url: 'https://api.example.com' };
const documentOf = (procedures: ProcedureRecord) => openApiDocument(defineContract({ things: service('things', procedures) }), about);

function operationOf(procedure: ProcedureRecord[string]): OpenApiOperation {
  const [methods] = Object.values(documentOf({ it: procedure }).paths);
  return Object.values(methods!)[0]!;
}

const ANY_FAILURE = { $ref: '#/components/responses/Error' };

describe('openApiDocument', () => {
  it('is OpenAPI 3.1 with what the options say, and one tag per service that has routes', () => {
    const quiet = service('quiet', { count: query({}) });
    const things = service('things', { get: query({ auth: 'public', rest: 'GET /things' }) });
    const { paths, components, ...head } = openApiDocument(defineContract({ quiet, things }), about);
    expect(head).toEqual({
      openapi: '3.1.0',
      info: { title: 'Things', version: '2.1.0' },
      servers: [{ url: 'https://api.example.com' }],
      tags: [{ name: 'things' }],
    });
    expect(Object.keys(paths)).toEqual(['/things']);
    expect(Object.keys(components)).toEqual(['schemas', 'responses']);
  });

  it('leaves out what has no route', () => {
    expect(documentOf({ count: query({}), changes: subscription({ event: z.string() }) }).paths).toEqual({});
  });

  it('puts several methods under one path', () => {
    const { paths } = documentOf({
      get: query({ input: z.object({ id: z.string() }), rest: 'GET /things/{id}' }),
      remove: mutation({ input: z.object({ id: z.string() }), rest: 'DELETE /things/{id}' }),
    });
    expect(Object.entries(paths['/things/{id}']!).map(([method, { operationId }]) => [method, operationId])).toEqual([
      ['get', 'things.get'],
      ['delete', 'things.remove'],
    ]);
  });

  it('refuses a contract that does not pass checkContract', () => {
    expect(() => documentOf({ get: query({ rest: 'GET /things/{id}' }) })).toThrow(
      new TypeError(
        '[CONTRACT] the contract has one problem:\n- things.get: path parameter {id} fills the field "id", which the input does not have',
      ),
    );
  });

  it('builds the same document twice and leaves the schemas as they were', () => {
    const input = z.object({ id: z.string(), count: z.int().default(1), loud: z.boolean().optional() });
    const procedures = { get: query({ input, output: z.string(), rest: 'GET /things/{id}' }) };
    expect(JSON.stringify(documentOf(procedures))).toBe(JSON.stringify(documentOf(procedures)));
    expect(input.safeParse({ id: 'a', count: '1' }).success).toBe(false);
    expect(input.safeParse({ id: 'a', loud: 'false' }).success).toBe(false);
  });
});

describe('an operation', () => {
  it('says who may call it: nobody is asked, a token, a token with scopes', () => {
    expect(operationOf(query({ auth: 'public', rest: 'GET /things' })).security).toBeUndefined();
    expect(operationOf(query({ rest: 'GET /things' })).security).toEqual([{ bearer: [] }]);
    expect(operationOf(query({ auth: { scopes: ['things:read'] }, rest: 'GET /things' })).security).toEqual([{ bearer: ['things:read'] }]);
    expect(documentOf({ get: query({ rest: 'GET /things' }) }).components.securitySchemes).toEqual({
      bearer: { type: 'http', scheme: 'bearer' },
    });
  });

  it('says that it is deprecated, since when, until when and what to use', () => {
    const deprecated = { since: '2026-01-01', sunset: '2026-12-31', use: 'things.find' };
    expect(operationOf(query({ deprecated, summary: 'Old', rest: 'GET /things' }))).toMatchObject({
      summary: 'Old',
      deprecated: true,
      description: 'Deprecated since 2026-01-01. May be gone after 2026-12-31. Use things.find.',
    });
    expect(operationOf(query({ deprecated: { since: '2026-01-01' }, rest: 'GET /things' })).description).toBe(
      'Deprecated since 2026-01-01.',
    );
  });

  it('takes path, query and header parameters from the input', () => {
    const input = z.object({
      id: z.string(),
      tag: z.array(z.enum(['a', 'b'])).optional(),
      size: z.int().min(1).max(9),
      trace: z.string().optional(),
    });
    expect(operationOf(query({ input, rest: { route: 'GET /things/{id}', headers: { 'X-Trace': 'trace' } } })).parameters).toEqual([
      { in: 'header', name: 'x-trace', schema: { type: 'string' } },
      { in: 'path', name: 'id', required: true, schema: { type: 'string' } },
      { in: 'query', name: 'tag', schema: { type: 'array', items: { type: 'string', enum: ['a', 'b'] } } },
      { in: 'query', name: 'size', required: true, schema: { type: 'integer', minimum: 1, maximum: 9 } },
    ]);
  });

  it('takes a JSON body without the fields that path and headers fill', () => {
    const input = z.object({ id: z.string(), title: z.string(), trace: z.string() });
    const { requestBody } = operationOf(mutation({ input, rest: { route: 'POST /things/{id}', headers: { 'x-trace': 'trace' } } }));
    expect(requestBody).toEqual({
      required: true,
      content: { 'application/json': { schema: { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] } } },
    });
  });

  it('shows what a caller sends of an input that decodes, behind a transform too', () => {
    const IsoDate = z.codec(z.iso.date(), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() });
    const input = z.object({ id: z.string(), at: IsoDate }).transform(({ at }) => at.getTime());
    const { parameters } = operationOf(query({ input, rest: 'GET /things/{id}' }));
    expect(parameters?.[1]).toMatchObject({ in: 'query', name: 'at', required: true, schema: { type: 'string', format: 'date' } });
  });

  it.each([
    ['a literal', z.literal(1), { type: 'number', const: 1 }],
    ['a choice of literals', z.literal(['a', 'b']), { type: 'string', enum: ['a', 'b'] }],
    ['a template', z.templateLiteral(['v', z.int()]), { type: 'string', pattern: expect.any(String) }],
    ['a boolean text', z.stringbool(), { type: 'string' }],
    ['a schema of zod/mini', mini.string().check(mini.maxLength(9)), { type: 'string', maxLength: 9 }],
  ])('takes a parameter that is %s', (_, value, schema) => {
    const operation = operationOf(query({ input: z.object({ value, path: value }), rest: 'GET /things/{path}' }));
    expect(operation.parameters).toEqual([
      { in: 'path', name: 'path', required: true, schema },
      { in: 'query', name: 'value', required: true, schema },
    ]);
  });

  it('takes an input and an output of zod/mini', () => {
    const { parameters, responses } = operationOf(
      query({ input: mini.object({ id: mini.optional(mini.string()) }), output: mini.object({ id: mini.string() }), rest: 'GET /things' }),
    );
    expect(parameters).toEqual([{ in: 'query', name: 'id', schema: { type: 'string' } }]);
    expect(responses['200']).toMatchObject({ content: { 'application/json': { schema: { properties: { id: { type: 'string' } } } } } });
  });

  it('says that a strict body takes no other fields, and that an optional one may be left out', () => {
    const input = z.strictObject({ id: z.string() });
    expect(operationOf(mutation({ input: input.optional(), rest: 'POST /things' })).requestBody).toEqual({
      required: false,
      content: {
        'application/json': {
          schema: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'], additionalProperties: false },
        },
      },
    });
  });

  it.each([
    ['bytes for base64', z.base64(), {}, { required: true, content: { 'application/octet-stream': {} } }],
    [
      'its text otherwise',
      z.string().max(9),
      {},
      { required: true, content: { 'text/plain': { schema: { type: 'string', maxLength: 9 } } } },
    ],
    ['any media type that a header names', z.base64(), { 'content-type': 'type' }, { required: true, content: { '*/*': {} } }],
    ['nothing when it is optional', z.base64().optional(), {}, { required: false, content: { 'application/octet-stream': {} } }],
  ])('takes a whole body: %s', (_, content, headers, expected) => {
    const input = z.object({ name: z.string(), type: z.string().optional(), content });
    const operation = operationOf(mutation({ input, rest: { route: 'POST /things/{name}', headers, body: 'content' } }));
    expect(operation.requestBody).toEqual(expected);
    expect(operation.parameters?.map(({ name }) => name)).toEqual(['name']);
  });

  it('answers with the status of the route, and without content when there is no output', () => {
    expect(
      operationOf(mutation({ auth: 'public', output: z.object({ id: z.string() }), rest: { route: 'POST /things', status: 201 } }))
        .responses,
    ).toEqual({
      201: {
        description: 'Successful response',
        content: {
          'application/json': {
            schema: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'], additionalProperties: false },
          },
        },
      },
      default: ANY_FAILURE,
    });
    expect(operationOf(mutation({ auth: 'public', rest: { route: 'POST /things', status: 204 } })).responses).toEqual({
      204: { description: 'Successful response' },
      default: ANY_FAILURE,
    });
  });

  it('can fail for its input when it has one, and for its caller when it is not public', () => {
    expect(Object.keys(operationOf(query({ auth: 'public', rest: 'GET /things' })).responses)).toEqual(['200', 'default']);
    expect(Object.keys(operationOf(query({ rest: 'GET /things' })).responses)).toEqual(['200', '401', '403', 'default']);
    expect(Object.keys(operationOf(query({ auth: 'public', input: z.object({}), rest: 'GET /things' })).responses)).toEqual([
      '200',
      '400',
      'default',
    ]);
  });

  it('shows every declared error of a status, and the plain failure beside them', () => {
    const errors = { STALE: error('CONFLICT', z.object({ current: z.int() })), LOCKED: error('CONFLICT', z.object({ by: z.string() })) };
    const { description, content } = operationOf(query({ errors, rest: 'GET /things' })).responses['409'] as {
      description: string;
      content: Record<string, { schema: { anyOf: { title?: string }[] } }>;
    };
    expect(description).toBe('STALE, LOCKED');
    expect(content['application/json']?.schema.anyOf.map(({ title }) => title)).toEqual(['STALE', 'LOCKED', undefined]);
  });
});

describe('the failure of components', () => {
  it('P4.1 is our error body', () => {
    const { schemas, responses } = documentOf({ get: query({ rest: 'GET /things' }) }).components;
    expect(responses.Error?.content).toEqual({ 'application/json': { schema: { $ref: '#/components/schemas/Error' } } });
    const body = z.fromJSONSchema(schemas.Error as Parameters<typeof z.fromJSONSchema>[0]);
    const failure = {
      message: 'no such document',
      code: -32004,
      data: { code: 'NOT_FOUND', httpStatus: 404, path: 'documents.get', error: 'NOT_FOUND', details: { id: 'a' }, requestId: 'r-1' },
    };
    expect(body.safeParse({ error: failure }).success).toBe(true);
    expect(body.safeParse({ error: { ...failure, data: { code: 'TEAPOT', httpStatus: 418 } } }).success).toBe(false);
    expect(body.safeParse(failure).success).toBe(false);
  });
});
