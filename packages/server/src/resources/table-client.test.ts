import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GatewayError } from '@org/gateway-core/errors';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { table } from '../service/table.js';
import { startDynamo, type TestDynamo } from './dynalite.fixture.js';
import { tableClient } from './table-client.fixture.js';

const Orders = table('Orders', {
  item: () =>
    z.object({
      id: z.string(),
      // Words that DynamoDB reserves: placeholders must carry them.
      status: z.string(),
      size: z.int(),
      comment: z.string().optional(),
      changeKey: z.string(),
    }),
  partitionKey: 'id',
  indexes: { byStatus: { partitionKey: 'status', sortKey: 'changeKey' } },
});

const Lines = table('Lines', {
  item: () => z.object({ order: z.string(), line: z.string() }),
  partitionKey: 'order',
  sortKey: 'line',
});

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await startDynamo([Orders.resource, Lines.resource]);
});
afterAll(() => dynamo.close());

const orders = () => tableClient({ grant: Orders.allow('get', 'put', 'delete', 'query'), tableName: 'Orders', dynamo: dynamo.sdk.dynamo });
const lines = () => tableClient({ grant: Lines.allow('get', 'put', 'query'), tableName: 'Lines', dynamo: dynamo.sdk.dynamo });

const order = (id: string, status = 'open', changeKey = `k-${id}`) => ({ id, status, size: 3, changeKey });

describe('get, put, delete', () => {
  test('gets back the item that was put', async () => {
    expect(await orders().put(order('a1'))).toBe(true);
    expect(await orders().get({ id: 'a1' })).toEqual({ id: 'a1', status: 'open', size: 3, changeKey: 'k-a1' });
  });

  test('answers undefined for an item that does not exist', async () => {
    expect(await orders().get({ id: 'nobody' })).toBeUndefined();
  });

  test('leaves undefined attributes out', async () => {
    await orders().put({ ...order('a2'), comment: undefined });
    expect(await orders().get({ id: 'a2' })).toEqual({ id: 'a2', status: 'open', size: 3, changeKey: 'k-a2' });
  });

  test('absent: writes a new item and leaves an existing one alone', async () => {
    expect(await orders().put(order('b1'), { if: 'absent' })).toBe(true);
    expect(await orders().put(order('b1', 'paid'), { if: 'absent' })).toBe(false);
    expect(await orders().get({ id: 'b1' })).toMatchObject({ status: 'open' });
  });

  test('present: replaces an existing item and makes no new one', async () => {
    await orders().put(order('b2'));
    expect(await orders().put(order('b2', 'paid'), { if: 'present' })).toBe(true);
    expect(await orders().put(order('b3'), { if: 'present' })).toBe(false);
    expect(await orders().get({ id: 'b3' })).toBeUndefined();
  });

  test('expected values: writes only while all of them hold, reserved words included', async () => {
    await orders().put(order('b4'));
    expect(await orders().put(order('b4', 'paid'), { if: { status: 'open', size: 4 } })).toBe(false);
    expect(await orders().put(order('b4', 'paid'), { if: { status: 'open', size: 3 } })).toBe(true);
  });

  test('an expected undefined means that the attribute is not there', async () => {
    await orders().put({ ...order('b5'), comment: 'fragile' });
    expect(await orders().put(order('b5'), { if: { comment: undefined } })).toBe(false);
    expect(await orders().put(order('b5'), { if: { comment: 'fragile' } })).toBe(true);
    expect(await orders().put(order('b5'), { if: { comment: undefined } })).toBe(true);
  });

  test('an empty expectation holds for everything', async () => {
    expect(await orders().put(order('b6'), { if: {} })).toBe(true);
  });

  test('one of many writers with the same expectation wins', async () => {
    await orders().put(order('race'));
    const writes = Array.from({ length: 10 }, (_, place) => orders().put({ ...order('race'), size: 10 + place }, { if: { size: 3 } }));
    expect((await Promise.all(writes)).filter(Boolean)).toHaveLength(1);
  });

  test('deletes, and says when the condition did not hold', async () => {
    await orders().put(order('d1'));
    expect(await orders().delete({ id: 'd1' }, { if: { status: 'paid' } })).toBe(false);
    expect(await orders().delete({ id: 'd1' }, { if: { status: 'open' } })).toBe(true);
    expect(await orders().delete({ id: 'd1' }, { if: 'present' })).toBe(false);
    expect(await orders().delete({ id: 'd1' })).toBe(true);
  });
});

