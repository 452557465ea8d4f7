import { GatewayError } from '@org/gateway-core/errors';
import { beforeEach, describe, expect, test } from 'vitest';
import { type RunningService, runService } from '../fakes/run-service.fixture.js';
import { searchHandlers } from './handlers.js';

let service: RunningService;
let seed: number;
beforeEach(async () => {
  seed = 0;
  service = runService(searchHandlers((size) => new Uint8Array(size).fill(++seed)));
  await service.index('index').ensure();
  await put('a1', { title: 'Fast web server', body: 'A server for the web.', updatedAtMs: 1_700_000_001_000 });
  await put('a2', { title: 'Database', body: 'It has no server.', folder: 'archive', updatedAtMs: 1_700_000_002_000 });
  await put('a3', { title: 'Colours', body: 'Red and green.', updatedAtMs: 1_700_000_003_000 });
});

const put = (id: string, document: object) =>
  service.index('index').write([{ id, version: 1, put: { folder: 'inbox', version: 1, ...document } }]);

interface Found {
  readonly items: readonly { readonly id: string }[];
  readonly total: number;
  readonly nextCursor: string | null;
}
const find = (input: object) => service.call('find', input) as Promise<Found>;
const idsOf = async (input: object) => (await find(input)).items.map(({ id }) => id);
const counted = () => [...service.table('stats').items.values()];
const unavailable = () => {
  throw new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] busy');
};

