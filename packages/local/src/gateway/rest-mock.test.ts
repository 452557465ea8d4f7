import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../clock.js';
import { createJournal, ENVIRONMENT, invokeWith, NOW_MS } from './gateway.test.fixture.js';
import { type RunningRestApi, startRestApi } from './rest-api.js';
import { guarded, type RestStackParts, restStack } from './stack.test.fixture.js';
import { type HttpCall, send } from './wire.test.fixture.js';

let running: RunningRestApi | undefined;
afterEach(() => running?.close());

/** What CDK writes for `defaultCorsPreflightOptions` with two origins and credentials; the `#set` template is CDK's. */
const PREFLIGHT = {
  Type: 'MOCK',
  RequestTemplates: { 'application/json': '{ statusCode: 200 }' },
  IntegrationResponses: [
    {
      StatusCode: '204',
      ResponseParameters: {
        'method.response.header.Access-Control-Allow-Headers': "'Content-Type,Authorization'",
        'method.response.header.Access-Control-Allow-Origin': "'https://a.example'",
        'method.response.header.Vary': "'Origin'",
        'method.response.header.Access-Control-Allow-Methods': "'OPTIONS,GET,POST'",
        'method.response.header.Access-Control-Allow-Credentials': "'true'",
        'method.response.header.Access-Control-Max-Age': "'864000'",
      },
      ResponseTemplates: {
        'application/json':
          '#set($origin = $input.params().header.get("Origin"))\n#if($origin == "")\n  #set($origin = $input.params().header.get("origin"))\n#end\n' +
          '#if($origin == "https://b.example")\n  #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)\n#end',
      },
    },
  ],
};

/** What CDK writes for one origin: constants and no template. */
const PREFLIGHT_ONE_ORIGIN = {
  Type: 'MOCK',
  RequestTemplates: { 'application/json': '{ statusCode: 200 }' },
  IntegrationResponses: [
    { StatusCode: '204', ResponseParameters: { 'method.response.header.Access-Control-Allow-Origin': "'https://a.example'" } },
  ],
};

async function call(
  integration: Readonly<Record<string, unknown>>,
  request: HttpCall = {},
  parts: Partial<RestStackParts> = {},
): ReturnType<typeof send> {
  running = await startRestApi({
    ...guarded(restStack({ methods: { 'ANY /x/{id}': { Integration: integration } }, ...parts })),
    restApiId: 'Api',
    environment: ENVIRONMENT,
    clock: createManualClock(NOW_MS),
    report: createJournal().report,
    invoke: invokeWith(() => ({ statusCode: 200 })),
    port: 0,
  });
  return send(running.url, { path: '/x/7', ...request });
}

function mock(response: Readonly<Record<string, unknown>>, requestTemplate = '{"statusCode":200}'): Readonly<Record<string, unknown>> {
  return {
    Type: 'MOCK',
    RequestTemplates: { 'application/json': requestTemplate },
    IntegrationResponses: [{ StatusCode: '200', ...response }],
  };
}

describe("CDK's CORS preflight", () => {
  it('answers 204 with the constants of a single origin', async () => {
    const answer = await call(PREFLIGHT_ONE_ORIGIN, { method: 'OPTIONS', headers: { Origin: 'https://other.example' } });
    expect(answer.status).toBe(204);
    expect(answer.headers['access-control-allow-origin']).toEqual(['https://a.example']);
    expect(answer.headers['x-amzn-trace-id']).toBeUndefined();
  });

  it.each([
    ['the first origin to the first', { Origin: 'https://a.example' }, 'https://a.example'],
    ['the second origin to the second', { Origin: 'https://b.example' }, 'https://b.example'],
    ['the second origin to the second in a lower-case header', { origin: 'https://b.example' }, 'https://b.example'],
    ['the first origin to a stranger', { Origin: 'https://evil.example' }, 'https://a.example'],
    ['the first origin to a request without one', {}, 'https://a.example'],
  ])('allows %s', async (_, headers, allowed) => {
    const answer = await call(PREFLIGHT, { method: 'OPTIONS', headers: headers as Record<string, string> });
    expect(answer.status).toBe(204);
    expect(answer.body.length).toBe(0);
    expect(answer.headers['access-control-allow-origin']).toEqual([allowed]);
    expect(answer.headers['access-control-allow-credentials']).toEqual(['true']);
    expect(answer.headers['access-control-max-age']).toEqual(['864000']);
    expect(answer.headers.vary).toEqual(['Origin']);
  });

  it('fails with 500 when the API lists the all-wildcard as binary media type', async () => {
    const answer = await call(PREFLIGHT, { method: 'OPTIONS' }, { api: { BinaryMediaTypes: ['*/*'] } });
    expect([answer.status, answer.json()]).toEqual([500, { message: 'Internal server error' }]);
  });

  it('works with the all-wildcard when the integration converts to text', async () => {
    const answer = await call(
      { ...PREFLIGHT, ContentHandling: 'CONVERT_TO_TEXT' },
      { method: 'OPTIONS' },
      { api: { BinaryMediaTypes: ['*/*'] } },
    );
    expect(answer.status).toBe(204);
  });
});