describe('query', () => {
  const walk = async (request: { descending?: boolean; limit: number }) => {
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await orders().query({ index: 'byStatus', where: { status: 'queued' }, cursor, ...request });
      pages.push(page.items.map(({ id }) => id as string));
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
    return pages;
  };

  beforeAll(async () => {
    for (const id of ['q1', 'q2', 'q3', 'q4']) await orders().put(order(id, 'queued'));
    await orders().put(order('q5', 'shipped'));
    for (const line of ['1', '2', '3']) await lines().put({ order: 'o', line });
    await lines().put({ order: 'p', line: '9' });
  });

  test('walks an index in the order of its sort key, with no empty last page', async () => {
    expect(await walk({ limit: 2 })).toEqual([
      ['q1', 'q2'],
      ['q3', 'q4'],
    ]);
    expect(await walk({ limit: 3 })).toEqual([['q1', 'q2', 'q3'], ['q4']]);
  });

  test('walks backwards', async () => {
    expect(await walk({ limit: 3, descending: true })).toEqual([['q4', 'q3', 'q2'], ['q1']]);
  });

  test('walks the table itself', async () => {
    const first = await lines().query({ where: { order: 'o' }, limit: 2 });
    expect(first.items).toEqual([
      { order: 'o', line: '1' },
      { order: 'o', line: '2' },
    ]);
    const second = await lines().query({ where: { order: 'o' }, limit: 2, cursor: first.cursor ?? undefined });
    expect(second).toEqual({ items: [{ order: 'o', line: '3' }], cursor: null });
  });

  test('an empty partition is one empty page', async () => {
    expect(await orders().query({ index: 'byStatus', where: { status: 'lost' } })).toEqual({ items: [], cursor: null });
  });

  test('refuses the cursor of another partition, direction, index or table, and a made-up one', async () => {
    const { cursor } = await orders().query({ index: 'byStatus', where: { status: 'queued' }, limit: 1 });
    const foreign = cursor ?? '';
    const refused = [
      orders().query({ index: 'byStatus', where: { status: 'open' }, cursor: foreign }),
      orders().query({ index: 'byStatus', where: { status: 'queued' }, descending: true, cursor: foreign }),
      orders().query({ where: { id: 'q1' }, cursor: foreign }),
      lines().query({ where: { order: 'o' }, cursor: foreign }),
      lines().query({ where: { order: 'o' }, cursor: 'nonsense' }),
      lines().query({ where: { order: 'o' }, cursor: '' }),
      lines().query({ where: { order: 'o' }, cursor: Buffer.from('[null,false,"p","9"]').toString('base64url') }),
      lines().query({ where: { order: 'o' }, cursor: Buffer.from('[null,false,"o",{"N":1}]').toString('base64url') }),
      lines().query({ where: { order: 'o' }, cursor: Buffer.from(`[null,false,"o","${'9'.repeat(1_025)}"]`).toString('base64url') }),
    ];
    for (const page of refused) await expect(page).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  test('refuses an index that is not declared and a partition that is not the key', async () => {
    await expect(orders().query({ index: 'byColour', where: { status: 'open' } })).rejects.toThrow('Orders has no index "byColour"');
    await expect(orders().query({ where: { status: 'open' } })).rejects.toThrow('the partition key "id"');
  });
});

describe('items and their schema', () => {
  test('does not write an item that does not fit', async () => {
    const failure = await orders()
      .put({ ...order('bad'), size: 'large' })
      .catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(GatewayError);
    expect(failure).toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: expect.stringContaining('item {"id":"bad"} written in table Orders does not fit its schema: size:'),
    });
    expect(await orders().get({ id: 'bad' })).toBeUndefined();
  });

  test('a stored item that does not fit is INTERNAL_SERVER_ERROR and names table and key', async () => {
    await dynamo.raw.send(
      new PutItemCommand({ TableName: 'Orders', Item: { id: { S: 'old' }, status: { S: 'legacy' }, changeKey: { S: 'k' } } }),
    );
    const expected = {
      code: 'INTERNAL_SERVER_ERROR',
      message: expect.stringContaining('item {"id":"old"} read in table Orders does not fit its schema: size:'),
    };
    await expect(orders().get({ id: 'old' })).rejects.toMatchObject(expected);
    await expect(orders().query({ index: 'byStatus', where: { status: 'legacy' } })).rejects.toMatchObject(expected);
  });

  test('attributes that the schema does not know are not read', async () => {
    const Item = { order: { S: 'x' }, line: { S: '1' }, secret: { S: 's' } };
    await dynamo.raw.send(new PutItemCommand({ TableName: 'Lines', Item }));
    expect(await lines().get({ order: 'x', line: '1' })).toEqual({ order: 'x', line: '1' });
  });
});
