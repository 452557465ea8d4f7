import { BatchGetItemCommand, BatchWriteItemCommand, PutItemCommand, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { startFixture } from '../fixture.test.support.js';

const TableName = 'documents';

async function start() {
  const fixture = await startFixture();
  const properties = {
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [
      { AttributeName: 'folder', KeyType: 'HASH' },
      { AttributeName: 'id', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'folder', AttributeType: 'S' },
      { AttributeName: 'id', AttributeType: 'S' },
    ],
  };
  await fixture.endpoint.createTable(properties, { tableName: TableName });
  return fixture;
}

const key = (id: string) => ({ folder: { S: 'f' }, id: { S: id } });

it('refuses a batch of 26 writes and one of 101 reads', async () => {
  const { dynamo } = await start();
  const ids = (length: number) => Array.from({ length }, (_, index) => `id-${index}`);
  const write = (length: number) =>
    dynamo.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: ids(length).map((id) => ({ PutRequest: { Item: key(id) } })) } }));
  const read = (length: number) => dynamo.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: ids(length).map(key) } } }));
  expect((await write(25)).UnprocessedItems).toEqual({});
  expect((await read(100)).Responses?.[TableName]).toHaveLength(25);
  await expect(write(26)).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(read(101)).rejects.toMatchObject({ name: 'ValidationException' });
});

it('ends a page at 1 MB', async () => {
  const { dynamo } = await start();
  for (const id of ['a', 'b', 'c', 'd'])
    await dynamo.send(new PutItemCommand({ TableName, Item: { ...key(id), text: { S: 'x'.repeat(300 * 1024) } } }));
  const query = { TableName, KeyConditionExpression: 'folder = :f', ExpressionAttributeValues: { ':f': { S: 'f' } } };
  const first = await dynamo.send(new QueryCommand(query));
  // Four items of 300 KB: the fourth is the one that passes 1,048,576 bytes.
  expect(first.Items?.map(({ id }) => id?.S)).toEqual(['a', 'b', 'c', 'd']);
  expect(first.LastEvaluatedKey).toEqual(key('d'));
  const scanned = await dynamo.send(new ScanCommand({ TableName }));
  expect(scanned.LastEvaluatedKey).toBeDefined();
});
