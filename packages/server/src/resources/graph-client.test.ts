/** The client against answers written from AppSync's developer guide. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { graph, graphOperation } from '../service/graph.js';
import { createGraphClient } from './graph-client.js';
import { type HttpRecorder, type RecordedAnswer, type RecordedRequest, startRecorder } from './http-recorder.fixture.js';

const Library = graph('Library', {
  schema: 'type Query { document(id: ID!): Document } type Mutation { rename(id: ID!): Document } type Document { title: String! }',
  operations: {
    title: graphOperation({
      document: 'query ($id: ID!) { document(id: $id) { title } }',
      fields: ['Query.document'],
      variables: () => z.object({ id: z.string().min(1) }),
      data: () => z.object({ document: z.object({ title: z.string() }).nullable() }),
    }),
    rename: graphOperation({
      document: 'mutation ($id: ID!) { rename(id: $id) { title } }',
      fields: ['Mutation.rename'],
      variables: () => z.object({ id: z.string() }),
      data: () => z.object({ rename: z.object({ title: z.string() }) }),
    }),
  },
});

/** 14 November 2023, 22:13:20.123 UTC. */
const NOW_MS = 1_700_000_000_123;

let recorder: HttpRecorder;
let answer: (request: RecordedRequest) => RecordedAnswer | Promise<RecordedAnswer>;
beforeEach(async () => {
  recorder = await startRecorder((request) => answer(request));
});
afterEach(() => recorder.close());

const library = (options: { readonly key?: string; readonly timeoutMs?: number } = {}) =>
  createGraphClient({
    grant: Library.allow('title', 'rename'),
    location: `${recorder.origin}/graphql${options.key === undefined ? '' : `#${options.key}`}`,
    region: 'eu-west-1',
    credentials: async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' }),
    now: () => NOW_MS,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
const title = (options?: Parameters<typeof library>[0]) => library(options).title?.({ id: 'a' });
const rename = () => library().rename?.({ id: 'a' });

const json = (status: number, body: unknown): RecordedAnswer => ({
  status,
  headers: { 'content-type': 'application/json;charset=UTF-8' },
  body: JSON.stringify(body),
});

const found = json(200, { data: { document: { title: 'Zod', extra: 1 } } });

describe('a call', () => {
  test('posts document and variables, signed for appsync, and gives the data as its schema returns it', async () => {
    answer = () => found;
    expect(await title()).toEqual({ document: { title: 'Zod' } });
    expect(recorder.requests).toMatchObject([
      { method: 'POST', path: '/graphql', headers: { 'content-type': 'application/json', host: new URL(recorder.origin).host } },
    ]);
    expect(JSON.parse(recorder.requests[0]?.body.toString() ?? '')).toEqual({
      query: 'query ($id: ID!) { document(id: $id) { title } }',
      variables: { id: 'a' },
    });
    expect(recorder.requests[0]?.headers).toMatchObject({
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20231114\/eu-west-1\/appsync\/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
      ),
      'x-amz-date': '20231114T221320Z',
      'x-amz-security-token': 'token',
    });
  });

  test('with an API key has the key and no signature', async () => {
    answer = () => found;
    await title({ key: 'da2-abc' });
    expect(recorder.requests[0]?.headers['x-api-key']).toBe('da2-abc');
    expect(recorder.requests[0]?.headers.authorization).toBeUndefined();
    expect(recorder.requests[0]?.path).toBe('/graphql');
  });

  test('sends no variables that do not fit, and repeats none of them', async () => {
    await expect(library().title?.({ id: '' })).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
    expect(recorder.requests).toEqual([]);
  });
});

describe('a failure', () => {
  test('of the API is FAILED_DEPENDENCY, its own words in the log only', async () => {
    answer = () =>
      json(200, {
        data: { document: null },
        errors: [{ path: ['document'], errorType: 'Lambda:Unhandled', message: 'table Documents is gone', locations: null }],
      });
    await expect(title()).rejects.toMatchObject({
      code: 'FAILED_DEPENDENCY',
      message: '[FAILED_DEPENDENCY] graph Library failed, and so did what needs it',
      cause: {
        message: 'Library.title failed',
        cause: { message: 'AppSync answered 200: Lambda:Unhandled document table Documents is gone' },
      },
    });
  });

  test('of a document that the schema refuses is FAILED_DEPENDENCY', async () => {
    answer = () => json(400, { errors: [{ errorType: 'BadRequestException', message: 'Unable to parse GraphQL query.' }] });
    await expect(title()).rejects.toMatchObject({ code: 'FAILED_DEPENDENCY' });
  });

  test('to answer with what was asked for is FAILED_DEPENDENCY', async () => {
    for (const body of ['{"data":{"document":{"title":7}}}', '<html>', '{}', '[]']) {
      answer = () => ({ status: 200, body });
      await expect(title()).rejects.toMatchObject({ code: 'FAILED_DEPENDENCY' });
    }
  });

  test('of authorization, on a field or on the whole, names action, graph and what to add to `uses`, and no key', async () => {
    const field = json(200, {
      data: null,
      errors: [{ path: ['document'], errorType: 'Unauthorized', message: 'Not Authorized to access document on type Query' }],
    });
    const whole = json(401, { errors: [{ errorType: 'UnauthorizedException', message: 'You are not authorized to make this call.' }] });
    for (const each of [field, whole]) {
      answer = () => each;
      await expect(title({ key: 'da2-abc' })).rejects.toMatchObject({
        code: 'INTERNAL_SERVER_ERROR',
        message: `appsync:GraphQL on graph Library (${recorder.origin}/graphql) was denied: add 'title' to Library.allow(…) in the service's \`uses\` and deploy`,
      });
    }
  });

  test('to get through is SERVICE_UNAVAILABLE: a query is sent twice, a mutation once, neither when throttled', async () => {
    answer = () => ({ status: 503 });
    await expect(title()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(recorder.requests).toHaveLength(2);
    await expect(rename()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(recorder.requests).toHaveLength(3);
    answer = () => json(429, { errors: [{ errorType: 'TooManyRequestsException', message: 'Rate exceeded' }] });
    await expect(title()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(recorder.requests).toHaveLength(4);
    await recorder.close();
    await expect(title()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  test('to get credentials is ours to repair, and nothing is sent', async () => {
    const credentials = () => Promise.reject(new Error('no role'));
    const options = { grant: Library.allow('title'), location: `${recorder.origin}/graphql`, region: 'eu-west-1', now: () => NOW_MS };
    await expect(createGraphClient({ ...options, credentials }).title?.({ id: 'a' })).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
    });
    expect(recorder.requests).toEqual([]);
  });

  test('that passes is not noticed', async () => {
    answer = () => (recorder.requests.length === 1 ? { status: 500 } : found);
    expect(await title()).toEqual({ document: { title: 'Zod' } });
  });

  test('to answer in time is SERVICE_UNAVAILABLE', async () => {
    answer = () => new Promise(() => {});
    await expect(title({ timeoutMs: 50 })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', cause: { name: 'TimeoutError' } });
    expect(recorder.requests).toHaveLength(2);
  });
});

test('a location that is no URL is known at cold start', () => {
  const options = {
    grant: Library.allow('title'),
    region: 'eu-west-1',
    credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 'b' }),
  };
  expect(() => createGraphClient({ ...options, location: 'nowhere', now: () => 0 })).toThrow(TypeError);
});
