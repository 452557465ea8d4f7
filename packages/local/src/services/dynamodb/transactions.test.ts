import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactGetItemsCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { startFixture } from '../fixture.test.support.js';
import { createKeyLocks } from './key-locks.js';

const TableName = 'accounts';

const properties = {
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
};

async function start() {
  const fixture = await startFixture();
  const { streamArn } = await fixture.endpoint.createTable(properties, { tableName: TableName });
  return { ...fixture, streamArn: streamArn! };
}

const key = (id: string) => ({ id: { S: id } });
const transact = (dynamo: DynamoDBClient, TransactItems: TransactWriteItem[], extra: object = {}) =>
  dynamo.send(new TransactWriteItemsCommand({ TransactItems, ...extra }));
const read = async (dynamo: DynamoDBClient, id: string) => (await dynamo.send(new GetItemCommand({ TableName, Key: key(id) }))).Item;
const putOf = (id: string, n = '1'): TransactWriteItem => ({ Put: { TableName, Item: { ...key(id), n: { N: n } } } });
const absent = { ConditionExpression: 'attribute_not_exists(id)' };

describe('TransactWriteItems', () => {
  it('does all four kinds of action together', async () => {
    const { dynamo } = await start();
    await transact(dynamo, [putOf('check'), putOf('update'), putOf('delete')]);
    await transact(dynamo, [
      {
        ConditionCheck: {
          TableName,
          Key: key('check'),
          ConditionExpression: 'n = :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
        },
      },
      { Put: { TableName, Item: { ...key('put'), n: { N: '2' } }, ...absent } },
      { Update: { TableName, Key: key('update'), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } } },
      { Delete: { TableName, Key: key('delete'), ConditionExpression: 'attribute_exists(id)' } },
    ]);
    expect([
      (await read(dynamo, 'check'))?.n,
      (await read(dynamo, 'put'))?.n,
      (await read(dynamo, 'update'))?.n,
      await read(dynamo, 'delete'),
    ]).toEqual([{ N: '1' }, { N: '2' }, { N: '2' }, undefined]);
  });

  it('does nothing when one condition fails, and gives the reasons in order, with the item when asked', async () => {
    const { dynamo, endpoint, streamArn } = await start();
    await transact(dynamo, [putOf('taken', '5')]);
    const before = await endpoint.streams.latest(streamArn);
    const failing = transact(dynamo, [
      putOf('free'),
      { Put: { TableName, Item: key('taken'), ...absent, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } },
      { ConditionCheck: { TableName, Key: key('missing'), ConditionExpression: 'attribute_exists(id)' } },
    ]);
    await expect(failing).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      message:
        'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ConditionalCheckFailed]',
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: { id: { S: 'taken' }, n: { N: '5' } } },
        { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
      ],
    });
    expect(await read(dynamo, 'free')).toBeUndefined();
    expect(await endpoint.streams.latest(streamArn)).toBe(before);
  });

  it('lets one of many concurrent transactions on the same item win', async () => {
    const { dynamo } = await start();
    const attempt = (index: number) =>
      transact(dynamo, [{ Put: { TableName, Item: { ...key('head'), by: { N: String(index) } }, ...absent } }, putOf(`side-${index}`)]);
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => attempt(index)));
    const won = outcomes.flatMap((outcome, index) => (outcome.status === 'fulfilled' ? [index] : []));
    expect(won).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ name: 'TransactionCanceledException' });
    }
    const sides = await Promise.all(outcomes.map((_, index) => read(dynamo, `side-${index}`)));
    expect(sides.flatMap((side, index) => (side ? [index] : []))).toEqual(won);
  });

  it('keeps the sum when transfers and single writes meet', async () => {
    const { dynamo } = await start();
    await transact(dynamo, [putOf('a', '1000'), putOf('b', '1000')]);
    const add = (id: string, by: number) => ({
      TableName,
      Key: key(id),
      UpdateExpression: 'ADD n :by',
      ExpressionAttributeValues: { ':by': { N: String(by) } },
    });
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 30 }, () => transact(dynamo, [{ Update: add('a', -1) }, { Update: add('b', 1) }])),
      ...Array.from({ length: 30 }, () => dynamo.send(new UpdateItemCommand(add('a', 10)))),
    ]);
    const transfers = outcomes.slice(0, 30).filter(({ status }) => status === 'fulfilled').length;
    const single = outcomes.slice(30).filter(({ status }) => status === 'fulfilled').length;
    expect([(await read(dynamo, 'a'))?.n, (await read(dynamo, 'b'))?.n]).toEqual([
      { N: String(1000 - transfers + 10 * single) },
      { N: String(1000 + transfers) },
    ]);
    const refusals = new Set(outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [(outcome.reason as Error).name] : [])));
    for (const name of refusals) expect(['TransactionCanceledException', 'TransactionConflictException']).toContain(name);
  });

  it('does a request with the same token once, and refuses the token for another request', async () => {
    const { dynamo, clock } = await start();
    const add: TransactWriteItem = {
      Update: { TableName, Key: key('a'), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } },
    };
    const ClientRequestToken = 'token-1';
    await transact(dynamo, [add], { ClientRequestToken });
    await transact(dynamo, [add], { ClientRequestToken });
    expect((await read(dynamo, 'a'))?.n).toEqual({ N: '1' });
    await expect(transact(dynamo, [add, putOf('b')], { ClientRequestToken })).rejects.toMatchObject({
      name: 'IdempotentParameterMismatchException',
    });
    clock.advance(10 * 60_000 + 1);
    await transact(dynamo, [add], { ClientRequestToken });
    expect((await read(dynamo, 'a'))?.n).toEqual({ N: '2' });
  });

  it('gives a failing update as a reason, not as an error of the request', async () => {
    const { dynamo } = await start();
    await dynamo.send(new PutItemCommand({ TableName, Item: { ...key('text'), n: { S: 'not a number' } } }));
    const update = { TableName, Key: key('text'), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } };
    await expect(transact(dynamo, [{ Update: update }, putOf('b')])).rejects.toMatchObject({
      CancellationReasons: [
        { Code: 'ValidationError', Message: 'An operand in the update expression has an incorrect data type' },
        { Code: 'None' },
      ],
    });
    await expect(transact(dynamo, [putOf('b'), { Delete: { TableName, Key: { wrong: { S: 'x' } } } }])).rejects.toMatchObject({
      CancellationReasons: [{ Code: 'None' }, { Code: 'ValidationError', Message: 'The provided key element does not match the schema' }],
    });
  });

  it('refuses more than 100 actions, none, two on one item, and actions that are incomplete', async () => {
    const { dynamo } = await start();
    const many = (count: number) => Array.from({ length: count }, (_, index) => putOf(`m${index}`));
    await transact(dynamo, many(100));
    await expect(transact(dynamo, many(101))).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('less than or equal to 100'),
    });
    await expect(transact(dynamo, [])).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(transact(dynamo, [putOf('a'), { Delete: { TableName, Key: key('a') } }])).rejects.toMatchObject({
      message: 'Transaction request cannot include multiple operations on one item',
    });
    await expect(transact(dynamo, [{ ...putOf('a'), Delete: { TableName, Key: key('b') } }])).rejects.toMatchObject({
      message: 'TransactItems can only contain one of Check, Put, Update or Delete',
    });
    await expect(
      transact(dynamo, [{ ConditionCheck: { TableName, Key: key('a'), ConditionExpression: undefined } }]),
    ).rejects.toMatchObject({
      message: expect.stringContaining("at 'transactItems.1.member.conditionCheck.conditionExpression'"),
    });
    await expect(transact(dynamo, [{ Put: { TableName: 'nowhere', Item: key('a') } }])).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('costs twice', async () => {
    const { dynamo } = await start();
    const result = await transact(dynamo, [putOf('a'), putOf('b')], { ReturnConsumedCapacity: 'TOTAL' });
    expect(result.ConsumedCapacity).toEqual([{ TableName, CapacityUnits: 4, WriteCapacityUnits: 4 }]);
  });
});