describe('a MOCK integration', () => {
  it('renders its response template with input, context, stage variables and util', async () => {
    const template = `{"id":"$input.params('id')","a":$input.json('$.a'),"stage":"$context.stage","v":"$stageVariables.v","esc":"$util.escapeJavaScript($input.path('$.q'))"}`;
    const integration = mock({ ResponseTemplates: { 'application/json': template } });
    const answer = await call(
      integration,
      { method: 'POST', body: '{"a":{"b":[1,2]},"q":"say \\"hi\\""}' },
      { stage: { Variables: { v: 'one' } } },
    );
    expect(answer.json()).toEqual({ id: '7', a: { b: [1, 2] }, stage: 'prod', v: 'one', esc: 'say "hi"' });
  });

  it('picks the integration response whose selection pattern fits the status', async () => {
    const integration = {
      Type: 'MOCK',
      RequestTemplates: { 'application/json': '#if($input.params(\'id\') == "7"){"statusCode": 404}#else{"statusCode": 200}#end' },
      IntegrationResponses: [
        { StatusCode: '200', ResponseTemplates: { 'application/json': '"found"' } },
        { StatusCode: '410', SelectionPattern: '4\\d\\d', ResponseTemplates: { 'application/json': '"gone"' } },
      ],
    };
    const answer = await call(integration);
    expect([answer.status, answer.json()]).toEqual([410, 'gone']);
  });

  it('maps constants, request parameters and context to response headers', async () => {
    const ResponseParameters = {
      'method.response.header.X-Constant': "'fixed'",
      'method.response.header.X-From-Path': 'method.request.path.id',
      'method.response.header.X-From-Query': 'method.request.querystring.q',
      'method.response.header.X-From-Header': 'method.request.header.x-in',
      'method.response.header.X-Method': 'context.httpMethod',
      'method.response.header.X-Missing': 'method.request.header.nowhere',
    };
    const answer = await call(mock({ ResponseParameters }), { path: '/x/7?q=1', headers: { 'X-In': 'in' } });
    expect(answer.headers).toMatchObject({
      'x-constant': ['fixed'],
      'x-from-path': ['7'],
      'x-from-query': ['1'],
      'x-from-header': ['in'],
      'x-method': ['GET'],
    });
    expect(answer.headers['x-missing']).toBeUndefined();
  });

  it('lets the template override the status', async () => {
    const answer = await call(mock({ ResponseTemplates: { 'application/json': '#set($context.responseOverride.status = 418){}' } }));
    expect(answer.status).toBe(418);
  });

  it('answers 500 when the request template gives no whole-number status', async () => {
    expect((await call(mock({}, '{"statusCode":"200"}'))).status).toBe(500);
    await running?.close();
    expect((await call(mock({}, 'nothing'))).status).toBe(500);
  });

  it('answers 415 when no request template fits and passthrough is NEVER', async () => {
    const answer = await call(
      { ...mock({}), PassthroughBehavior: 'NEVER' },
      { method: 'POST', headers: { 'Content-Type': 'text/csv' }, body: 'a' },
    );
    expect([answer.status, answer.json()]).toEqual([415, { message: 'Unsupported Media Type' }]);
  });

  it('passes the body through when no request template fits', async () => {
    const answer = await call(mock({}), { method: 'POST', headers: { 'Content-Type': 'text/csv' }, body: '{"statusCode":200}' });
    expect(answer.status).toBe(200);
  });

  it('answers 500 and reports the template when a template calls what the engine does not have', async () => {
    const answer = await call(mock({ ResponseTemplates: { 'application/json': "$input.params('id').codePointAt(1)" } }));
    expect(answer.status).toBe(500);
  });
});
