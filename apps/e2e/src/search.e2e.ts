/** OpenSearch, through the search service: the index follows the documents through their stream. */

import { createGatewayClient } from '@org/gateway-client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { eventually } from './eventually.js';
import { freshName } from './names.js';
import { type OwnStage, startOwnStage } from './own-stage.js';
import { signedIn } from './sign-in.js';

const { restUrl, socketUrl, local } = inject('stage');
const gateway = createGatewayClient({ url: restUrl, socketUrl, ...signedIn() });

describe('search', () => {
  /** A word that nobody else wrote. */
  const word = freshName('quokka').replace('-', '');
  const folders = [freshName('alpha'), freshName('beta')];
  const save = (title: string, body: string, folder = folders[0] ?? '') => gateway.documents.save.mutate({ folder, title, body });
  const titles = async (input: Parameters<typeof gateway.search.find.query>[0]) =>
    (await gateway.search.find.query(input)).items.map(({ title }) => title);

  beforeAll(async () => {
    await save(`The ${word} at home`, 'Nothing else is said of it.');
    await save('Of islands', `A small island, where a ${word} lives with another ${word}.`);
    await save('Of cities', `No ${word} was ever seen in a city, in the streets or anywhere else.`, folders[1]);
    await eventually(async () => ((await gateway.search.find.query({ text: word })).total === 3 ? true : undefined));
  });

  it('finds words in titles and bodies, a match in the title first', async () => {
    const { items, total, nextCursor } = await gateway.search.find.query({ text: word });
    expect(items.map(({ title }) => title)).toEqual([`The ${word} at home`, 'Of islands', 'Of cities']);
    expect([total, nextCursor]).toEqual([3, null]);
    expect(items.every(({ score }, at) => at === 0 || (score ?? 0) <= (items[at - 1]?.score ?? 0))).toBe(true);
  });

  it('shows what matched in runs', async () => {
    const [first, second] = (await gateway.search.find.query({ text: word })).items;
    expect(first?.titleRuns).toEqual([
      { text: 'The ', match: false },
      { text: word, match: true },
      { text: ' at home', match: false },
    ]);
    expect(second?.excerpts.flat()).toEqual([
      { text: 'A small island, where a ', match: false },
      { text: word, match: true },
      { text: ' lives with another ', match: false },
      { text: word, match: true },
      { text: '.', match: false },
    ]);
  });

  it('counts what it found by folder', async () => {
    expect((await gateway.search.find.query({ text: word })).folders).toEqual([
      { folder: folders[0], count: 2 },
      { folder: folders[1], count: 1 },
    ]);
  });

  it('filters by folder and by time', async () => {
    const { items } = await gateway.search.find.query({ text: word, folder: folders[1] ?? '' });
    expect(items.map(({ title }) => title)).toEqual(['Of cities']);
    const at = items[0]?.updatedAtMs ?? 0;
    expect(await titles({ text: word, updatedFromMs: at })).toEqual(['Of cities']);
    expect(await titles({ text: word, folder: folders[1] ?? '', updatedToMs: at - 1 })).toEqual([]);
  });

  it('pages without losing or repeating anything', async () => {
    const first = await gateway.search.find.query({ text: word, limit: 2 });
    const second = await gateway.search.find.query({ text: word, limit: 2, cursor: first.nextCursor ?? '' });
    expect([...first.items, ...second.items].map(({ title }) => title)).toEqual([`The ${word} at home`, 'Of islands', 'Of cities']);
    expect(second.nextCursor).toBeNull();
  });

  it('finds a word by its beginning while it is typed, and not after', async () => {
    const beginning = word.slice(0, -3);
    expect(await titles({ text: beginning, lastWordIsPrefix: true, folder: folders[1] ?? '' })).toEqual(['Of cities']);
    expect(await titles({ text: beginning, folder: folders[1] ?? '' })).toEqual([]);
  });

  it('gives the newest first without words', async () => {
    expect(await titles({ folder: folders[0] ?? '' })).toEqual(['Of islands', `The ${word} at home`]);
  });

  it('follows edits and removals', async () => {
    const folder = freshName('gamma');
    const { id } = await save('Before', `about a ${word}`, folder);
    await eventually(async () => ((await titles({ folder }))[0] === 'Before' ? true : undefined));
    await gateway.documents.edit.mutate({ id, version: 1, title: 'After', body: 'about something else' });
    await eventually(async () => ((await titles({ folder }))[0] === 'After' ? true : undefined));
    expect(await titles({ text: word, folder })).toEqual([]);
    await gateway.documents.remove.mutate({ id });
    await eventually(async () => ((await titles({ folder })).length === 0 ? true : undefined));
  });

  it('still finds everything after a rebuild', async () => {
    const { jobId } = await gateway.search.rebuild.mutate({});
    const done = await eventually(async () => {
      const status = await gateway.search.status.query();
      return status.state === 'done' ? status : undefined;
    });
    expect(done).toMatchObject({ jobId, indexed: expect.any(Number) });
    expect((await gateway.search.find.query({ text: word })).total).toBe(3);
  });

  it('remembers what was searched for', async () => {
    const text = freshName('wanted');
    await gateway.search.find.query({ text });
    await gateway.search.find.query({ text: text.toUpperCase() });
    expect((await gateway.search.popular.query({ days: 1, limit: 100 })).items).toContainEqual({ text, count: 2 });
  });
});

describe.runIf(local)('the search index (a stage of its own: the index is lost)', () => {
  let own: OwnStage;
  beforeAll(async () => {
    own = await startOwnStage();
  });
  afterAll(() => own?.close());

  it('is FAILED_DEPENDENCY and named while there is none, and made by a rebuild', async () => {
    const { search } = own.gateway;
    await expect(search.status.query()).rejects.toMatchObject({ code: 'NOT_FOUND', data: { index: 'documents' } });
    await expect(search.find.query({ text: 'anything' })).rejects.toMatchObject({
      code: 'FAILED_DEPENDENCY',
      status: 424,
      error: 'INDEX_MISSING',
      data: { index: 'documents' },
    });
    const { state } = await search.rebuild.mutate({ fromScratch: true });
    expect(state).toBe('waiting');
    await eventually(async () => ((await search.status.query()).state === 'done' ? true : undefined));
    expect(await search.find.query({ text: 'anything' })).toMatchObject({ items: [], total: 0 });
  });

  it('has everything again after a rebuild from scratch, and nothing that is gone', async () => {
    const { documents, search } = own.gateway;
    const count = 12;
    await Promise.all(Array.from({ length: count }, (_, n) => documents.save.mutate({ folder: 'many', title: `Number ${n}`, body: 'x' })));
    await eventually(async () => ((await search.find.query({ folder: 'many' })).total === count ? true : undefined));
    const begun = await search.rebuild.mutate({ fromScratch: true });
    expect((await search.rebuild.mutate({})).jobId).toBe(begun.jobId);
    const done = await eventually(async () => {
      const status = await search.status.query();
      return status.state === 'done' ? status : undefined;
    });
    expect(done).toMatchObject({ jobId: begun.jobId, indexed: count, removed: 0 });
    // Found within the second that OpenSearch takes to show what was written.
    await eventually(async () => ((await search.find.query({ folder: 'many' })).total === count ? true : undefined));
  });
});
