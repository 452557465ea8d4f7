import { contract } from '@org/gateway-contract';
import { restEventV1, testGateway } from '@org/gateway-server/testing';
import { describe, expect, test } from 'vitest';
import { grantedClients } from '../fakes/granted-clients.fixture.js';
import { memoryWorld } from '../fakes/memory-world.fixture.js';
import { documentsHandlers } from './handlers.js';
import { documentsService } from './service.js';

/** The service behind its faces, on resources in memory. */
function startDocuments() {
  const { clients } = grantedClients(documentsService.uses, memoryWorld());
  return testGateway(contract, [documentsHandlers((size) => new Uint8Array(size).fill(7))], { clients: { documents: clients } });
}
const plan = { id: 'plan', folder: 'inbox', title: 'Plan', body: 'grüße' };

describe('documents behind their faces', () => {
  test.each(['rest', 'http', 'socket'] as const)('a document that is saved over %s can be read', async (over) => {
    const { as } = startDocuments();
    const { documents } = as({ id: 'ann', claims: { sub: 'ann' } });
    expect(await documents.save.mutate(plan, { over })).toMatchObject({ id: 'plan', bytes: 7, version: 1 });
    expect(await documents.get.query({ id: 'plan' }, { over })).toMatchObject({ id: 'plan', body: 'grüße' });
    await expect(documents.get.query({ id: 'none' }, { over })).rejects.toMatchObject({ error: 'NOT_FOUND', data: { id: 'none' } });
  });

  test('who follows a folder hears of what is saved there, and of nothing else', async () => {
    const { as } = startDocuments();
    const { documents } = as({ id: 'ann', claims: { sub: 'ann' } });
    const inbox = await documents.changes.subscribe({ folder: 'inbox' });
    await documents.save.mutate(plan);
    await documents.save.mutate({ ...plan, id: 'other', folder: 'archive' });
    expect((await inbox.events()).map(({ change, document }) => [change, document.id])).toEqual([['saved', 'plan']]);
  });

  test('the route of plain REST answers with the bare document', async () => {
    const { as, rest } = startDocuments();
    await as({ id: 'ann', claims: { sub: 'ann' } }).documents.save.mutate(plan);
    const { statusCode, body } = await rest(restEventV1({ method: 'GET', path: '/documents/plan' }));
    expect([statusCode, JSON.parse(body)]).toMatchObject([200, { title: 'Plan', body: 'grüße' }]);
  });
});
