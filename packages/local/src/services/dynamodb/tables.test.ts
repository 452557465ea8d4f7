import {
  type AttributeDefinition,
  type CreateGlobalSecondaryIndexAction,
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  QueryCommand,
  TagResourceCommand,
  UpdateTableCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { startFixture, temporaryFolder } from '../fixture.test.support.js';

const TableName = 'orders';

const properties = {
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
};

const withIndex = (attribute: string, ProjectionType = 'ALL') => ({
  ...properties,
  AttributeDefinitions: [...properties.AttributeDefinitions, { AttributeName: attribute, AttributeType: 'S' }],
  GlobalSecondaryIndexes: [
    { IndexName: 'index', KeySchema: [{ AttributeName: attribute, KeyType: 'HASH' }], Projection: { ProjectionType } },
  ],
});

const put = (dynamo: DynamoDBClient, id: string, more: object = {}) =>
  dynamo.send(new PutItemCommand({ TableName, Item: { id: { S: id }, ...more } }));

const byIndex = async (dynamo: DynamoDBClient, attribute: string, value: string) =>
  (
    await dynamo.send(
      new QueryCommand({
        TableName,
        IndexName: 'index',
        KeyConditionExpression: '#a = :v',
        ExpressionAttributeNames: { '#a': attribute },
        ExpressionAttributeValues: { ':v': { S: value } },
      }),
    )
  ).Items?.map((item) => item.id?.S);

describe('tables of a template', () => {
  it('are made with their ARN, and found again after a restart with everything in them', async () => {
    const dataDir = await temporaryFolder();
    const first = await startFixture({ dataDir });
    expect(await first.endpoint.createTable(withIndex('owner'), { tableName: TableName })).toEqual({
      arn: 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders',
    });
    await put(first.dynamo, 'a', { owner: { S: 'me' } });
    await first.endpoint.close();
    const second = await startFixture({ dataDir });
    await second.endpoint.createTable(withIndex('owner'), { tableName: TableName });
    expect(await byIndex(second.dynamo, 'owner', 'me')).toEqual(['a']);
    expect((await second.dynamo.send(new GetItemCommand({ TableName, Key: { id: { S: 'a' } } }))).Item).toEqual({
      id: { S: 'a' },
      owner: { S: 'me' },
    });
  });

  it('get a new index filled with the items that are there, and lose one that is gone', async () => {
    const { endpoint, dynamo } = await startFixture();
    await endpoint.createTable(properties, { tableName: TableName });
    for (const id of ['a', 'b', 'c']) await put(dynamo, id, { owner: { S: id === 'c' ? 'you' : 'me' }, kind: { S: 'k' } });
    await endpoint.createTable(withIndex('owner'), { tableName: TableName });
    expect((await byIndex(dynamo, 'owner', 'me'))?.sort()).toEqual(['a', 'b']);
    await endpoint.createTable(withIndex('kind'), { tableName: TableName });
    expect(await byIndex(dynamo, 'kind', 'k')).toHaveLength(3);
    await expect(byIndex(dynamo, 'owner', 'me')).rejects.toMatchObject({ name: 'ValidationException' });
    await endpoint.createTable(properties, { tableName: TableName });
    await expect(byIndex(dynamo, 'kind', 'k')).rejects.toMatchObject({ message: 'The table does not have the specified index: index' });
  });

  it('keep writes that come while an index is being filled', async () => {
    const { endpoint, dynamo } = await startFixture();
    await endpoint.createTable(properties, { tableName: TableName });
    await Promise.all(Array.from({ length: 100 }, (_, index) => put(dynamo, `before-${index}`, { owner: { S: 'me' } })));
    await Promise.all([
      endpoint.createTable(withIndex('owner'), { tableName: TableName }),
      ...Array.from({ length: 100 }, (_, index) => put(dynamo, `during-${index}`, { owner: { S: 'me' } })),
      ...Array.from({ length: 50 }, (_, index) => put(dynamo, `before-${index}`, { owner: { S: 'you' } })),
    ]);
    expect(await byIndex(dynamo, 'owner', 'me')).toHaveLength(150);
    expect(await byIndex(dynamo, 'owner', 'you')).toHaveLength(50);
  });

  it('refuse another key, and say what to do', async () => {
    const { endpoint } = await startFixture();
    await endpoint.createTable(properties, { tableName: TableName });
    const other = {
      ...properties,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' }],
    };
    await expect(endpoint.createTable(other, { tableName: TableName })).rejects.toThrow(
      "The key schema of the table orders cannot change: the data has (id S), the template asks for (id N). AWS would replace the table and lose its items; delete the stage's data folder to do the same here.",
    );
  });

  it('take the properties of a global table, its TTL and its stream', async () => {
    const { endpoint, dynamo } = await startFixture();
    const made = await endpoint.createTable(
      {
        KeySchema: properties.KeySchema,
        AttributeDefinitions: withIndex('owner').AttributeDefinitions,
        BillingMode: 'PROVISIONED',
        WriteProvisionedThroughputSettings: { WriteCapacityAutoScalingSettings: { MinCapacity: 1, MaxCapacity: 10 } },
        GlobalSecondaryIndexes: [{ ...withIndex('owner').GlobalSecondaryIndexes[0], WriteProvisionedThroughputSettings: {} }],
        Replicas: [{ Region: 'eu-west-1', PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }],
        StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
        TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
        SSESpecification: { SSEEnabled: true },
      },
      { tableName: TableName },
    );
    expect(made.streamArn).toContain(`${made.arn}/stream/`);
    expect((await dynamo.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription).toEqual({
      TimeToLiveStatus: 'ENABLED',
      AttributeName: 'expires',
    });
    expect((await dynamo.send(new DescribeTableCommand({ TableName }))).Table).toMatchObject({
      TableStatus: 'ACTIVE',
      LatestStreamArn: made.streamArn,
    });
    expect(
      (await dynamo.send(new DescribeContinuousBackupsCommand({ TableName }))).ContinuousBackupsDescription?.ContinuousBackupsStatus,
    ).toBe('ENABLED');
  });

  it('say what is wrong with properties that make no table', async () => {
    const { endpoint } = await startFixture();
    await expect(endpoint.createTable({ ...properties, AttributeDefinitions: [] }, { tableName: TableName })).rejects.toThrow(
      'Invalid KeySchema',
    );
    await expect(endpoint.createTable(properties, { tableName: 'a' })).rejects.toThrow('at least 3 characters');
  });
});

describe('tables by request', () => {
  const input: CreateTableCommandInput = {
    TableName,
    ...(properties as Pick<CreateTableCommandInput, 'KeySchema' | 'AttributeDefinitions' | 'BillingMode'>),
  };

  it('are created, listed, tagged, changed and deleted', async () => {
    const { dynamo } = await startFixture();
    const created = await dynamo.send(new CreateTableCommand(input));
    expect(created.TableDescription?.TableStatus).toBe('CREATING');
    await waitUntilTableExists({ client: dynamo, maxWaitTime: 30 }, { TableName });
    await expect(dynamo.send(new CreateTableCommand(input))).rejects.toMatchObject({ name: 'ResourceInUseException' });
    expect((await dynamo.send(new ListTablesCommand({}))).TableNames).toEqual([TableName]);
    const ResourceArn = created.TableDescription!.TableArn!;
    await dynamo.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'team', Value: 'docs' }] }));
    expect((await dynamo.send(new ListTagsOfResourceCommand({ ResourceArn }))).Tags).toEqual([{ Key: 'team', Value: 'docs' }]);
    await put(dynamo, 'a', { owner: { S: 'me' } });
    const { GlobalSecondaryIndexes, AttributeDefinitions } = withIndex('owner');
    const Create = GlobalSecondaryIndexes[0] as CreateGlobalSecondaryIndexAction;
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } as const;
    const updated = await dynamo.send(
      new UpdateTableCommand({
        TableName,
        AttributeDefinitions: AttributeDefinitions as AttributeDefinition[],
        GlobalSecondaryIndexUpdates: [{ Create }],
        StreamSpecification,
      }),
    );
    expect(updated.TableDescription).toMatchObject({ TableStatus: 'UPDATING', StreamSpecification });
    expect(await byIndex(dynamo, 'owner', 'me')).toEqual(['a']);
    await dynamo.send(new UpdateTableCommand({ TableName, GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'index' } }] }));
    await expect(byIndex(dynamo, 'owner', 'me')).rejects.toMatchObject({ name: 'ValidationException' });
    await dynamo.send(new DeleteTableCommand({ TableName }));
    await expect(dynamo.send(new DescribeTableCommand({ TableName }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Requested resource not found: Table: orders not found',
    });
    await dynamo.send(new CreateTableCommand(input));
    expect((await dynamo.send(new GetItemCommand({ TableName, Key: { id: { S: 'a' } } }))).Item).toBeUndefined();
  });

  it('are listed in pages', async () => {
    const { dynamo } = await startFixture();
    for (const name of ['ccc', 'aaa', 'bbb']) await dynamo.send(new CreateTableCommand({ ...input, TableName: name }));
    const first = await dynamo.send(new ListTablesCommand({ Limit: 2 }));
    expect(first).toMatchObject({ TableNames: ['aaa', 'bbb'], LastEvaluatedTableName: 'bbb' });
    expect((await dynamo.send(new ListTablesCommand({ ExclusiveStartTableName: 'bbb' }))).TableNames).toEqual(['ccc']);
  });

  it('cannot have a stream of a view type that does not exist', async () => {
    const { dynamo } = await startFixture();
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'EVERYTHING' as never };
    await expect(dynamo.send(new CreateTableCommand({ ...input, StreamSpecification }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining("Value 'EVERYTHING' at 'streamSpecification.streamViewType'"),
    });
  });
});
