import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { table } from '../service/table.js';
import { startDynamo, type TestDynamo } from './dynalite.fixture.js';
import { tableClient } from './table-client.fixture.js';

const Stats = table('Stats', {
  item: () =>
    z.object({
      word: z.string(),
      // Words that DynamoDB reserves: placeholders must carry them.
      count: z.int(),
      status: z.string().optional(),
      comment: z.string().trim().optional(),
    }),
  partitionKey: 'word',
});

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await startDynamo([Stats.resource]);
});
afterAll(() => dynamo.close());

const stats = () => tableClient({ grant: Stats.allow('get', 'put', 'update'), tableName: 'Stats', dynamo: dynamo.sdk.dynamo });

describe('update', () => {
  test('sets, adds and removes attributes, leaves the others, and answers with the whole item', async () => {
    await stats().put({ word: 'a1', count: 40, status: 'open', comment: 'long' });
    const change = { set: { status: 'done' }, add: { count: 2 }, remove: ['comment'] };
    expect(await stats().update({ word: 'a1' }, change)).toEqual({ word: 'a1', count: 42, status: 'done' });
    expect(await stats().get({ word: 'a1' })).toEqual({ word: 'a1', count: 42, status: 'done' });
  });

  test('adds to 0 where there is nothing yet, and makes the item', async () => {
    expect(await stats().update({ word: 'new' }, { add: { count: 3 } })).toEqual({ word: 'new', count: 3 });
  });

  test('setting an attribute to undefined removes it', async () => {
    await stats().put({ word: 'a2', count: 1, comment: 'long' });
    expect(await stats().update({ word: 'a2' }, { set: { comment: undefined } })).toEqual({ word: 'a2', count: 1 });
  });

  test('changes nothing and answers undefined when the condition does not hold', async () => {
    await stats().put({ word: 'a3', count: 1 });
    expect(await stats().update({ word: 'a3' }, { add: { count: 1 } }, { if: { count: 2 } })).toBeUndefined();
    expect(await stats().update({ word: 'nobody' }, { set: { count: 1 } }, { if: 'present' })).toBeUndefined();
    expect(await stats().get({ word: 'a3' })).toEqual({ word: 'a3', count: 1 });
    expect(await stats().get({ word: 'nobody' })).toBeUndefined();
  });

  test('a condition on an attribute that the update changes looks at it as it was', async () => {
    await stats().put({ word: 'a4', count: 1 });
    expect(await stats().update({ word: 'a4' }, { set: { count: 2 } }, { if: { count: 1 } })).toEqual({ word: 'a4', count: 2 });
  });

  test('ten writers that add all count', async () => {
    await stats().put({ word: 'race', count: 0 });
    await Promise.all(Array.from({ length: 10 }, () => stats().update({ word: 'race' }, { add: { count: 1 } })));
    expect(await stats().get({ word: 'race' })).toEqual({ word: 'race', count: 10 });
  });

  test('refuses a change of a key attribute, and a change of nothing', async () => {
    await expect(stats().update({ word: 'a5' }, { set: { word: 'b' } })).rejects.toThrow('an update of the key attribute "word"');
    await expect(stats().update({ word: 'a5' }, { remove: ['word'] })).rejects.toThrow('an update of the key attribute "word"');
    await expect(stats().update({ word: 'a5' }, {})).rejects.toThrow('an update that changes nothing');
    expect(await stats().get({ word: 'a5' })).toBeUndefined();
  });

  test.each([
    ['sets a value that does not fit', { set: { count: 1.5 } }, 'count: Invalid input'],
    ['sets what an item needs to nothing', { set: { count: undefined } }, 'count: Invalid input'],
    ['removes what an item needs', { remove: ['count'] }, 'count: Invalid input'],
  ])('a change that %s is INTERNAL_SERVER_ERROR, and nothing is written', async (_, change, why) => {
    await stats().put({ word: 'a6', count: 1 });
    await expect(stats().update({ word: 'a6' }, change)).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: expect.stringContaining(`item {"word":"a6"} written in table Stats does not fit its schema: ${why}`),
    });
    expect(await stats().get({ word: 'a6' })).toEqual({ word: 'a6', count: 1 });
  });

  test('writes what the schema makes of a value, as put does', async () => {
    await stats().put({ word: 'a7', count: 1 });
    expect(await stats().update({ word: 'a7' }, { set: { comment: ' long ' } }, { if: 'present' })).toMatchObject({ comment: 'long' });
    expect(await stats().get({ word: 'a7' })).toMatchObject({ comment: 'long' });
  });

  test('an item that does not fit its schema afterwards is INTERNAL_SERVER_ERROR and names table and key', async () => {
    await expect(stats().update({ word: 'bad' }, { set: { status: 'open' } })).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: expect.stringContaining('item {"word":"bad"} read in table Stats does not fit its schema: count:'),
    });
  });
});
