import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../clock.js';
import { createJournal, ENVIRONMENT, invokeWith, NOW_MS, type TestEvent } from './gateway.test.fixture.js';
import { type RunningRestApi, startRestApi } from './rest-api.js';
import { FUNCTION_ARN, guarded, type RestStackParts, restStack } from './stack.test.fixture.js';
import { type HttpCall, send } from './wire.test.fixture.js';

let running: RunningRestApi | undefined;
afterEach(() => running?.close());

const METHODS: RestStackParts['methods'] = {
  'ANY /{proxy+}': {},
  'ANY /': {},
  'GET /documents/{id}': {},
  'ANY /documents/{id}/parts/{part+}': {},
};

async function capture(call: HttpCall, parts: Partial<RestStackParts> = {}): Promise<TestEvent> {
  const events: TestEvent[] = [];
  running = await startRestApi({
    ...guarded(restStack({ methods: METHODS, ...parts })),
    restApiId: 'Api',
    environment: ENVIRONMENT,
    clock: createManualClock(NOW_MS),
    report: createJournal().report,
    invoke: invokeWith((event) => {
      events.push(event);
      return { statusCode: 200 };
    }),
    port: 0,
    random: () => 0.5,
  });
  const answer = await send(running.url, call);
  expect(answer.status).toBe(200);
  return events[0] ?? ({} as TestEvent);
}

