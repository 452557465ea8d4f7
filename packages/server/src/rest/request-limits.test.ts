/** What a request may be, and what every answer carries: PROTOCOL.md P5.13 and P5.14. */

import { mutation, query, service } from '@org/gateway-core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { implement } from '../execute/implement.js';
import { defineService } from '../service/define-service.js';
import { createLogger } from '../telemetry/logger.js';
import { v1, v1Json } from './rest.fixture.js';
import type { RestEvent } from './rest-event.js';
import { createRestHandler } from './rest-handler.js';

const json = () => z.json();
const store = service('store', {
  echo: query({ auth: 'public', input: json, output: json }),
  keep: mutation({
    auth: 'public',
    input: () => z.object({ any: z.record(z.string(), z.unknown()), loose: z.looseObject({}).optional() }),
    output: () => z.string(),
    rest: 'POST /store',
  }),
});

const implementation = implement(defineService(store, { uses: {}, maxRequestBytes: 3_000 }), {
  echo: ({ input }) => input,
  keep: ({ input }) =>
    `${Object.keys(input.any)}; ${Object.keys(input.loose ?? {})}; ${'admin' in input.any}; ${'admin' in (input.loose ?? {})}`,
});
const never = () => Promise.reject(new Error('not used'));
const handle = createRestHandler({
  ...{
    implementation,
    clients: {},
    publish: never,
    connectionOf: never,
    allowedOrigin: '*',
    now: () => 0,
    log: createLogger({}, () => {}),
  },
});
const answer = async (event: RestEvent) => {
  const { statusCode, body, headers } = await handle(event);
  return { status: statusCode, headers, code: body.startsWith('{') ? JSON.parse(body).error?.data.code : undefined, body };
};
const echo = (input: string) => answer(v1('GET', '/rpc/store/echo', { multiValueQueryStringParameters: { input: [input] } }));

describe('P5.13 a request', () => {
  it('lies 500 levels deep at most, in a query and in a body', async () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    expect((await echo(nested(501))).code).toBe('BAD_REQUEST');
    expect((await echo(`{"text":${JSON.stringify('['.repeat(600))}}`)).status).toBe(200);
    expect((await answer(v1Json('/rpc/store/keep', `{"any":${nested(500)}}`))).code).toBe('BAD_REQUEST');
    expect((await answer(v1Json('/store', nested(1_400)))).code).toBe('BAD_REQUEST');
  });

  it('has at most as many bytes as the service takes, base64 counted as what it stands for', async () => {
    const body = (bytes: number) => `{"any":{"a":"${'x'.repeat(bytes - 16)}"}}`;
    expect((await answer(v1Json('/rpc/store/keep', body(3_000)))).status).toBe(200);
    expect(await answer(v1Json('/rpc/store/keep', body(3_001)))).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
    expect(await answer(v1Json('/store', body(3_001)))).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
    const base64 = (bytes: number) => v1Json('/rpc/store/keep', Buffer.from(body(bytes)).toString('base64'), { isBase64Encoded: true });
    expect([(await answer(base64(3_000))).status, (await answer(base64(3_001))).status]).toEqual([200, 413]);
    const umlauts = `{"any":{"a":"${'ü'.repeat(1_494)}"}}`;
    expect((await answer(v1Json('/rpc/store/keep', umlauts))).status).toBe(413);
  });

  it.each(['/rpc/store/keep', '/store'])('reaches no prototype, whatever its keys are called (%s)', async (path) => {
    const hostile =
      '{"any":{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}},"loose":{"__proto__":{"admin":true}},"__proto__":{"admin":true}}';
    const { status, body } = await answer(v1Json(path, hostile));
    expect(status).toBe(200);
    expect(body).toContain('; false; false');
    expect('admin' in {}).toBe(false);
  });
});

it.each([
  ['an answer', '1'],
  ['a failure', '{'],
])('P5.14 %s is data and nothing else to a browser', async (_, input) => {
  expect((await echo(input)).headers).toMatchObject({
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'strict-transport-security': 'max-age=63072000; includeSubDomains',
    'referrer-policy': 'no-referrer',
  });
});
