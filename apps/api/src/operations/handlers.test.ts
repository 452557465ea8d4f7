import { expect, test } from 'vitest';
import { memoryWorld } from '../fakes/memory-world.fixture.js';
import { runService } from '../fakes/run-service.fixture.js';
import { operationsHandlers } from './handlers.js';

const user = { id: 'arn:aws:sts::123456789012:assumed-role/operators/night', claims: {} };

test('an operator is told their ARN, and ends the sign-ins of a user', async () => {
  const revoked: string[] = [];
  const sessions = { revoke: async (userId: string) => ({ connections: revoked.push(userId) }) };
  const service = runService(operationsHandlers(), memoryWorld({ clients: { Sessions: sessions } }));
  expect(await service.call('caller', undefined, { user })).toEqual({ arn: user.id });
  expect(await service.call('signOutUser', { userId: 'ada' }, { user })).toEqual({ connections: 1 });
  expect(revoked).toEqual(['ada']);
});
