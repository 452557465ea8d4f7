/** A small service and hand-written events for the REST tests. */

import { error, mutation, query, service, subscription, wire } from '@org/gateway-core';
import { GatewayError } from '@org/gateway-core/errors';
import * as z from 'zod';
import type { FunctionParts } from '../execute/function-parts.js';
import { implement } from '../execute/implement.js';
import { defineService } from '../service/define-service.js';
import { createLogger } from '../telemetry/logger.js';
import type { RestEvent, RestEventV1, RestEventV2 } from './rest-event.js';
import { createRestHandler } from './rest-handler.js';

const notes = service('notes', {
  get: query({
    auth: 'public',
    input: () => z.object({ id: z.string().min(1) }),
    output: () => z.object({ id: z.string(), text: z.string() }),
    errors: { NOT_FOUND: () => z.object({ id: z.string() }) },
    rest: 'GET /notes/{id}',
  }),
  find: query({
    auth: 'public',
    input: () =>
      z.object({
        tag: z.array(z.string()).default([]),
        limit: z.int().max(50).default(10),
        done: z.boolean().optional(),
        above: z.number().optional(),
        q: z.string().optional(),
      }),
    output: () => z.object({ seen: z.unknown() }),
    rest: 'GET /notes',
  }),
  mine: query({ auth: 'public', output: () => z.string(), rest: 'GET /notes/mine' }),
  add: mutation({
    auth: 'public',
    input: () => z.object({ text: z.string().trim() }),
    output: () => z.object({ id: z.string(), text: z.string() }),
    errors: { FULL: error('CONFLICT', () => z.object({ max: z.int() })) },
    rest: { route: 'POST /notes', status: 201 },
  }),
  attach: mutation({
    auth: 'public',
    input: () => z.object({ id: z.string(), contentType: z.string(), content: z.base64() }),
    output: () => z.object({ bytes: z.int(), contentType: z.string() }),
    rest: { route: 'POST /notes/{id}/attachment', headers: { 'content-type': 'contentType' }, body: 'content' },
  }),
  crash: query({ auth: 'public', output: () => z.string() }),
  huge: query({ auth: 'public', input: () => z.object({ n: z.int() }), output: () => z.string() }),
  count: query({ auth: 'public', output: () => z.unknown() }),
  stamp: query({
    auth: 'public',
    input: () => z.object({ at: wire.date() }),
    output: () => z.object({ next: wire.date(), size: wire.bigint() }),
    rest: 'GET /stamps/{at}',
  }),
  tags: query({ auth: 'public', input: () => z.array(z.string()) }),
  liar: query({ auth: 'public', output: () => z.object({ n: z.number() }) }),
  secret: query({ output: () => z.string() }),
  scoped: query({ auth: { scopes: ['notes.read'] }, output: () => z.string() }),
  nothing: mutation({ auth: 'public' }),
  watch: subscription({ auth: 'public', event: () => z.string() }),
});

/** Log lines of the function under test. */
export interface Fixture {
  readonly handle: ReturnType<typeof createRestHandler>;
  readonly logLines: string[];
}

/** The REST face over the notes service. */
export function notesRest(allowedOrigin = '*', more: Partial<FunctionParts> = {}): Fixture {
  const logLines: string[] = [];
  return { handle: createRestHandler(notesParts({ allowedOrigin, ...more }, logLines)), logLines };
}

/** What it is made of. */
export function notesParts(more: Partial<FunctionParts> = {}, logLines: string[] = []): FunctionParts {
  const implementation = implement(defineService(notes, { uses: {} }), {
    get: ({ input, errors }) => (input.id === 'missing' ? errors.NOT_FOUND({ id: input.id }) : { id: input.id, text: 'hello' }),
    find: ({ input }) => ({ seen: input }),
    mine: () => 'mine',
    add: ({ input, errors }) =>
      input.text === 'one too many' ? errors.FULL({ max: 3 }) : { id: 'n1', text: input.text, extra: 'dropped' },
    attach: ({ input }) => ({ bytes: Buffer.from(input.content, 'base64').length, contentType: input.contentType }),
    crash: () => {
      throw new Error('password=hunter2');
    },
    huge: ({ input }) => '"'.repeat(input.n),
    count: () => 12n,
    stamp: ({ input }) => ({ next: new Date(input.at.getTime() + 1), size: 90_071_992_547_409_931n }),
    tags: () => {},
    liar: () => ({ n: 'not a number' as unknown as number }),
    secret: ({ ctx }) => ctx.user.id,
    scoped: () => 'in',
    nothing: () => {},
    watch: () => new GatewayError('FORBIDDEN', 'never over HTTP'),
  });
  return {
    implementation,
    clients: {},
    publish: () => Promise.reject(new Error('nothing is published here')),
    connectionOf: () => Promise.reject(new Error('no socket here')),
    allowedOrigin: '*',
    now: () => 1_700_000_000_123,
    log: createLogger({}, (line) => logLines.push(line)),
    ...more,
  };
}

/** What the notes service answers, its body read. */
export async function answer(event: RestEvent, allowedOrigin?: string) {
  const { statusCode, headers, body } = await notesRest(allowedOrigin).handle(event);
  return { status: statusCode, headers, body, json: body === '' ? undefined : JSON.parse(body) };
}

/** A REST API event as API Gateway writes it: absent maps are null. */
export function v1(method: string, path: string, more: Partial<RestEventV1> = {}): RestEventV1 {
  return {
    httpMethod: method,
    path,
    resource: '/{proxy+}',
    headers: { Host: 'api.example.com' },
    multiValueHeaders: { Host: ['api.example.com'] },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: { proxy: path.slice(1) },
    body: null,
    isBase64Encoded: false,
    requestContext: { requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef' },
    ...more,
  };
}

/** A v1 POST with a JSON body. */
export function v1Json(path: string, body: string, more: Partial<RestEventV1> = {}): RestEventV1 {
  return v1('POST', path, {
    headers: { 'Content-Type': 'application/json' },
    multiValueHeaders: { 'Content-Type': ['application/json'] },
    body,
    ...more,
  });
}

/** An HTTP API event. */
export function v2(method: string, rawPath: string, rawQueryString = '', more: Partial<RestEventV2> = {}): RestEventV2 {
  return {
    version: '2.0',
    rawPath,
    rawQueryString,
    headers: {},
    isBase64Encoded: false,
    requestContext: { http: { method }, stage: '$default', requestId: 'JKJaXmPLvHcESHA=' },
    ...more,
  };
}
