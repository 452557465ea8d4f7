import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../clock.js';
import { createJournal, ENVIRONMENT, invokeWith, NOW_MS, type TestFunction } from './gateway.test.fixture.js';
import { type RunningRestApi, startRestApi } from './rest-api.js';
import { guarded, PROXY_INTEGRATION, type RestStackParts, resource, restStack } from './stack.test.fixture.js';
import { send } from './wire.test.fixture.js';

let running: RunningRestApi | undefined;
afterEach(() => running?.close());

const OK: TestFunction = () => ({ statusCode: 200, body: 'ok' });

async function start(
  parts: RestStackParts,
  handler: TestFunction = OK,
): Promise<{ url: string; clock: ManualClock; entries: ReturnType<typeof createJournal>['entries'] }> {
  const clock = createManualClock(NOW_MS);
  const { entries, report } = createJournal();
  running = await startRestApi({
    ...guarded(restStack(parts)),
    restApiId: 'Api',
    environment: ENVIRONMENT,
    clock,
    report,
    invoke: invokeWith(handler),
    port: 0,
    random: () => 0.5,
  });
  return { url: running.url, clock, entries };
}

describe('sizes', () => {
  it('answers 413 for a body over 10 MB, without running the function', async () => {
    let calls = 0;
    const { url } = await start({ methods: { 'POST /x': {} } }, () => {
      calls += 1;
      return { statusCode: 200 };
    });
    const answer = await send(url, { method: 'POST', path: '/x', body: Buffer.alloc(10 * 1024 * 1024 + 1, 'x') });
    expect([answer.status, answer.json()]).toEqual([413, { message: 'HTTP content length exceeded 10485760 bytes.' }]);
    expect(calls).toBe(0);
  });

  it('answers 431 for more than 10,240 bytes of headers', async () => {
    const { url } = await start({ methods: { 'GET /x': {} } });
    expect((await send(url, { path: '/x', headers: { 'x-large': 'a'.repeat(10_241) } })).status).toBe(431);
  });

  it('answers 414 for a URL of more than 10,240 characters', async () => {
    const { url } = await start({ methods: { 'GET /x': {} } });
    expect((await send(url, { path: `/x?q=${'a'.repeat(10_240)}` })).status).toBe(414);
  });
});

describe('throttling', () => {
  const settings = (more: readonly unknown[]): RestStackParts => ({
    methods: { 'GET /x': {}, 'GET /documents/{id}': {} },
    stage: { MethodSettings: [{ HttpMethod: '*', ResourcePath: '/*', ThrottlingRateLimit: 1, ThrottlingBurstLimit: 2 }, ...more] },
  });

  it('answers 429 when the bucket of the stage default is empty, and refills it by the clock', async () => {
    const { url, clock } = await start(settings([]));
    const statuses = [await send(url, { path: '/x' }), await send(url, { path: '/x' }), await send(url, { path: '/x' })];
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(statuses[2]?.json()).toEqual({ message: 'Too Many Requests' });
    expect(statuses[2]?.headers['x-amzn-errortype']).toEqual(['TooManyRequestsException']);
    await clock.advance(1000);
    expect((await send(url, { path: '/x' })).status).toBe(200);
  });

  it('gives every method a bucket of its own, with the limits of the most specific setting', async () => {
    const own = { HttpMethod: 'GET', ResourcePath: '/~1documents~1{id}', ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 };
    const { url } = await start(settings([own]));
    expect((await send(url, { path: '/documents/1' })).status).toBe(200);
    expect((await send(url, { path: '/documents/2' })).status).toBe(429);
    expect((await send(url, { path: '/x' })).status).toBe(200);
  });
});

describe('request validation', () => {
  const validated = (flags: Readonly<Record<string, unknown>>): RestStackParts => ({
    methods: {
      'POST /issues/{issuer}': {
        RequestValidatorId: 'validator',
        RequestParameters: {
          'method.request.querystring.qs1': true,
          'method.request.header.x-header-param': true,
          'method.request.path.issuer': true,
          'method.request.querystring.optional': false,
        },
        RequestModels: { 'application/json': 'NewIssue' },
      },
    },
    more: [
      resource('AWS::ApiGateway::RequestValidator', 'validator', { RestApiId: 'a1b2c3d4e5', ...flags }),
      resource('AWS::ApiGateway::Model', 'NewIssue', {
        RestApiId: 'a1b2c3d4e5',
        ContentType: 'application/json',
        Schema: {
          $schema: 'http://json-schema.org/draft-04/schema#',
          type: 'object',
          required: ['title'],
          properties: { title: { type: 'string' } },
        },
      }),
    ],
  });

  it('names every missing required parameter in AWS order', async () => {
    const { url } = await start(validated({ ValidateRequestParameters: true }));
    const answer = await send(url, { method: 'POST', path: '/issues/7' });
    expect([answer.status, answer.json()]).toEqual([400, { message: 'Missing required request parameters: [x-header-param, qs1]' }]);
    expect(answer.headers['x-amzn-errortype']).toEqual(['BadRequestException']);
  });

  it('lets a request with all required parameters pass, header names in any case', async () => {
    const { url } = await start(validated({ ValidateRequestParameters: true }));
    expect((await send(url, { method: 'POST', path: '/issues/7?qs1=1', headers: { 'X-Header-Param': '1' } })).status).toBe(200);
  });

  it.each([
    ['{"title":"a"}', 200],
    ['{"title":1}', 400],
    ['{}', 400],
    ['not json', 400],
  ])('checks the body against the model: %s is %i', async (body, status) => {
    const { url } = await start(validated({ ValidateRequestBody: 'true' }));
    const answer = await send(url, {
      method: 'POST',
      path: '/issues/7',
      body,
      headers: { 'Content-Type': 'application/json; charset=utf-8' },
    });
    expect(answer.status).toBe(status);
    if (status === 400) expect(answer.json()).toEqual({ message: 'Invalid request body' });
  });

  it('checks nothing when the validator asks for nothing', async () => {
    const { url } = await start(validated({}));
    expect((await send(url, { method: 'POST', path: '/issues/7', body: 'x' })).status).toBe(200);
  });
});