describe('TransactGetItems', () => {
  it('gives items in order of the request, projected, with gaps for missing ones', async () => {
    const { dynamo } = await start();
    await transact(dynamo, [putOf('a', '1'), putOf('b', '2')]);
    const got = await dynamo.send(
      new TransactGetItemsCommand({
        TransactItems: [
          { Get: { TableName, Key: key('b') } },
          { Get: { TableName, Key: key('none') } },
          { Get: { TableName, Key: key('a'), ProjectionExpression: 'n' } },
        ],
      }),
    );
    expect(got.Responses).toEqual([{ Item: { id: { S: 'b' }, n: { N: '2' } } }, {}, { Item: { n: { N: '1' } } }]);
  });

  it('never sees half of a transaction', async () => {
    const { dynamo } = await start();
    await transact(dynamo, [putOf('a', '0'), putOf('b', '0')]);
    const writes = (async () => {
      for (let n = 1; n <= 40; n++) await transact(dynamo, [putOf('a', String(n)), putOf('b', String(n))]).catch(() => undefined);
    })();
    for (let round = 0; round < 40; round++) {
      const items = [{ Get: { TableName, Key: key('a') } }, { Get: { TableName, Key: key('b') } }];
      const got = await dynamo.send(new TransactGetItemsCommand({ TransactItems: items })).catch((error: Error) => error);
      if (got instanceof Error) expect(got.name).toBe('TransactionCanceledException');
      else expect(got.Responses?.[0]?.Item?.n).toEqual(got.Responses?.[1]?.Item?.n);
    }
    await writes;
  });
});

describe('locks on items', () => {
  it('make transactions conflict and single writes wait', async () => {
    const locks = createKeyLocks();
    const transaction = await locks.acquire(['a', 'b'], 'transaction', 'conflict');
    expect(await locks.acquire(['b', 'c'], 'transaction', 'conflict')).toEqual({ conflicts: new Set(['b']) });
    expect(await locks.acquire(['a'], 'write', 'conflict')).toEqual({ conflicts: new Set(['a']) });
    const order: string[] = [];
    const batch = locks.acquire(['a', 'c'], 'write', 'wait').then((lock) => {
      order.push('batch');
      return lock;
    });
    order.push('transaction ends');
    (transaction as { release: () => void }).release();
    const held = await batch;
    const write = locks.acquire(['c'], 'write', 'conflict').then(() => order.push('write'));
    order.push('batch ends');
    (held as { release: () => void }).release();
    await write;
    expect(order).toEqual(['transaction ends', 'batch', 'batch ends', 'write']);
  });
});
