import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../clock.js';
import type { Invoke } from '../parts.js';
import { createJournal, ENVIRONMENT, invokeWith, NOW_MS, signal } from './gateway.test.fixture.js';
import { type RunningRestApi, startRestApi } from './rest-api.js';
import { guarded, PROXY_INTEGRATION, type RestStackParts, restStack } from './stack.test.fixture.js';
import { type HttpCall, send } from './wire.test.fixture.js';

let running: RunningRestApi | undefined;
afterEach(() => running?.close());

interface Setup {
  readonly invoke: Invoke;
  readonly parts?: Partial<RestStackParts>;
}

async function start({ invoke, parts }: Setup): Promise<{ url: string; clock: ManualClock; journal: ReturnType<typeof createJournal> }> {
  const clock = createManualClock(NOW_MS);
  const journal = createJournal();
  const stack = restStack({ methods: { 'ANY /{proxy+}': {} }, ...parts });
  running = await startRestApi({
    ...guarded(stack),
    restApiId: 'Api',
    environment: ENVIRONMENT,
    invoke,
    clock,
    report: journal.report,
    port: 0,
  });
  return { url: running.url, clock, journal };
}

async function answerTo(result: unknown, call: HttpCall = {}, parts: Partial<RestStackParts> = {}): ReturnType<typeof send> {
  const { url } = await start({ invoke: invokeWith(() => result), parts });
  return send(url, { path: '/x', ...call });
}

const INTERNAL = { message: 'Internal server error' };

