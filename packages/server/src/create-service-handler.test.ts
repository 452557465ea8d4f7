import { query, service } from '@org/gateway-core';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { createServiceHandler } from './create-service-handler.js';
import { implement } from './execute/implement.js';
import { defineService } from './service/define-service.js';

const echo = service('echo', {
  say: query({ auth: 'public', input: () => z.object({ text: z.string() }), output: () => z.string(), rest: 'GET /echo/{text}' }),
});
const handlers = implement(defineService(echo, { uses: {} }), { say: ({ input }) => input.text });
const env = { GATEWAY_SERVICE: 'echo', GATEWAY_ALLOWED_ORIGIN: '*', GATEWAY_CONNECTIONS_TABLE: 'connections' };
const lambda = { getRemainingTimeInMillis: () => 28_000 };
const handler = createServiceHandler(handlers, env);

const restEvent = {
  httpMethod: 'GET',
  path: '/echo/hello',
  resource: '/echo/{proxy+}',
  headers: { Host: 'api.example.com', gatewayCall: '{"procedure":"say"}' },
  multiValueHeaders: { Host: ['api.example.com'], gatewayCall: ['{"procedure":"say"}'] },
  queryStringParameters: { gatewayCall: '{}' },
  multiValueQueryStringParameters: { gatewayCall: ['{}'] },
  pathParameters: { proxy: 'hello' },
  body: null,
  isBase64Encoded: false,
  requestContext: { requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef', stage: 'prod' },
};

it('tells HTTP events, socket frames and calls of other services apart by what only AWS or a function can set', async () => {
  expect(await handler(restEvent, lambda)).toMatchObject({ statusCode: 200, body: '"hello"' });
  const requestContext = {
    routeKey: 'echo',
    eventType: 'MESSAGE',
    connectionId: 'L0SM9cOFvHcCIhw=',
    requestId: 'r1',
    connectedAt: 0,
  } as const;
  expect(await handler({ requestContext, body: 'PING' }, lambda)).toEqual({ statusCode: 200, body: 'PONG' });
  const gatewayCall = { procedure: 'say', input: { text: 'hi' }, caller: 'search', requestId: 'r1', user: null, waits: true };
  expect(await handler({ gatewayCall }, lambda)).toEqual({ outcome: { ok: true, data: 'hi' } });
});

it('fails the cold start, not the first call, when the environment is incomplete', () => {
  expect(() => createServiceHandler(handlers, { ...env, GATEWAY_CONNECTIONS_TABLE: '' })).toThrow('GATEWAY_CONNECTIONS_TABLE');
});
