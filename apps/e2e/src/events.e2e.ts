/** SNS and SQS, and a table in their place, through the events service: what is said to a bus is written down by workers. */

import { createGatewayClient } from '@org/gateway-client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { eventually } from './eventually.js';
import { follow } from './follow.js';
import { freshName } from './names.js';
import { type OwnStage, startOwnStage } from './own-stage.js';
import { signedIn } from './sign-in.js';

const { restUrl, socketUrl, local } = inject('stage');
const gateway = createGatewayClient({ url: restUrl, socketUrl, ...signedIn() });
const { documents, events, files } = gateway;

describe('events', () => {
  afterAll(() => gateway.$close());
  const save = (title: string) => documents.save.mutate({ folder: freshName('folder'), title, body: 'x' });
  /** Notes on a document, from the latest pages. */
  const notesOn = async (subject: string) => {
    const found: (string | null)[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 10; page += 1) {
      const { items, nextCursor } = await events.recent.query({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      found.push(...items.filter((entry) => entry.subject === subject && entry.kind === 'noted').map(({ text }) => text));
      if (nextCursor === null) break;
      cursor = nextCursor;
    }
    return found;
  };

  it('become an entry per message, told of as it happens and read later', async () => {
    const activity = await follow((options) => events.activity.subscribe(undefined, options));
    const { id } = await save('Noted');
    const { entryId } = await events.note.mutate({ id, text: 'Well said 🦊' });
    const told = await activity.until((entry) => entry.id === entryId);
    const noted = { id: entryId, kind: 'noted', subject: id, title: 'Noted', text: 'Well said 🦊' };
    expect(told.find((entry) => entry.id === entryId)).toMatchObject(noted);
    const { items } = await events.recent.query({ limit: 100 });
    expect(items.find((entry) => entry.id === entryId)).toMatchObject(noted);
    activity.stop();
  });

  it('of one document arrive in the order they happened', async () => {
    const activity = await follow((options) => events.activity.subscribe(undefined, options));
    const { id } = await save('1');
    for (const version of [1, 2, 3, 4]) await documents.edit.mutate({ id, version, title: String(version + 1) });
    await documents.remove.mutate({ id });
    const told = await activity.until((entry) => entry.subject === id && entry.kind === 'removed');
    const own = told.filter(({ subject }) => subject === id).map(({ kind, title }) => `${kind} ${title}`);
    expect(own).toEqual(['saved 1', 'saved 2', 'saved 3', 'saved 4', 'saved 5', 'removed 5']);
    activity.stop();
  });

  it('of files come over a table, once per file', async () => {
    const name = `${freshName('file')}.txt`;
    const content = Buffer.from('text').toString('base64');
    const { key } = await files.put.mutate({ name, contentType: 'text/plain', content });
    await files.uploaded.mutate({ key });
    // By the time a later file has its entry, a second one of this file would have come too.
    const later = await files.put.mutate({ name: `${freshName('later')}.txt`, contentType: 'text/plain', content });
    const entriesOf = async (of: string) => (await events.recent.query({ limit: 100 })).items.filter(({ subject }) => subject === of);
    await eventually(async () => ((await entriesOf(later.key)).length > 0 ? true : undefined));
    const entries = await eventually(async () => ((await entriesOf(key)).length > 0 ? entriesOf(key) : undefined));
    expect(entries).toMatchObject([{ kind: 'uploaded', subject: key, title: name, text: null }]);
  });

  it('are read newest first, a page at a time', async () => {
    const { id } = await save('Paged');
    for (const text of ['one', 'two', 'three']) await events.note.mutate({ id, text });
    const texts = await eventually(async () => {
      const found = await notesOn(id);
      return found.length === 3 ? found : undefined;
    });
    expect(texts).toEqual(['three', 'two', 'one']);
  });

  it('cannot be of a document that is not there', async () => {
    const id = freshName('missing');
    await expect(events.note.mutate({ id, text: 'Anybody?' })).rejects.toMatchObject({ code: 'NOT_FOUND', data: { id } });
  });
});

describe.runIf(local)('a message that cannot be worked off (a stage of its own: its time moves)', () => {
  const DEAD_LETTERS = 'gateway-local-ActivityDeadLetters.fifo';
  /** Six times the worker's timeout, and one second more. */
  const HIDDEN_MS = 361_000;
  const ATTEMPTS = 5;
  let own: OwnStage;
  beforeAll(async () => {
    own = await startOwnStage();
  });
  afterAll(() => own?.close());

  const failures = () => own.journal.filter(({ message }) => /event source of .*activityWorker.* leaves 1 messages/.test(message)).length;
  const failAttempts = async (before: number) => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      await eventually(() => (failures() - before >= attempt ? true : undefined));
      own.skip(HIDDEN_MS);
    }
  };
  const noted = async (entryId: string) => (await own.gateway.events.recent.query({ limit: 100 })).items.some(({ id }) => id === entryId);
  const document = () => own.gateway.documents.save.mutate({ folder: 'f', title: freshName('t'), body: 'x' });

  it('ends in the dead letters as it was sent, while others pass', async () => {
    const text = '{"name":"noted","id":"1","key":"k","publishedAtMs":1,"data":{"id":7}} – no note \u2028 🦊';
    const { id } = await document();
    const before = failures();
    await own.operator.publish('gateway-local-DocumentEvents.fifo', { name: 'noted', text, key: freshName('poison') });
    const { entryId } = await own.gateway.events.note.mutate({ id, text: 'passes' });
    await eventually(async () => ((await noted(entryId)) ? true : undefined));
    await failAttempts(before);
    expect((await eventually(() => own.operator.find(DEAD_LETTERS, 'no note'))).Body).toBe(text);
    expect(own.logs.some((line) => line.includes('a message could not be worked off'))).toBe(true);
  });

  it('holds back what follows it of its document, and nothing else', async () => {
    const { documents, events } = own.gateway;
    const told = async (subject: string) =>
      (await events.recent.query({ limit: 100 })).items.filter((entry) => entry.subject === subject).map(({ title }) => title);
    const giveBack = own.withhold('activity', 'dynamodb:PutItem', '*Activity');
    const before = failures();
    const { id } = await documents.save.mutate({ folder: 'f', title: '1', body: 'x' });
    await eventually(() => (failures() > before ? true : undefined));
    giveBack();
    for (const version of [1, 2]) await documents.edit.mutate({ id, version, title: String(version + 1) });
    const other = await document();
    await eventually(async () => ((await told(other.id)).length > 0 ? true : undefined));
    expect(await told(id)).toEqual([]);
    own.skip(HIDDEN_MS);
    await eventually(async () => ((await told(id)).length === 3 ? true : undefined));
    expect(await told(id)).toEqual(['3', '2', '1']);
  });

  it('is worked off when it is moved back after the cause is gone', async () => {
    const { id } = await document();
    await eventually(async () =>
      (await own.gateway.events.recent.query({ limit: 100 })).items.some(({ subject }) => subject === id) ? true : undefined,
    );
    const giveBack = own.withhold('activity', 'dynamodb:PutItem', '*Activity');
    const before = failures();
    const { entryId } = await own.gateway.events.note.mutate({ id, text: 'comes late' });
    await failAttempts(before);
    const letter = await eventually(() => own.operator.find(DEAD_LETTERS, entryId));
    expect(JSON.parse(letter.Body ?? '')).toMatchObject({ name: 'noted', id: entryId, key: id });
    expect(await noted(entryId)).toBe(false);
    giveBack();
    await own.operator.redrive(DEAD_LETTERS);
    await eventually(async () => ((await noted(entryId)) ? true : undefined));
  });
});