describe('the event of a Lambda proxy integration', () => {
  it('has the keys and nulls that AWS sends for a bare GET', async () => {
    const event = await capture({
      path: '/documents/42',
      headers: { Host: 'api.example', 'user-agent': 'tests', 'tEsT-HEADeR': 'aValUE' },
    });
    const trace = 'Root=1-6553f100-808080808080808080808080';
    const { port } = new URL(running?.url ?? '');
    expect(event).toEqual({
      resource: '/documents/{id}',
      path: '/documents/42',
      httpMethod: 'GET',
      headers: {
        Host: 'api.example',
        'User-Agent': 'tests',
        'tEsT-HEADeR': 'aValUE',
        'X-Amzn-Trace-Id': trace,
        'X-Forwarded-For': '127.0.0.1',
        'X-Forwarded-Port': port,
        'X-Forwarded-Proto': 'http',
      },
      multiValueHeaders: {
        Host: ['api.example'],
        'User-Agent': ['tests'],
        'tEsT-HEADeR': ['aValUE'],
        'X-Amzn-Trace-Id': [trace],
        'X-Forwarded-For': ['127.0.0.1'],
        'X-Forwarded-Port': [port],
        'X-Forwarded-Proto': ['http'],
      },
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: { id: '42' },
      stageVariables: null,
      requestContext: {
        accountId: '123456789012',
        apiId: 'a1b2c3d4e5',
        deploymentId: 'dep123',
        domainName: 'api.example',
        domainPrefix: 'api',
        extendedRequestId: 'gICAgICAgICAgIA=',
        httpMethod: 'GET',
        identity: {
          accessKey: null,
          accountId: null,
          caller: null,
          cognitoAuthenticationProvider: null,
          cognitoAuthenticationType: null,
          cognitoIdentityId: null,
          cognitoIdentityPoolId: null,
          principalOrgId: null,
          sourceIp: '127.0.0.1',
          user: null,
          userAgent: 'tests',
          userArn: null,
        },
        path: '/prod/documents/42',
        protocol: 'HTTP/1.1',
        requestId: '80808080-8080-4080-8080-808080808080',
        requestTime: '14/Nov/2023:22:13:20 +0000',
        requestTimeEpoch: NOW_MS,
        resourceId: 'resource:/documents/{id}',
        resourcePath: '/documents/{id}',
        stage: 'prod',
      },
      body: null,
      isBase64Encoded: false,
    });
  });

  it('keeps a trailing slash in path and drops it from the greedy parameter', async () => {
    const event = await capture({ path: '/proxy-value/' });
    expect(event).toMatchObject({ path: '/proxy-value/', pathParameters: { proxy: 'proxy-value' } });
    expect(event.requestContext.path).toBe('/prod/proxy-value/');
  });

  it('keeps double slashes inside the path', async () => {
    const event = await capture({ path: '/proxy-value//double-slash' });
    expect(event).toMatchObject({ path: '/proxy-value//double-slash', pathParameters: { proxy: 'proxy-value//double-slash' } });
  });

  it('collapses leading slashes in path but not in requestContext.path', async () => {
    const event = await capture({ path: '//proxy-value' });
    expect(event).toMatchObject({ path: '/proxy-value', pathParameters: { proxy: 'proxy-value' } });
    expect(event.requestContext.path).toBe('/prod//proxy-value');
  });

  it('leaves path parameters percent-encoded', async () => {
    const path = '/user/test%2Balias@gmail.com/plus/test+alias@gmail.com';
    const event = await capture({ path });
    expect(event).toMatchObject({ path, pathParameters: { proxy: path.slice(1) } });
  });

  it('decodes query values, a plus being a space', async () => {
    const event = await capture({ path: '/x?email=test%2Balias@gmail.com&plus=test+alias@gmail.com&empty' });
    expect(event.queryStringParameters).toEqual({ email: 'test+alias@gmail.com', plus: 'test alias@gmail.com', empty: '' });
  });

  it('keeps the last of a repeated query parameter or header in the single map and all in the multi map', async () => {
    const event = await capture({ path: '/x?price=10&price=20&price=30', headers: { 'X-Multi': ['one', 'two'] } });
    expect(event.queryStringParameters).toEqual({ price: '30' });
    expect(event.multiValueQueryStringParameters).toEqual({ price: ['10', '20', '30'] });
    expect(event.headers).toMatchObject({ 'X-Multi': 'two' });
    expect(event.multiValueHeaders).toMatchObject({ 'X-Multi': ['one', 'two'] });
  });

  it('drops hop-by-hop headers and content-length', async () => {
    const event = await capture({
      method: 'POST',
      path: '/x',
      body: 'hi',
      headers: { Connection: 'close', 'Content-Length': '2', TE: 'trailers' },
    });
    const names = Object.keys(event.headers as object).map((name) => name.toLowerCase());
    expect(names).not.toEqual(expect.arrayContaining(['connection']));
    expect(names.filter((name) => ['content-length', 'te', 'connection'].includes(name))).toEqual([]);
  });

  it('writes authorization in title case whatever the client wrote', async () => {
    const event = await capture({ path: '/x', headers: { aUThorization: 'Bearer token' } });
    expect(event.headers).toMatchObject({ Authorization: 'Bearer token' });
  });

  it('appends to X-Forwarded-For and keeps the root of a trace id', async () => {
    const event = await capture({
      path: '/x',
      headers: { 'X-Forwarded-For': '10.0.0.1', 'x-amzn-trace-id': 'Self=1-2;Root=1-5f84c7a1-aaaaaaaaaaaaaaaaaaaaaaaa' },
    });
    expect(event.headers).toMatchObject({
      'X-Forwarded-For': '10.0.0.1, 127.0.0.1',
      'X-Amzn-Trace-Id': 'Root=1-5f84c7a1-aaaaaaaaaaaaaaaaaaaaaaaa',
    });
  });

  it('carries a text body as text and a body of a binary media type as base64', async () => {
    const api = { BinaryMediaTypes: ['application/pdf', 'image/*'] };
    const text = await capture({ method: 'POST', path: '/x', body: '{"a":1}', headers: { 'Content-Type': 'application/json' } }, { api });
    expect(text).toMatchObject({ body: '{"a":1}', isBase64Encoded: false });
    await running?.close();
    const binary = await capture(
      { method: 'POST', path: '/x', body: Buffer.from([0xff, 0x00]), headers: { 'Content-Type': 'image/png' } },
      { api },
    );
    expect(binary).toMatchObject({ body: '/wA=', isBase64Encoded: true });
  });

  it('takes stage variables into the event and into the function ARN', async () => {
    const uri = `arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/${FUNCTION_ARN.replace('documents', `$\{stageVariables.fn}`)}/invocations`;
    const methods = { 'GET /x': { Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', Uri: uri } } };
    const event = await capture({ path: '/x' }, { methods, stage: { Variables: { fn: 'documents' } } });
    expect(event.stageVariables).toEqual({ fn: 'documents' });
  });

  it('gives a greedy parameter below a parameter both values', async () => {
    const event = await capture({ path: '/documents/a%2Fb/parts/1/2' });
    expect(event.pathParameters).toEqual({ id: 'a%2Fb', part: '1/2' });
  });
});
