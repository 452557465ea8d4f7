import { afterEach, describe, expect, it } from 'vitest';
import { startTestSocket, type TestSocketApi, type TestSocketOptions } from './socket.test.fixture.js';
import { type SocketStackParts, socketStack } from './stack.test.fixture.js';

let running: TestSocketApi | undefined;
afterEach(() => running?.close());

async function start(
  routes: SocketStackParts['routes'],
  options: TestSocketOptions = {},
  more: Partial<SocketStackParts> = {},
): Promise<TestSocketApi> {
  running = await startTestSocket(socketStack({ routes, ...more }), options);
  return running;
}

const _ID = /^[\w-]{15}=$/;

describe('what does not start', () => {
  it.each([
    ['an authorizer', { $connect: { route: { AuthorizationType: 'CUSTOM' } } }, {}, 'AuthorizationType is CUSTOM, expected NONE'],
    ['IAM authorization', { $connect: { route: { AuthorizationType: 'AWS_IAM' } } }, {}, 'AuthorizationType is AWS_IAM, expected NONE'],
    ['an API key', { $connect: { route: { ApiKeyRequired: true } } }, {}, 'ApiKeyRequired is true'],
    ['request models', { $default: { route: { RequestModels: { m: 'M' } } } }, {}, 'RequestModels is set'],
    ['an HTTP integration', { $default: { integration: { IntegrationType: 'HTTP_PROXY' } } }, {}, 'IntegrationType is HTTP_PROXY'],
    ['a target that is not there', { $default: { route: { Target: 'integrations/nowhere' } } }, {}, 'Target is integrations/nowhere'],
    ['another protocol', {}, { ProtocolType: 'HTTP' }, 'ProtocolType is HTTP, expected WEBSOCKET'],
    [
      'an expression over headers',
      {},
      { RouteSelectionExpression: '$request.header.x' },
      'RouteSelectionExpression is "$request.header.x"',
    ],
  ])('an API with %s', async (_, routes, api, message) => {
    await expect(start(routes, {}, { api })).rejects.toThrow(message);
  });
});
