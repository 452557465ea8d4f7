import { GatewayError } from '@org/gateway-core/errors';
import { describe, expect, test } from 'vitest';
import type { Resolvers } from '../fakes/memory-graph.fixture.js';
import { memoryWorld } from '../fakes/memory-world.fixture.js';
import { runService } from '../fakes/run-service.fixture.js';
import { graphHandlers } from './handlers.js';

const DOCUMENT = { id: 'a1', folder: 'inbox', title: 'Hello', bytes: 7, version: 1, updatedAtMs: 1_700_000_000_123, label: null };
const FAILED = { code: 'FAILED_DEPENDENCY', error: 'GRAPH_FAILED', data: { graph: 'library' } };

const start = (resolvers: Resolvers) => runService(graphHandlers(), memoryWorld({ resolvers }));
const fail = () => {
  throw new GatewayError('FAILED_DEPENDENCY', '[FAILED_DEPENDENCY] the answer has errors');
};

describe('document', () => {
  test('is what the API answers', async () => {
    const service = start({ 'Query.document': ({ id }: { id: string }) => ({ ...DOCUMENT, id }) });
    expect(await service.call('document', { id: 'a1' })).toEqual(DOCUMENT);
  });

  test('null is NOT_FOUND', async () => {
    const service = start({ 'Query.document': () => null });
    await expect(service.call('document', { id: 'a1' })).rejects.toMatchObject({ error: 'NOT_FOUND', data: { id: 'a1' } });
  });

  test('errors of the API are GRAPH_FAILED, 424', async () => {
    await expect(start({ 'Query.document': fail }).call('document', { id: 'a1' })).rejects.toMatchObject(FAILED);
  });
});

describe('documents', () => {
  test('passes folder and page on, and gives the page back', async () => {
    const asked: unknown[] = [];
    const service = start({
      'Query.documents': (args: unknown) => {
        asked.push(args);
        return { items: [{ ...DOCUMENT, label: { label: 'http', probability: 0.9 } }], nextCursor: 'c2' };
      },
    });
    expect(await service.call('documents', { folder: 'inbox', limit: 1, cursor: 'c1' })).toEqual({
      items: [{ ...DOCUMENT, label: { label: 'http', probability: 0.9 } }],
      nextCursor: 'c2',
    });
    await service.call('documents', {});
    expect(asked).toEqual([{ folder: 'inbox', limit: 1, cursor: 'c1' }, { limit: 20 }]);
  });

  test('errors of the API are GRAPH_FAILED, 424', async () => {
    await expect(start({ 'Query.documents': fail }).call('documents', {})).rejects.toMatchObject(FAILED);
  });
});