describe('the access log', () => {
  const Format =
    '{"id":"$context.requestId","ip":"$context.identity.sourceIp","caller":"$context.identity.caller","method":"$context.httpMethod",' +
    '"resource":"$context.resourcePath","status":"$context.status","length":"$context.responseLength","error":"$context.error.responseType"}';

  it('writes a line per request in the format of the stage, a dash for what is not there', async () => {
    const { url, entries } = await start({ methods: { 'GET /documents/{id}': {} }, stage: { AccessLogSetting: { Format } } });
    await send(url, { path: '/documents/7' });
    expect(JSON.parse(entries.find(({ detail }) => detail?.accessLog)?.message ?? '')).toEqual({
      id: '80808080-8080-4080-8080-808080808080',
      ip: '127.0.0.1',
      caller: '-',
      method: 'GET',
      resource: '/documents/{id}',
      status: '200',
      length: '2',
      error: '-',
    });
  });

  it('names the gateway response of a refused request', async () => {
    const { url, entries } = await start({ methods: { 'GET /x': {} }, stage: { AccessLogSetting: { Format } } });
    await send(url, { path: '/nowhere' });
    const line = JSON.parse(entries.find(({ detail }) => detail?.accessLog)?.message ?? '');
    expect(line).toMatchObject({ status: '403', resource: '-', error: 'MISSING_AUTHENTICATION_TOKEN' });
  });
});

describe('what does not start', () => {
  it.each([
    ['an authorizer', { 'GET /x': { AuthorizationType: 'CUSTOM' } }, 'methodGETx: AuthorizationType is CUSTOM, expected NONE'],
    ['a Cognito authorizer', { 'GET /x': { AuthorizationType: 'COGNITO_USER_POOLS' } }, 'expected NONE or AWS_IAM'],
    ['an API key', { 'GET /x': { ApiKeyRequired: true } }, 'ApiKeyRequired is true, expected false'],
    [
      'an HTTP integration',
      { 'GET /x': { Integration: { Type: 'HTTP_PROXY', Uri: 'https://x.example' } } },
      'Type is HTTP_PROXY (BUFFERED)',
    ],
    [
      'response streaming by the URI of a call that does not stream',
      { 'GET /x': { Integration: { ...PROXY_INTEGRATION, ResponseTransferMode: 'STREAM' } } },
      'expected arn:aws:apigateway:REGION:lambda:path/2021-11-15/functions/ARN/response-streaming-invocations',
    ],
    ['two parameters side by side', { 'GET /{a}': {}, 'GET /{b}': {} }, '/{a} already is the parameter resource of /'],
  ])('an API with %s', async (_, methods, message) => {
    await expect(start({ methods })).rejects.toThrow(message);
  });

  it('an API with a resource policy', async () => {
    const Policy = { Version: '2012-10-17', Statement: [] };
    await expect(start({ methods: { 'GET /x': {} }, api: { Policy } })).rejects.toThrow(
      'Api: got a Policy, expected none; the local stage',
    );
  });

  it('an id that is no RestApi, with the ids that are', async () => {
    const options = {
      restApiId: 'Nope',
      environment: ENVIRONMENT,
      clock: createManualClock(NOW_MS),
      report: () => undefined,
      invoke: invokeWith(OK),
      port: 0,
    };
    await expect(startRestApi({ ...options, ...guarded(restStack({ methods: {} })) })).rejects.toThrow(
      'got no resource Nope, expected one of type AWS::ApiGateway::RestApi; there is Api',
    );
  });

  it('on a port that is taken', async () => {
    const { url } = await start({ methods: {} });
    const { port } = new URL(url);
    const options = {
      restApiId: 'Api',
      environment: ENVIRONMENT,
      clock: createManualClock(NOW_MS),
      report: () => undefined,
      invoke: invokeWith(OK),
      port: Number(port),
    };
    await expect(startRestApi({ ...options, ...guarded(restStack({ methods: {} })) })).rejects.toThrow(`can't listen on 127.0.0.1:${port}`);
  });
});

describe('two requests at once', () => {
  it('share no state', async () => {
    const { url } = await start({
      methods: {
        'GET /{id}': {
          Integration: {
            Type: 'MOCK',
            RequestTemplates: { 'application/json': '{"statusCode":200}' },
            IntegrationResponses: [
              {
                StatusCode: '200',
                ResponseTemplates: { 'application/json': '#if($input.params("id") == "1")#set($mine = "one")#end"$!mine"' },
              },
            ],
          },
        },
      },
    });
    const answers = await Promise.all([send(url, { path: '/1' }), send(url, { path: '/2' })]);
    expect(answers.map((answer) => answer.json())).toEqual(['one', '']);
  });
});