describe('find', () => {
  test('finds words in title and body, the title weighing more, and marks them', async () => {
    expect(await find({ text: 'server' })).toEqual({
      items: [
        {
          id: 'a1',
          folder: 'inbox',
          title: 'Fast web server',
          version: 1,
          updatedAtMs: 1_700_000_001_000,
          score: 3,
          titleRuns: [
            { text: 'Fast', match: false },
            { text: ' ', match: false },
            { text: 'web', match: false },
            { text: ' ', match: false },
            { text: 'server', match: true },
          ],
          excerpts: [
            [
              { text: 'A', match: false },
              { text: ' ', match: false },
              { text: 'server', match: true },
              { text: ' ', match: false },
              { text: 'for', match: false },
              { text: ' ', match: false },
              { text: 'the', match: false },
              { text: ' ', match: false },
              { text: 'web', match: false },
              { text: '.', match: false },
            ],
          ],
        },
        expect.objectContaining({ id: 'a2', titleRuns: [{ text: 'Database', match: false }] }),
      ],
      total: 2,
      folders: [
        { folder: 'inbox', count: 1 },
        { folder: 'archive', count: 1 },
      ],
      nextCursor: null,
    });
  });

  test('a title that is only marked in pieces is shown whole and unmarked', async () => {
    service.answerInstead('index', 'search', {
      hits: [
        {
          id: 'a1',
          score: 1,
          document: { folder: 'inbox', title: 'A long title', body: '', version: 1, updatedAtMs: 1 },
          highlights: { title: [[{ text: 'long', match: true }]] },
        },
      ],
      total: 1,
      facets: {},
      cursor: null,
    });
    expect(await find({ text: 'long' })).toMatchObject({ items: [{ titleRuns: [{ text: 'A long title', match: false }], excerpts: [] }] });
  });

  test('the last word may go on while typing', async () => {
    expect(await idsOf({ text: 'data' })).toEqual([]);
    expect(await idsOf({ text: 'data', lastWordIsPrefix: true })).toEqual(['a2']);
  });

  test('without words, or with blanks only, gives everything, newest change first and without a score', async () => {
    expect(await idsOf({})).toEqual(['a3', 'a2', 'a1']);
    expect(await find({ text: '  ' })).toMatchObject({ items: [{ id: 'a3', score: null, excerpts: [] }, {}, {}] });
  });

  test('looks in one folder, and between two times with both included', async () => {
    expect(await idsOf({ folder: 'archive' })).toEqual(['a2']);
    expect(await idsOf({ updatedFromMs: 1_700_000_002_000 })).toEqual(['a3', 'a2']);
    expect(await idsOf({ updatedToMs: 1_700_000_002_000 })).toEqual(['a2', 'a1']);
    expect(await idsOf({ text: 'server', updatedFromMs: 1_700_000_001_000, updatedToMs: 1_700_000_001_000 })).toEqual(['a1']);
  });

  test('gives a page at a time, and the total of all', async () => {
    const first = await find({ limit: 2 });
    expect(first).toMatchObject({ items: [{ id: 'a3' }, { id: 'a2' }], total: 3 });
    expect(await find({ limit: 2, cursor: first.nextCursor })).toMatchObject({ items: [{ id: 'a1' }], nextCursor: null });
  });

  test('the cursor of another search is BAD_REQUEST', async () => {
    const { nextCursor } = await find({ limit: 2 });
    await expect(find({ folder: 'inbox', cursor: nextCursor })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  test('an index that is not there is INDEX_MISSING, 424', async () => {
    await service.index('index').drop();
    await expect(find({ text: 'server' })).rejects.toMatchObject({
      code: 'FAILED_DEPENDENCY',
      error: 'INDEX_MISSING',
      data: { index: 'documents' },
    });
  });

  test('an index that is busy is SERVICE_UNAVAILABLE', async () => {
    service.before('index', 'search', unavailable);
    await expect(find({ text: 'server' })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });
});

describe('what is searched for', () => {
  test('is counted by day and text, whatever its case and blanks, for 30 days', async () => {
    await find({ text: 'Web   Server' });
    await find({ text: ' web server ' });
    expect(counted()).toEqual([{ day: '2023-11-14', text: 'web server', count: 2, expiresAtSeconds: 1_702_592_000 }]);
  });

  test('is not counted while typing, from page to page, or without words', async () => {
    const { nextCursor } = await find({ text: 'server', limit: 1, lastWordIsPrefix: true });
    await find({ text: 'server', limit: 1, lastWordIsPrefix: true, cursor: nextCursor });
    await find({ folder: 'inbox' });
    const page = await find({ text: 'server', limit: 1 });
    await find({ text: 'server', limit: 1, cursor: page.nextCursor });
    expect(counted()).toMatchObject([{ text: 'server', count: 1 }]);
  });

  test('a count that fails does not fail the search, and the log says so', async () => {
    service.before('stats', 'update', unavailable);
    expect(await idsOf({ text: 'server' })).toEqual(['a1', 'a2']);
    expect(service.logLines.join()).toContain('a search was not counted');
  });

  test('is popular over some days, most first, then by text', async () => {
    await find({ text: 'yesterday' });
    service.nowMs += 86_400_000;
    for (const text of ['web', 'server', 'web']) await find({ text });
    expect(await service.call('popular', { days: 2 })).toEqual({
      items: [
        { text: 'web', count: 2 },
        { text: 'server', count: 1 },
        { text: 'yesterday', count: 1 },
      ],
    });
    expect(await service.call('popular', { days: 1, limit: 1 })).toEqual({ items: [{ text: 'web', count: 2 }] });
  });

  test('cannot be told when the other account refuses', async () => {
    service.before('stats', 'query', unavailable);
    await expect(service.call('popular', { days: 1 })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });
});

describe('rebuild', () => {
  const JOB = {
    jobId: '01hf7yat3v1111111111111111',
    state: 'waiting',
    indexed: 0,
    removed: 0,
    startedAtMs: 1_700_000_000_123,
    updatedAtMs: 1_700_000_000_123,
  };
  const row = () => service.table('rebuilds').items.get('["documents",null]');
  const change = (part: object) => service.table('rebuilds').put({ ...row(), ...part });

  test('writes a row that waits: the table’s stream does the rest', async () => {
    expect(await service.call('rebuild', {})).toEqual(JOB);
    expect(row()).toMatchObject({ index: 'documents', state: 'waiting', phase: 'write' });
    expect(await service.call('status')).toEqual(JOB);
  });

  test('from scratch begins with dropping the index', async () => {
    await service.call('rebuild', { fromScratch: true });
    expect(row()).toMatchObject({ phase: 'drop' });
  });

  test('answers the one that is under way', async () => {
    await service.call('rebuild', {});
    await change({ state: 'running' });
    service.nowMs += 60_000;
    expect(await service.call('rebuild', {})).toMatchObject({ jobId: JOB.jobId, state: 'running' });
  });

  test('begins another one after it is done or failed', async () => {
    await service.call('rebuild', {});
    for (const state of ['done', 'failed']) {
      await change({ state });
      const { jobId } = row() as { jobId: string };
      expect(await service.call('rebuild', {})).toMatchObject({ state: 'waiting', indexed: 0 });
      expect(row()).not.toMatchObject({ jobId });
    }
  });

  test('takes one for dead that has not got on for 20 minutes', async () => {
    await service.call('rebuild', {});
    await change({ state: 'running', indexed: 100 });
    service.nowMs += 20 * 60_000;
    expect(await service.call('rebuild', {})).toMatchObject({ state: 'waiting', indexed: 0 });
  });

  test('of two who ask at once, both get the same one', async () => {
    service.before('rebuilds', 'put', async () => void (await service.call('rebuild', {})));
    const { jobId } = (await service.call('rebuild', {})) as { jobId: string };
    expect(row()).toMatchObject({ jobId });
  });

  test('the status of none is NOT_FOUND', async () => {
    await expect(service.call('status')).rejects.toMatchObject({ error: 'NOT_FOUND', data: { index: 'documents' } });
  });
});