describe('what a function may return', () => {
  it('answers 200 with an empty JSON body for {statusCode:200}', async () => {
    const answer = await answerTo({ statusCode: 200 });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toEqual(['application/json']);
    expect(answer.body.length).toBe(0);
  });

  it('answers 200 when the function returns headers only', async () => {
    const answer = await answerTo({ headers: { 'X-Only': 'yes' } });
    expect(answer.status).toBe(200);
    expect(answer.headers['x-only']).toEqual(['yes']);
  });

  it('takes a status in text', async () => {
    expect((await answerTo({ statusCode: '201' })).status).toBe(201);
  });

  it.each([
    ['a status that is no number', { statusCode: 'test' }],
    ['an unknown top-level key', { statusCode: 200, cookies: [] }],
    ['a string', 'hello'],
    ['null', null],
    ['an array', [1]],
    ['an object as body', { statusCode: 200, body: { a: 1 } }],
    ['multi-value headers that are no array', { statusCode: 200, multiValueHeaders: { 'x-a': 'one' } }],
    ['a header that is an object', { statusCode: 200, headers: { 'x-a': {} } }],
  ])('answers 502 for %s', async (_, result) => {
    const answer = await answerTo(result);
    expect(answer.status).toBe(502);
    expect(answer.json()).toEqual(INTERNAL);
    expect(answer.headers['x-amzn-errortype']).toEqual(['InternalServerErrorException']);
  });

  it('answers 502 for a header value that HTTP forbids', async () => {
    const answer = await answerTo({ statusCode: 200, headers: { 'x-a': 'one\ntwo' } });
    expect(answer.status).toBe(502);
  });

  it('accepts null maps and turns boolean and number header values into text', async () => {
    const answer = await answerTo({ statusCode: 200, headers: { 'x-flag': true, 'x-age': 86400 }, multiValueHeaders: null });
    expect(answer.headers['x-flag']).toEqual(['true']);
    expect(answer.headers['x-age']).toEqual(['86400']);
  });

  it('merges both header maps, multi-value first and in its spelling', async () => {
    const answer = await answerTo({ headers: { 'x-test': 'value-solo' }, multiValueHeaders: { 'X-Test': ['value-multi'] } });
    expect(answer.headers['x-test']).toEqual(['value-multi', 'value-solo']);
    expect(answer.headerNames).toContain('X-Test');
    expect(answer.headerNames).not.toContain('x-test');
  });

  it('sends a value that is in both maps once', async () => {
    const answer = await answerTo({ headers: { vary: 'Origin' }, multiValueHeaders: { Vary: ['Accept', 'Origin'] } });
    expect(answer.headers.vary).toEqual(['Accept', 'Origin']);
  });

  it('sends each cookie of multiValueHeaders in a header of its own', async () => {
    const answer = await answerTo({ statusCode: 200, multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] } });
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
  });

  it('never adds a CORS header of its own', async () => {
    const answer = await answerTo({ statusCode: 200 }, { headers: { Origin: 'https://app.example' } });
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('renames the response headers it keeps for itself', async () => {
    const answer = await answerTo({
      statusCode: 401,
      headers: { 'WWW-Authenticate': 'Bearer', Date: 'yesterday', 'Content-Length': '99' },
    });
    expect(answer.headers['x-amzn-remapped-www-authenticate']).toEqual(['Bearer']);
    expect(answer.headers['x-amzn-remapped-date']).toEqual(['yesterday']);
    expect(answer.headers['x-amzn-remapped-content-length']).toEqual(['99']);
    expect(answer.headers['www-authenticate']).toBeUndefined();
  });

  it('identifies every answer, with a trace id on those of functions', async () => {
    const answer = await answerTo({ statusCode: 200 });
    expect(answer.headers['x-amzn-requestid']?.[0]).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(answer.headers['x-amz-apigw-id']?.[0]).toMatch(/^[\w-]{15}=$/);
    expect(answer.headers['x-amzn-trace-id']?.[0]).toMatch(/^Root=1-6553f100-[\da-f]{24};Parent=[\da-f]{16};Sampled=0$/);
  });

  it('sends no body to HEAD', async () => {
    const answer = await answerTo({ statusCode: 200, body: 'hello' }, { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(answer.body.length).toBe(0);
    expect(answer.headers['content-length']).toEqual(['5']);
  });
});

describe('binary answers', () => {
  const pdf = { statusCode: 200, headers: { 'Content-Type': 'application/pdf' }, body: 'JVBERg==', isBase64Encoded: true };

  it('decodes base64 when the first Accept type is a binary media type', async () => {
    const api = { BinaryMediaTypes: ['application/pdf'] };
    const answer = await answerTo(pdf, { headers: { Accept: 'application/pdf, text/html' } }, { api });
    expect(answer.body.toString()).toBe('%PDF');
  });

  it('sends base64 as it is when Accept is not a binary media type', async () => {
    const api = { BinaryMediaTypes: ['application/pdf'] };
    const answer = await answerTo(pdf, { headers: { Accept: '*/*' } }, { api });
    expect(answer.body.toString()).toBe('JVBERg==');
  });

  it('decodes for every Accept when the API lists the all-wildcard', async () => {
    const answer = await answerTo(pdf, {}, { api: { BinaryMediaTypes: ['*~1*'] } });
    expect(answer.body.toString()).toBe('%PDF');
  });
});

describe('what goes wrong between API Gateway and Lambda', () => {
  it('answers 502 when the function throws', async () => {
    const { url, journal } = await start({
      invoke: invokeWith(() => {
        throw new Error('broken');
      }),
    });
    const answer = await send(url, { path: '/x' });
    expect([answer.status, answer.json()]).toEqual([502, INTERNAL]);
    expect(answer.body.toString()).not.toContain('broken');
    expect(journal.entries.map(({ message }) => message).join()).toContain('broken');
  });

  it.each(['Throttled', 'NotFound'] as const)('answers 500 when Lambda refuses the invocation: %s', async (functionError) => {
    const { url } = await start({ invoke: async () => ({ statusCode: 429, payload: '{}', functionError }) });
    const answer = await send(url, { path: '/x' });
    expect([answer.status, answer.json()]).toEqual([500, INTERNAL]);
  });

  it('answers 502 when the response is larger than Lambda allows', async () => {
    const payload =
      '{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes)."}';
    const { url } = await start({ invoke: async () => ({ statusCode: 200, payload, functionError: 'ResponseTooLarge' }) });
    expect((await send(url, { path: '/x' })).status).toBe(502);
  });

  it('answers 413 when Lambda refuses the size of the event', async () => {
    const { url } = await start({ invoke: async () => ({ statusCode: 413, payload: '{}', functionError: 'RequestTooLarge' }) });
    const answer = await send(url, { path: '/x' });
    expect([answer.status, answer.json()]).toEqual([413, { message: 'Request Too Long' }]);
  });

  it('answers 500 when the invocation itself fails', async () => {
    const { url } = await start({ invoke: () => Promise.reject(new Error('worker pool is gone')) });
    expect((await send(url, { path: '/x' })).status).toBe(500);
  });

  it('answers 504 when TimeoutInMillis passes by the clock', async () => {
    const called = signal();
    const invoke: Invoke = () => {
      called.resolve();
      return new Promise(() => undefined);
    };
    const parts = { methods: { 'GET /x': { Integration: { ...PROXY_INTEGRATION, TimeoutInMillis: 10_000 } } } };
    const { url, clock } = await start({ invoke, parts });
    const answer = send(url, { path: '/x' });
    await called.promise;
    await clock.advance(10_000);
    expect([(await answer).status, (await answer).json()]).toEqual([504, { message: 'Endpoint request timed out' }]);
  });

  it('waits 29 seconds when the template names no timeout', async () => {
    const called = signal();
    const finish = signal<{ statusCode: number; payload: string }>();
    const invoke: Invoke = () => {
      called.resolve();
      return finish.promise;
    };
    const { url, clock } = await start({ invoke });
    const answer = send(url, { path: '/x' });
    await called.promise;
    await clock.advance(28_999);
    finish.resolve({ statusCode: 200, payload: '{"statusCode":200}' });
    expect((await answer).status).toBe(200);
  });

  it('answers 500 when the integration does not use POST', async () => {
    const parts = { methods: { 'GET /x': { Integration: { ...PROXY_INTEGRATION, IntegrationHttpMethod: 'GET' } } } };
    const { url } = await start({ invoke: invokeWith(() => ({ statusCode: 200 })), parts });
    expect((await send(url, { path: '/x' })).status).toBe(500);
  });

  it('answers 500 when the integration maps a header it must not', async () => {
    const RequestParameters = { 'integration.request.header.Authorization': "'x'" };
    const parts = { methods: { 'GET /x': { Integration: { ...PROXY_INTEGRATION, RequestParameters } } } };
    const { url } = await start({ invoke: invokeWith(() => ({ statusCode: 200 })), parts });
    expect((await send(url, { path: '/x' })).status).toBe(500);
  });

  it('answers 500 and names the missing permission when no Lambda::Permission matches', async () => {
    const { url, journal } = await start({ invoke: invokeWith(() => ({ statusCode: 200 })), parts: { withoutPermission: true } });
    expect((await send(url, { path: '/x' })).status).toBe(500);
    expect(journal.entries[0]?.message).toContain('arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/ANY/{proxy+}');
  });
});
