import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
  paginateScan,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { startFixture } from '../fixture.test.support.js';

const TableName = 'documents';

const properties = {
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [
    { AttributeName: 'folder', KeyType: 'HASH' },
    { AttributeName: 'id', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'folder', AttributeType: 'S' },
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'owner', AttributeType: 'S' },
    { AttributeName: 'size', AttributeType: 'N' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-owner',
      KeySchema: [
        { AttributeName: 'owner', KeyType: 'HASH' },
        { AttributeName: 'size', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
    { IndexName: 'owners', KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }], Projection: { ProjectionType: 'KEYS_ONLY' } },
  ],
};

async function start() {
  const fixture = await startFixture();
  await fixture.endpoint.createTable(properties, { tableName: TableName });
  return fixture;
}

const key = (id: string) => ({ folder: { S: 'f' }, id: { S: id } });
const put = (dynamo: DynamoDBClient, id: string, more: object = {}, extra: object = {}) =>
  dynamo.send(new PutItemCommand({ TableName, Item: { ...key(id), ...more }, ...extra }));

describe('DynamoDB items', () => {
  it('puts, gets, updates and deletes, with old and new images', async () => {
    const { dynamo } = await start();
    await put(dynamo, 'a', { n: { N: '1.50' }, tags: { SS: ['x', 'y'] } });
    expect((await dynamo.send(new GetItemCommand({ TableName, Key: key('a') }))).Item).toEqual({
      ...key('a'),
      n: { N: '1.5' },
      tags: { SS: ['x', 'y'] },
    });
    const update = { TableName, Key: key('a'), UpdateExpression: 'ADD n :one SET #l = list_append(if_not_exists(#l, :none), :one_list)' };
    const updated = await dynamo.send(
      new UpdateItemCommand({
        ...update,
        ExpressionAttributeNames: { '#l': 'log' },
        ExpressionAttributeValues: { ':one': { N: '1' }, ':none': { L: [] }, ':one_list': { L: [{ S: 'first' }] } },
        ReturnValues: 'ALL_NEW',
      }),
    );
    expect(updated.Attributes).toMatchObject({ n: { N: '2.5' }, log: { L: [{ S: 'first' }] } });
    const deleted = await dynamo.send(new DeleteItemCommand({ TableName, Key: key('a'), ReturnValues: 'ALL_OLD' }));
    expect(deleted.Attributes).toMatchObject({ n: { N: '2.5' } });
    expect((await dynamo.send(new GetItemCommand({ TableName, Key: key('a') }))).Item).toBeUndefined();
  });

  it('keeps the present item out of a conditional failure, unless it is asked for', async () => {
    const { dynamo } = await start();
    await put(dynamo, 'a', { n: { N: '7' } });
    const ConditionExpression = 'attribute_not_exists(id)';
    await expect(put(dynamo, 'a', {}, { ConditionExpression })).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
      Item: undefined,
    });
    const asked = { ConditionExpression, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
    await expect(put(dynamo, 'a', {}, asked)).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: { ...key('a'), n: { N: '7' } },
    });
    await expect(
      dynamo.send(
        new DeleteItemCommand({
          TableName,
          Key: key('a'),
          ConditionExpression: 'n = :x',
          ExpressionAttributeValues: { ':x': { N: '8' } },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    ).rejects.toMatchObject({ Item: { n: { N: '7' } } });
  });

  it('lets exactly one of many conditional creations win, and loses no concurrent increment', async () => {
    const { dynamo } = await start();
    const created = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) =>
        put(dynamo, 'once', { by: { N: String(index) } }, { ConditionExpression: 'attribute_not_exists(id)' }),
      ),
    );
    expect(created.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const increment = {
      TableName,
      Key: key('counter'),
      UpdateExpression: 'ADD hits :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    };
    await Promise.all(Array.from({ length: 50 }, () => dynamo.send(new UpdateItemCommand(increment))));
    expect((await dynamo.send(new GetItemCommand({ TableName, Key: key('counter') }))).Item?.hits).toEqual({ N: '50' });
  });

  it.each([
    ['NULL', { NULL: true }],
    ['L', { L: [] }],
    ['M', { M: {} }],
    ['SS', { SS: ['a'] }],
    ['NS', { NS: ['1'] }],
    ['BOOL', { BOOL: true }],
  ])('refuses to order by a literal of type %s', async (type, literal) => {
    const { dynamo } = await start();
    await put(dynamo, 'a');
    for (const operator of ['<', '<=', '>', '>=']) {
      const condition = { ConditionExpression: `n ${operator} :v`, ExpressionAttributeValues: { ':v': literal } };
      await expect(put(dynamo, 'a', {}, condition as object)).rejects.toMatchObject({
        name: 'ValidationException',
        message: `Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`,
      });
    }
    const filter = { FilterExpression: 'NOT (n < :v)', ExpressionAttributeValues: { ':v': literal } };
    await expect(dynamo.send(new ScanCommand({ TableName, ...(filter as object) }))).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('measures items in UTF-8 bytes, up to 400 KB', async () => {
    const { dynamo } = await start();
    await put(dynamo, 'a', { t: { S: 'ü'.repeat(204_700) } });
    await expect(put(dynamo, 'a', { t: { S: 'ü'.repeat(204_800) } })).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Item size has exceeded the maximum allowed size',
    });
  });

  it('queries ranges and pages in both directions', async () => {
    const { dynamo } = await start();
    for (const id of ['a', 'b', 'c', 'd', 'e']) await put(dynamo, id);
    const query = {
      TableName,
      KeyConditionExpression: 'folder = :f AND id BETWEEN :b AND :d',
      ExpressionAttributeValues: { ':f': { S: 'f' }, ':b': { S: 'b' }, ':d': { S: 'd' } },
    };
    const collect = async (ScanIndexForward: boolean) => {
      const ids: (string | undefined)[] = [];
      for await (const page of paginateQuery({ client: dynamo, pageSize: 1 }, { ...query, ScanIndexForward }))
        ids.push(...(page.Items ?? []).map((item) => item.id?.S));
      return ids;
    };
    expect(await collect(true)).toEqual(['b', 'c', 'd']);
    expect(await collect(false)).toEqual(['d', 'c', 'b']);
  });

  it('keeps every item of a global index with equal keys, and pages through all of them', async () => {
    const { dynamo } = await start();
    const ids = Array.from({ length: 6000 }, (_, index) => `item-${index}`);
    for (let at = 0; at < ids.length; at += 25) {
      const puts = ids.slice(at, at + 25).map((id) => ({ PutRequest: { Item: { ...key(id), owner: { S: 'me' }, size: { N: '1' } } } }));
      await dynamo.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: puts } }));
    }
    const query = {
      TableName,
      IndexName: 'by-owner',
      KeyConditionExpression: '#o = :me',
      ExpressionAttributeNames: { '#o': 'owner' },
      ExpressionAttributeValues: { ':me': { S: 'me' } },
    };
    for (const ScanIndexForward of [true, false]) {
      const seen: (string | undefined)[] = [];
      for await (const page of paginateQuery({ client: dynamo, pageSize: 700 }, { ...query, ScanIndexForward }))
        seen.push(...(page.Items ?? []).map((item) => item.id?.S));
      expect(seen).toHaveLength(6000);
      expect(new Set(seen).size).toBe(6000);
    }
    let scanned = 0;
    for await (const page of paginateScan({ client: dynamo, pageSize: 999 }, { TableName, IndexName: 'owners' }))
      scanned += page.Count ?? 0;
    expect(scanned).toBe(6000);
  });

  it('moves index entries along with their items', async () => {
    const { dynamo } = await start();
    await put(dynamo, 'a', { owner: { S: 'me' }, size: { N: '10' } });
    await put(dynamo, 'b', { owner: { S: 'me' }, size: { N: '9' } });
    const owned = async (owner: string) =>
      (
        await dynamo.send(
          new QueryCommand({
            TableName,
            IndexName: 'by-owner',
            KeyConditionExpression: '#o = :o',
            ExpressionAttributeNames: { '#o': 'owner' },
            ExpressionAttributeValues: { ':o': { S: owner } },
          }),
        )
      ).Items?.map((item) => item.id?.S);
    expect(await owned('me')).toEqual(['b', 'a']);
    await put(dynamo, 'a', { owner: { S: 'you' }, size: { N: '1' } });
    await dynamo.send(
      new UpdateItemCommand({ TableName, Key: key('b'), UpdateExpression: 'REMOVE #s', ExpressionAttributeNames: { '#s': 'size' } }),
    );
    expect([await owned('me'), await owned('you')]).toEqual([[], ['a']]);
    await dynamo.send(new DeleteItemCommand({ TableName, Key: key('a') }));
    expect(await owned('you')).toEqual([]);
  });

  it('writes and reads in batches, and refuses a batch that names an item twice', async () => {
    const { dynamo } = await start();
    const write = (ids: readonly string[]) =>
      dynamo.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: ids.map((id) => ({ PutRequest: { Item: key(id) } })) } }));
    expect((await write(['a', 'b'])).UnprocessedItems).toEqual({});
    const read = await dynamo.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [key('a'), key('b'), key('none')] } } }));
    expect(read.Responses?.[TableName]).toHaveLength(2);
    await expect(write(['c', 'c'])).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Provided list of item keys contains duplicates',
    });
    await expect(write(Array.from({ length: 26 }, (_, index) => `x${index}`))).rejects.toMatchObject({ name: 'ValidationException' });
    expect((await dynamo.send(new GetItemCommand({ TableName, Key: key('c') }))).Item).toBeUndefined();
  });

  it('refuses an empty index key and names what is wrong with a key', async () => {
    const { dynamo } = await start();
    await expect(put(dynamo, 'a', { owner: { S: '' } })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('IndexKey: owner'),
    });
    await expect(dynamo.send(new GetItemCommand({ TableName, Key: { folder: { S: 'f' } } }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'The provided key element does not match the schema',
    });
    await expect(dynamo.send(new PutItemCommand({ TableName, Item: { folder: { N: '1' }, id: { S: 'a' } } }))).rejects.toMatchObject({
      message: 'One or more parameter values were invalid: Type mismatch for key folder expected: S actual: N',
    });
    await expect(dynamo.send(new GetItemCommand({ TableName: 'nowhere', Key: key('a') }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('stays up when an expression trips the interpreter', async () => {
    const { dynamo, reports } = await start();
    await put(dynamo, 'a', { n: { N: '5' } });
    const FilterExpression = 'n BETWEEN :low AND high';
    const scan = new ScanCommand({ TableName, FilterExpression, ExpressionAttributeValues: { ':low': { N: '1' } } });
    await expect(dynamo.send(scan)).rejects.toMatchObject({ name: 'InternalServerError' });
    const condition = { ConditionExpression: FilterExpression, ExpressionAttributeValues: { ':low': { N: '1' } } };
    await expect(put(dynamo, 'a', {}, condition)).rejects.toMatchObject({ name: 'InternalServerError' });
    expect(reports.map(({ level, part }) => [level, part])).toEqual([
      ['error', 'dynamodb'],
      ['error', 'dynamodb'],
    ]);
    expect((await dynamo.send(new ScanCommand({ TableName }))).Count).toBe(1);
  });

  it('takes the ARN of a table for its name', async () => {
    const { dynamo } = await start();
    const arn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/documents';
    await dynamo.send(new PutItemCommand({ TableName: arn, Item: key('a') }));
    expect((await dynamo.send(new BatchGetItemCommand({ RequestItems: { [arn]: { Keys: [key('a')] } } }))).Responses?.[TableName]).toEqual([
      key('a'),
    ]);
  });
});
