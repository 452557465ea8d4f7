import { expect, test } from 'vitest';
import { memoryWorld } from '../fakes/memory-world.fixture.js';
import { runService } from '../fakes/run-service.fixture.js';
import { accountHandlers } from './handlers.js';

function start() {
  const revoked: string[] = [];
  const sessions = { revoke: async (userId: string) => ({ connections: revoked.push(userId) }) };
  return { revoked, service: runService(accountHandlers(), memoryWorld({ clients: { Sessions: sessions } })) };
}

test('signOutEverywhere ends the sign-ins of the caller', async () => {
  const { service, revoked } = start();
  expect(await service.call('signOutEverywhere')).toEqual({ connections: 1 });
  expect(revoked).toEqual(['ada']);
  await expect(service.call('signOutEverywhere', undefined, { user: null })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
});

test('signOutUser ends those of another user, for who has the scope', async () => {
  const { service, revoked } = start();
  const support = { id: 'grace', claims: { sub: 'grace' }, scopes: ['users:sign-out'] };
  expect(await service.call('signOutUser', { userId: 'alan' }, { user: support })).toEqual({ connections: 1 });
  await expect(service.call('signOutUser', { userId: 'ada' }, { user: { ...support, scopes: [] } })).rejects.toMatchObject({
    code: 'FORBIDDEN',
  });
  expect(revoked).toEqual(['alan']);
});
