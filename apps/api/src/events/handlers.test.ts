import { GatewayError } from '@org/gateway-core/errors';
import { beforeEach, describe, expect, test } from 'vitest';
import { type RunningService, runService } from '../fakes/run-service.fixture.js';
import { sampleDocument } from '../fakes/sample-document.fixture.js';
import { activityItem } from './entry.js';
import { eventsHandlers } from './handlers.js';

let service: RunningService;
beforeEach(() => {
  service = runService(eventsHandlers());
});

describe('note', () => {
  beforeEach(() => service.table('documents').put(sampleDocument()));

  test('tells the bus, in the order of the document’s changes, and answers the id of the entry to come', async () => {
    expect(await service.call('note', { id: 'a1', text: ' Well done ' })).toEqual({ entryId: 'message-1' });
    expect(service.bus('bus').messages).toEqual([
      { name: 'noted', key: 'a1', data: { id: 'a1', title: 'Title of a1', text: 'Well done' } },
    ]);
  });

  test('on a document that does not exist is NOT_FOUND, and nobody is told', async () => {
    await expect(service.call('note', { id: 'a2', text: 'Hello' })).rejects.toMatchObject({ error: 'NOT_FOUND', data: { id: 'a2' } });
    expect(service.bus('bus').messages).toEqual([]);
  });

  test('that the bus does not take is SERVICE_UNAVAILABLE', async () => {
    service.before('bus', 'publish', () => {
      throw new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] throttled');
    });
    await expect(service.call('note', { id: 'a1', text: 'Hello' })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });
});

describe('recent', () => {
  const entry = (id: string, atMs: number) => ({ id, kind: 'saved' as const, subject: 'a1', title: 'Hello', text: null, atMs });

  test('gives entries, newest first, a page at a time, and nothing of how they are stored', async () => {
    const entries = [entry('m1', 1_700_000_000_001), entry('m2', 1_700_000_000_003), entry('m3', 1_700_000_000_002)];
    for (const each of entries) await service.table('activity').put(activityItem(each));
    const first = (await service.call('recent', { limit: 2 })) as { items: object[]; nextCursor: string };
    expect(first.items).toEqual([entry('m2', 1_700_000_000_003), entry('m3', 1_700_000_000_002)]);
    expect(await service.call('recent', { limit: 2, cursor: first.nextCursor })).toEqual({
      items: [entry('m1', 1_700_000_000_001)],
      nextCursor: null,
    });
  });
});

test('activity follows everything', async () => {
  expect(await service.subscribe('activity')).toBe('all');
});
