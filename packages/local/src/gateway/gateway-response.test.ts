import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../clock.js';
import { createJournal, ENVIRONMENT, invokeWith, NOW_MS } from './gateway.test.fixture.js';
import { type RunningRestApi, startRestApi } from './rest-api.js';
import { guarded, resource, restStack } from './stack.test.fixture.js';
import { type HttpCall, send } from './wire.test.fixture.js';

let running: RunningRestApi | undefined;
afterEach(() => running?.close());

type Responses = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

async function call(responses: Responses, request: HttpCall = {}, result: unknown = 'malformed'): ReturnType<typeof send> {
  running = await startRestApi({
    ...guarded(
      restStack({
        methods: { 'GET /documents': {} },
        more: Object.entries(responses).map(([ResponseType, properties]) =>
          resource('AWS::ApiGateway::GatewayResponse', `response:${ResponseType}`, {
            RestApiId: 'a1b2c3d4e5',
            ResponseType,
            ...properties,
          }),
        ),
      }),
    ),
    restApiId: 'Api',
    environment: ENVIRONMENT,
    clock: createManualClock(NOW_MS),
    report: createJournal().report,
    invoke: invokeWith(() => result),
    port: 0,
    random: () => 0.5,
  });
  return send(running.url, { path: '/nowhere', ...request });
}

describe('gateway responses', () => {
  it.each([
    ['an unknown path', { path: '/nowhere' }],
    ['a wrong method', { method: 'POST', path: '/documents' }],
    ['the root when it has no method', { path: '' }],
  ])('answers 403 Missing Authentication Token for %s', async (_, request) => {
    const answer = await call({}, request);
    expect([answer.status, answer.json()]).toEqual([403, { message: 'Missing Authentication Token' }]);
    expect(answer.headers['x-amzn-errortype']).toEqual(['MissingAuthenticationTokenException']);
    expect(answer.headers['content-type']).toEqual(['application/json']);
    expect(answer.headers['x-amzn-trace-id']).toBeUndefined();
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('adds the headers of DEFAULT_4XX to every 4xx without a response of its own', async () => {
    const answer = await call({ DEFAULT_4XX: { ResponseParameters: { 'gatewayresponse.header.Access-Control-Allow-Origin': "'*'" } } });
    expect([answer.status, answer.json()]).toEqual([403, { message: 'Missing Authentication Token' }]);
    expect(answer.headers['access-control-allow-origin']).toEqual(['*']);
  });

  it('uses DEFAULT_5XX, not DEFAULT_4XX, for a fault of the function', async () => {
    const answer = await call({ DEFAULT_4XX: { StatusCode: '418' }, DEFAULT_5XX: { StatusCode: '599' } }, { path: '/documents' });
    expect(answer.status).toBe(599);
  });

  it('prefers the response of the type over the default of its class, whole', async () => {
    const answer = await call({
      DEFAULT_4XX: { ResponseParameters: { 'gatewayresponse.header.X-Default': "'yes'" }, StatusCode: '400' },
      MISSING_AUTHENTICATION_TOKEN: { StatusCode: '404' },
    });
    expect([answer.status, answer.json()]).toEqual([404, { message: 'Missing Authentication Token' }]);
    expect(answer.headers['x-default']).toBeUndefined();
  });

  it('evaluates a template with error, request id, identity and util', async () => {
    const template =
      '{"error":{"message":$context.error.messageString,"plain":"$context.error.message","code":-32001,' +
      '"data":{"type":"$context.error.responseType","id":"$context.requestId","ip":"$context.identity.sourceIp",' +
      '"agent":"$util.escapeJavaScript($context.identity.userAgent)"}}}';
    const answer = await call(
      { DEFAULT_4XX: { ResponseTemplates: { 'application/json': template } } },
      { headers: { 'User-Agent': 'say "hi"' } },
    );
    expect(answer.json()).toEqual({
      error: {
        message: 'Missing Authentication Token',
        plain: 'Missing Authentication Token',
        code: -32001,
        data: { type: 'MISSING_AUTHENTICATION_TOKEN', id: '80808080-8080-4080-8080-808080808080', ip: '127.0.0.1', agent: 'say "hi"' },
      },
    });
  });

  it('maps headers from the request, the context and the stage', async () => {
    const answer = await call(
      {
        DEFAULT_4XX: {
          ResponseParameters: {
            'gatewayresponse.header.X-Origin': 'method.request.header.Origin',
            'gatewayresponse.header.X-Q': 'method.request.querystring.q',
            'gatewayresponse.header.X-Stage': 'context.stage',
            'gatewayresponse.header.X-Nothing': 'method.request.header.Nothing',
          },
        },
      },
      { path: '/nowhere?q=1', headers: { Origin: 'https://app.example' } },
    );
    expect(answer.headers).toMatchObject({ 'x-origin': ['https://app.example'], 'x-q': ['1'], 'x-stage': ['prod'] });
    expect(answer.headers['x-nothing']).toBeUndefined();
  });

  it('picks the template of the media type that Accept names', async () => {
    const ResponseTemplates = { 'application/json': '{}', 'application/xml': '<error/>' };
    const answer = await call({ DEFAULT_4XX: { ResponseTemplates } }, { headers: { Accept: 'application/xml' } });
    expect(answer.body.toString()).toBe('<error/>');
    expect(answer.headers['content-type']).toEqual(['application/xml']);
  });

  it('answers 500 when a template fails at run time', async () => {
    const answer = await call({ DEFAULT_4XX: { ResponseTemplates: { 'application/json': '$context.stage.charAt(0)' } } });
    expect([answer.status, answer.json()]).toEqual([500, { message: 'Internal server error' }]);
  });

  it('does not start with a directive the engine does not have, and names it', async () => {
    const starting = call({ DEFAULT_4XX: { ResponseTemplates: { 'application/json': '{\n#macro(x)\n}' } } });
    await expect(starting).rejects.toThrow(
      'template of responseDEFAULT_4XX.ResponseTemplates["application/json"]: line 2: #macro is not supported',
    );
  });
});

describe('the stage in the URL', () => {
  it('answers 403 Forbidden for another stage', async () => {
    await call({});
    const answer = await send(new URL(running?.url ?? '').origin, { path: '/dev/documents' });
    expect([answer.status, answer.json()]).toEqual([403, { message: 'Forbidden' }]);
    expect(answer.headers['x-amzn-errortype']).toEqual(['ForbiddenException']);
  });

  it('finds the stage behind leading slashes', async () => {
    await call({}, {}, { statusCode: 200 });
    const answer = await send(new URL(running?.url ?? '').origin, { path: '//prod/documents' });
    expect(answer.status).toBe(200);
  });
});
