import { expect, test } from 'vitest';
import { runService } from '../fakes/run-service.fixture.js';
import { readSystemEnv } from './env.js';
import { systemHandlers } from './handlers.js';

const service = () => runService(systemHandlers({ region: 'eu-west-1' }));

test('health answers the region and the time of the function', async () => {
  expect(await service().call('health')).toEqual({ status: 'ok', region: 'eu-west-1', timeMs: 1_700_000_000_123 });
});

test('whoami over HTTP: an anonymous caller has no user and no connection', async () => {
  expect(await service().call('whoami', {}, { user: null })).toEqual({
    user: null,
    transport: 'http',
    connection: null,
    tag: [],
    requestId: 'request-1',
  });
});

test('whoami over the socket: the user, the connection with its parameters, and the tags', async () => {
  const facts = { user: { id: 'ann', claims: {} }, connectionId: 'c1', requestId: 'request-2' };
  expect(await service().call('whoami', { tag: ['a', 'b'] }, facts)).toEqual({
    user: 'ann',
    transport: 'socket',
    connection: { id: 'c1', params: { theme: 'dark' } },
    tag: ['a', 'b'],
    requestId: 'request-2',
  });
});

test('configuration names what is missing', () => {
  expect(readSystemEnv({ AWS_REGION: 'eu-west-1' })).toEqual({ region: 'eu-west-1' });
  expect(() => readSystemEnv({})).toThrow('[ENV] the system service needs AWS_REGION');
});
